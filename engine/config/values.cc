#include "engine/config/values.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include "base/format.h"

namespace courtside {
namespace {

struct Suffix {
  std::string_view text;
  std::uint64_t factor;  // in bytes or milliseconds
};

// Largest first: printing uses the first one that divides the value.
constexpr Suffix kByteSuffixes[] = {{"TiB", 1ULL << 40},
                                    {"GiB", 1ULL << 30},
                                    {"MiB", 1ULL << 20},
                                    {"KiB", 1ULL << 10},
                                    {"B", 1},
                                    {"", 1}};
constexpr Suffix kDurationSuffixes[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr Suffix kCountSuffixes[] = {{"", 1}};

std::span<const Suffix> suffixes(Unit unit) {
  switch (unit) {
    case Unit::kCount: return kCountSuffixes;
    case Unit::kBytes: return kByteSuffixes;
    case Unit::kMilliseconds:
    case Unit::kSeconds: return kDurationSuffixes;
  }
  return kCountSuffixes;
}

std::uint64_t factor_of(Unit unit) { return unit == Unit::kSeconds ? 1000 : 1; }

tl::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Code::bad_configuration, format("`{}` {}", text, why));
}

}  // namespace

Result<std::uint64_t> parse_quantity(std::string_view text, Unit unit) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return refuse(text, "is too large");
  if (error != std::errc()) return refuse(text, format("is not {}", describe(unit)));
  const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (number == 0 && suffix.empty()) return 0;

  const auto known = suffixes(unit);
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Suffix& each) { return each.text == suffix; });
  if (found == known.end()) return refuse(text, format("is not {}", describe(unit)));
  if (number > std::numeric_limits<std::uint64_t>::max() / found->factor) {
    return refuse(text, "is too large");
  }
  const std::uint64_t value = number * found->factor;
  if (value % factor_of(unit) != 0) return refuse(text, "is not a whole number of seconds");
  return value / factor_of(unit);
}

std::string format_quantity(std::uint64_t value, Unit unit) {
  if (value == 0 || unit == Unit::kCount) return std::to_string(value);
  const std::uint64_t total = value * factor_of(unit);
  for (const Suffix& suffix : suffixes(unit)) {
    if (total % suffix.factor == 0) {
      return std::to_string(total / suffix.factor) + std::string(suffix.text);
    }
  }
  return std::to_string(value);
}

std::string_view describe(Unit unit) {
  switch (unit) {
    case Unit::kCount: return "a whole number";
    case Unit::kBytes: return "a number of bytes (B, KiB, MiB, GiB, TiB)";
    case Unit::kMilliseconds:
    case Unit::kSeconds: return "a duration (ms, s, m, h, d)";
  }
  return "a whole number";
}

}  // namespace courtside
