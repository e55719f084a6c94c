#include "engine/history/history.h"

#include <algorithm>
#include <optional>

#include "base/format.h"
#include "base/json.h"
#include "engine/history/query_parameters.h"
#include "engine/routing/router.h"
#include "schema/channel.h"

namespace courtside {
namespace {

// Bytes of a page's records. Pages hardly ever reach it before their limit of events.
constexpr std::size_t kHistoryPageBytesMax = 8 << 20;

// The export name is stored in an audit event.
bool is_export_name(std::string_view text) {
  constexpr std::size_t kBytesMax = 64;
  const auto is_fit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= kBytesMax && std::all_of(text.begin(), text.end(), is_fit);
}

Result<void> set_limit(HistoryQuery& query, const Parameter& parameter, std::size_t limit_max) {
  query.limited = true;
  query.has_paging = true;
  return set_count(query.limit, parameter, limit_max);
}

// Sets the filter's part of the query. Empty when the parameter is not part of the filter.
std::optional<Result<void>> set_filter(Filter& filter, const Parameter& parameter, Timestamp now) {
  const auto& [name, value] = parameter;
  if (name == "channel") {
    if (!is_channel(value) && !is_channel_pattern(value)) {
      return bad_parameter(parameter, "must be a channel such as booking:b_1, kind:* or *");
    }
    filter.channels.push_back(value);
    return Result<void>();
  }
  if (name == "type") {
    if (!is_type_pattern(value)) return bad_parameter(parameter, "must be a type, or prefix.*");
    filter.types.push_back(value);
    return Result<void>();
  }
  if (name == "subject") {
    if (!is_channel(value))
      return bad_parameter(parameter, "must be a subject such as booking:b_1");
    filter.subject = value;
    return Result<void>();
  }
  if (name == "actor") return set_text(filter.actor, parameter);
  if (name == "correlationid") return set_text(filter.correlationid, parameter);
  if (name == "since") return set_time(filter.since, parameter, now);
  if (name == "until") return set_time(filter.until, parameter, now);
  return std::nullopt;
}

Result<void> set_parameter(HistoryQuery& query, const Parameter& parameter, std::size_t limit_max,
                           Timestamp now) {
  const auto& [name, value] = parameter;
  if (const auto set = set_filter(query.filter, parameter, now)) return *set;
  if (name == "after") return set_position(query.after, parameter);
  if (name == "lastEventId") return set_position(query.last_event_id, parameter);
  if (name == "before") {
    query.has_paging = true;
    return set_position(query.before, parameter);
  }
  if (name == "order") {
    if (value != "asc" && value != "desc") return bad_parameter(parameter, "must be asc or desc");
    query.order = value == "asc" ? Direction::kAscending : Direction::kDescending;
    query.has_paging = true;
  } else if (name == "limit") {
    return set_limit(query, parameter, limit_max);
  } else if (name == "export") {
    if (!is_export_name(value)) {
      return bad_parameter(parameter, "must be 1 to 64 of A-Z a-z 0-9 - _ .");
    }
    query.export_name = value;
  } else if (name != kTicketParameter) {
    return unknown_parameter(parameter);
  }
  return {};
}

}  // namespace

Error position_expired(std::string_view epoch, OffsetRange held, std::string message) {
  JsonObject details;
  details.text("earliest", format_position(epoch, previous(held.begin)));
  return {Code::position_expired, std::move(message), details.take()};
}

Error foreign_position(const Position& position, std::string_view epoch, OffsetRange held) {
  return position_expired(
      epoch, held,
      format("position {} is of another log: this one is `{}`; take positions from this server",
             format(position), epoch));
}

namespace {

// The offset of a position of this log. An error unless it is in `allowed`.
Result<Offset> offset_in(const std::string& text, std::string_view epoch, OffsetRange held,
                         OffsetRange allowed) {
  const Result<Position> position = parse_position(text);
  if (!position) return fail(position.error());
  if (position->epoch != epoch) {
    return fail(foreign_position(*position, epoch, held));
  }
  if (position->offset >= allowed.end) {
    return fail(position_expired(epoch, held, "the position lies beyond the head"));
  }
  if (position->offset < allowed.begin) {
    return fail(position_expired(epoch, held, "events after the position are gone"));
  }
  return position->offset;
}

}  // namespace

Result<OffsetRange> window_of(const HistoryQuery& query, std::string_view epoch, OffsetRange held) {
  OffsetRange window = held;
  if (query.after) {
    const Result<Offset> after =
        offset_in(*query.after, epoch, held, {previous(held.begin), held.end});
    if (!after) return fail(after.error());
    window.begin = next(*after);
  }
  if (query.before) {
    // The position after the head is allowed: it includes everything.
    const Result<Offset> before =
        offset_in(*query.before, epoch, held, {held.begin, next(held.end)});
    if (!before) return fail(before.error());
    window.end = std::max(window.begin, *before);
  }
  return window;
}

Result<HistoryQuery> parse_history_query(std::string_view text, std::size_t limit_max,
                                         Timestamp now) {
  HistoryQuery query;
  const Result<void> done = for_each_parameter(
      text, {"channel", "type"},
      [&](const Parameter& parameter) { return set_parameter(query, parameter, limit_max, now); });
  if (!done) return fail(done.error());
  const Result<void> range = check_time_range(query.filter.since, query.filter.until);
  if (!range) return fail(range.error());
  return query;
}

Result<HistoryAnswer> answer_history(const HistoryQuery& query, const LogReader& log,
                                     OffsetRange held, const PageReader& pages,
                                     std::size_t scanned_max, const Projections& projections,
                                     const std::vector<std::string>& unmasked_permissions) {
  const Result<OffsetRange> window = window_of(query, log.epoch(), held);
  if (!window) return fail(window.error());
  const Result<Page> page = pages.read(query.filter, {.window = *window,
                                                      .direction = query.order,
                                                      .events_max = query.limit,
                                                      .bytes_max = kHistoryPageBytesMax,
                                                      .scanned_max = scanned_max});
  if (!page) return fail(page.error());

  const bool ascending = query.order == Direction::kAscending;
  // Retention may have removed the window's beginning while the page was read. With `after`, or
  // forward, a missing event is an error. A backward read without `after` ends where the log begins
  // now, and is complete there.
  const Offset first_held = ascending ? page->covered.begin : log.held().begin;
  if (query.after && first_held > window->begin) {
    return fail(position_expired(log.epoch(), within(held, log.held()),
                                 "events after the position are gone"));
  }

  std::string events = "[";
  for (const Record& record : page->records) {
    if (events.size() > 1) events.push_back(',');
    append_cloudevent(events, record.view(),
                      {.projection = projections.choose(query.filter.channels, unmasked_permissions,
                                                        record.view())});
  }
  events.push_back(']');

  const bool complete =
      ascending ? page->covered.end >= window->end : page->covered.begin <= window->begin;
  JsonObject body;
  body.raw("events", events);
  if (complete) {
    body.raw("next", "null");
  } else {
    body.text("next", format_position(log.epoch(), ascending ? previous(page->covered.end)
                                                             : page->covered.begin));
  }
  body.boolean("complete", complete)
      // Counts only records that the caller may see; the rest would reveal that others exist.
      .number("scanned", page->reached)
      .text("head", format_position(log.epoch(), previous(held.end)));
  return HistoryAnswer{body.take(), page->records.size()};
}

}  // namespace courtside
