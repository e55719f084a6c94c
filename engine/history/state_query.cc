#include "engine/history/state_query.h"

#include <algorithm>
#include <utility>

#include "engine/history/history.h"
#include "engine/history/query_parameters.h"
#include "schema/channel.h"

namespace courtside {
namespace {

// `limit` and `after`.
Result<void> set_list(ListQuery& list, const Parameter& parameter, std::size_t limit_max) {
  const auto& [name, value] = parameter;
  if (name == "after") return set_position(list.after, parameter);
  if (name == "limit") return set_count(list.limit, parameter, limit_max);
  return unknown_parameter(parameter);
}

}  // namespace

Result<StateQuery> parse_state_query(std::string_view text) {
  StateQuery query;
  const Result<void> done = for_each_parameter(text, {"channel"}, [&](const Parameter& parameter) {
    const auto& [name, value] = parameter;
    if (name == "at") {
      query.at = value;
    } else if (name != "channel") {
      return unknown_parameter(parameter);
    } else if (!is_channel(value) && !is_channel_pattern(value)) {
      return Result<void>(
          bad_parameter(parameter, "must be a channel such as booking:b_1, kind:* or *"));
    } else {
      query.channels.push_back(value);
    }
    return Result<void>();
  });
  if (!done) return fail(done.error());
  if (query.at.empty()) return fail(Code::bad_request, "parameter `at`: is missing");
  return query;
}

Result<CalendarQuery> parse_calendar_query(std::string_view text, std::size_t limit_max,
                                           Timestamp now) {
  CalendarQuery query;
  const Result<void> done = for_each_parameter(text, {}, [&](const Parameter& parameter) {
    if (parameter.first == "from") return set_time(query.from, parameter, now);
    if (parameter.first == "to") return set_time(query.to, parameter, now);
    if (parameter.first != "at") return set_list(query.list, parameter, limit_max);
    query.at = parameter.second;
    return Result<void>();
  });
  if (!done) return fail(done.error());
  return query;
}

Result<NotificationsQuery> parse_notifications_query(std::string_view text, std::size_t limit_max,
                                                     Timestamp now) {
  NotificationsQuery query;
  const Result<void> done = for_each_parameter(text, {}, [&](const Parameter& parameter) {
    const auto& [name, value] = parameter;
    if (name == "since") return set_time(query.since, parameter, now);
    if (name == "until") return set_time(query.until, parameter, now);
    if (name == "kind") return set_text(query.kind, parameter);
    if (name == "unread") {
      if (value != "true" && value != "false") {
        return Result<void>(bad_parameter(parameter, "must be true or false"));
      }
      query.unread = value == "true";
    } else {
      return set_list(query.list, parameter, limit_max);
    }
    return Result<void>();
  });
  if (!done) return fail(done.error());
  const Result<void> range = check_time_range(query.since, query.until);
  if (!range) return fail(range.error());
  return query;
}

Result<Offset> resolve_at(const std::string& at, const LogReader& log, OffsetRange held,
                          Timestamp now) {
  if (at == "now") return previous(held.end);
  if (const auto time = parse_query_time(at, now)) {
    const Result<Offset> later = log.first_at_or_after(Timestamp(time->floor.value() + 1));
    if (!later) return fail(later.error());
    const Offset begin = std::max(held.begin, log.held().begin);
    if (*later <= begin && begin > Offset(1)) {
      return fail(position_expired(log.epoch(), held, "events before that time are gone"));
    }
    return std::min(previous(*later), previous(held.end));
  }
  const Result<Position> position = parse_position(at);
  if (!position) {
    return fail(Code::bad_request,
                "parameter `at`: must be a position, an RFC 3339 time, such as -2h, or now");
  }
  if (position->epoch != log.epoch()) {
    return fail(foreign_position(*position, log.epoch(), held));
  }
  if (position->offset >= held.end) {
    return fail(position_expired(log.epoch(), held, "the position lies beyond the head"));
  }
  return position->offset;
}

Result<OffsetRange> rest_of_list(const ListQuery& list, const std::string& epoch, OffsetRange held,
                                 Offset last) {
  Offset end = std::min(next(last), held.end);
  if (list.after) {
    const Result<Position> position = parse_position(*list.after);
    if (!position) return fail(position.error());
    if (position->epoch != epoch || position->offset > held.end) {
      return fail(position_expired(epoch, held, "the position is not one of this list"));
    }
    end = std::min(end, position->offset);
  }
  return OffsetRange{held.begin, std::max(held.begin, end)};
}

}  // namespace courtside
