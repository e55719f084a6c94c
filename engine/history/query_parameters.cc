#include "engine/history/query_parameters.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/format.h"
#include "schema/event_rules.h"
#include "schema/protocol_rules.h"
#include "schema/text.h"
#include "transport/http.h"

namespace courtside {
namespace {

std::optional<std::int64_t> unit_us(std::string_view unit) {
  if (unit == "s") return 1'000'000;
  if (unit == "m") return 60'000'000;
  if (unit == "h") return 3'600'000'000;
  if (unit == "d") return 86'400'000'000;
  return std::nullopt;
}

}  // namespace

tl::unexpected<Error> bad_parameter(const Parameter& parameter, std::string_view why) {
  return fail(Code::bad_request, format("parameter {}: {}", protocol::shown(parameter.first), why));
}

Result<void> unknown_parameter(const Parameter& parameter) {
  return bad_parameter(parameter, "is not known here");
}

Result<void> for_each_parameter(std::string_view query,
                                std::initializer_list<std::string_view> lists,
                                const std::function<Result<void>(const Parameter&)>& set) {
  const Result<std::vector<Parameter>> parameters = parse_query(query);
  if (!parameters) return fail(parameters.error());
  for (auto each = parameters->begin(); each != parameters->end(); ++each) {
    if (const Result<void> done = set(*each); !done) return done;
    if (each->second.empty()) return bad_parameter(*each, "must not be empty");
    if (std::find(lists.begin(), lists.end(), each->first) != lists.end()) continue;
    const auto same_name = [each](const Parameter& other) { return other.first == each->first; };
    if (std::any_of(parameters->begin(), each, same_name)) {
      return bad_parameter(*each, "is there twice");
    }
  }
  return {};
}

std::optional<FineTime> parse_query_time(std::string_view text, Timestamp now) {
  if (!text.starts_with('-')) return parse_fine_time(text);
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + 1, end, count);
  if (error != std::errc() || count < 0 || count > 1'000'000'000) return std::nullopt;
  const auto unit = unit_us({rest, static_cast<std::size_t>(end - rest)});
  if (!unit || count > now.value() / *unit) return std::nullopt;
  return FineTime{Timestamp(now.value() - count * *unit)};
}

Result<void> set_time(std::optional<FineTime>& time, const Parameter& parameter, Timestamp now) {
  time = parse_query_time(parameter.second, now);
  if (!time) return bad_parameter(parameter, "must be an RFC 3339 time, or a duration such as -2h");
  return {};
}

Result<void> set_time(std::optional<Timestamp>& time, const Parameter& parameter, Timestamp now) {
  std::optional<FineTime> given;
  if (const Result<void> set = set_time(given, parameter, now); !set) return set;
  time = given->ceiling();
  return {};
}

Result<void> check_time_range(std::optional<Timestamp> since, std::optional<Timestamp> until) {
  if (!since || !until || *until >= *since) return {};
  return fail(Code::bad_request, "parameter `until`: lies before `since`");
}

Result<void> set_count(std::size_t& count, const Parameter& parameter, std::size_t max) {
  const std::string& text = parameter.second;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest != end || count < 1 || count > max) {
    return bad_parameter(parameter, format("must be 1 to {}", max));
  }
  return {};
}

Result<void> set_position(std::optional<std::string>& position, const Parameter& parameter) {
  if (parameter.second.empty()) {
    return fail(Code::bad_position, bad_parameter(parameter, "must not be empty").value().message);
  }
  position = parameter.second;
  return {};
}

Result<void> set_text(std::string& text, const Parameter& parameter) {
  const std::string& value = parameter.second;
  if (value.empty() || value.size() > kAttributeBytesMax || !is_plain_text(value)) {
    return bad_parameter(
        parameter,
        format("must be 1 to {} bytes of UTF-8 without control characters", kAttributeBytesMax));
  }
  text = value;
  return {};
}

}  // namespace courtside
