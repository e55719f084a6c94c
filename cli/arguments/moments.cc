#include "cli/arguments/moments.h"

#include "base/fine_time.h"
#include "base/format.h"
#include "engine/config/values.h"
#include "schema/position.h"

namespace courtside {
namespace {

constexpr const char* kPosition = "a position, such as k3f9:104217";

std::string_view without_minus(std::string_view text) {
  return text.starts_with('-') ? text.substr(1) : text;
}

// A day becomes the example of what was asked for.
std::string time_such_as(const std::string& text) {
  const std::string midnight = text + "T00:00:00Z";
  return "an RFC 3339 time, such as " +
         (parse_fine_time(midnight) ? midnight : "2026-11-30T00:00:00Z");
}

}  // namespace

std::optional<Timestamp> parse_moment(const std::string& text, Timestamp now) {
  if (const auto time = parse_fine_time(text)) return time->ceiling();
  const Result<std::uint64_t> ago_ms = parse_quantity(without_minus(text), Unit::kMilliseconds);
  const auto now_ms = static_cast<std::uint64_t>(now.value()) / 1000;
  if (!ago_ms || *ago_ms > now_ms) return std::nullopt;
  return Timestamp(now.value() - static_cast<std::int64_t>(*ago_ms) * 1000);
}

std::string at_parameter(const std::string& text) {
  if (text == "now" || parse_position(text) || parse_fine_time(text)) return text;
  if (!parse_quantity(without_minus(text), Unit::kMilliseconds)) return {};
  return "-" + std::string(without_minus(text));
}

std::string no_moment(const std::string& option, const std::string& text) {
  return format("{}: `{}` is neither {}, nor one like 2h", option, text, time_such_as(text));
}

std::string no_position(const std::string& option, const std::string& text) {
  return format("{}: `{}` is not {}", option, text, kPosition);
}

std::string no_at(const std::string& option, const std::string& text) {
  return format("{}: `{}` is neither {}, nor {}, nor one like 2h", option, text, kPosition,
                time_such_as(text));
}

}  // namespace courtside
