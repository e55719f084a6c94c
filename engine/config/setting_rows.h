// How the rows of the settings table are written. Only for settings_table*.cc, which hold them.
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/settings.h"

namespace courtside {

inline constexpr std::uint64_t kKiB = 1ULL << 10;
inline constexpr std::uint64_t kMiB = 1ULL << 20;
inline constexpr std::uint64_t kTiB = 1ULL << 40;
inline constexpr std::uint64_t kSecondMs = 1000;
inline constexpr std::uint64_t kMinuteMs = 60 * kSecondMs;
inline constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::uint64_t kYearS = 366 * 86'400ULL;

using NumberMember = std::uint64_t& (*)(Config&);

inline NumberSetting count(NumberMember member, std::uint64_t min, std::uint64_t max,
                           std::string_view zero_means = {}) {
  return {member, Unit::kCount, min, max, zero_means};
}
inline NumberSetting bytes(NumberMember member, std::uint64_t min, std::uint64_t max,
                           std::string_view zero_means = {}) {
  return {member, Unit::kBytes, min, max, zero_means};
}
inline NumberSetting duration(NumberMember member, std::uint64_t min_ms, std::uint64_t max_ms,
                              std::string_view zero_means = {}) {
  return {member, Unit::kMilliseconds, min_ms, max_ms, zero_means};
}

// A text that is empty where there is none of it.
inline TextSetting optional_text(std::string& (*member)(Config&)) { return {member, true}; }

// The member as a function that takes a Config apart: what a setting's row holds.
#define MEMBER(path) [](Config& config) -> decltype((config.path)) { return config.path; }
#define CHOICE(path)                                                          \
  [](const Config& config) { return static_cast<std::size_t>(config.path); }, \
      [](Config& config, std::size_t index) {                                 \
        config.path = static_cast<decltype(config.path)>(index);              \
      }

// The rows of [database] and [outbox].
std::vector<Setting> database_settings();
std::vector<Setting> outbox_settings();

}  // namespace courtside
