#include "engine/history/stream_page.h"

#include <algorithm>
#include <charconv>

#include "engine/history/history.h"
#include "engine/history/query_parameters.h"
#include "engine/routing/router.h"
#include "schema/cloudevent.h"

namespace courtside {
namespace {

// Bytes of a page's records; as of a page of GET /v1/events.
constexpr std::size_t kStreamPageBytesMax = 8 << 20;

Result<void> set_cursor(std::optional<StreamCursor>& cursor, const Parameter& parameter) {
  constexpr std::size_t kDigitsMax = 15;  // JavaScript counts on exactly
  const std::string& text = parameter.second;
  StreamCursor value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || text.size() > kDigitsMax) {
    return bad_parameter(parameter, "must be the number that the server gave");
  }
  cursor = value;
  return {};
}

Result<void> set_parameter(StreamQuery& query, const Parameter& parameter) {
  const auto& [name, value] = parameter;
  if (name == "offset") {
    query.from_now = value == "now";
    if (query.from_now || value == "-1") return {};
    return set_position(query.after, parameter);
  }
  if (name == "live") {
    if (value != "long-poll" && value != "sse") {
      return bad_parameter(parameter, "must be long-poll or sse");
    }
    query.live = value == "sse" ? StreamQuery::Live::kSse : StreamQuery::Live::kLongPoll;
    return {};
  }
  if (name == "cursor") return set_cursor(query.cursor, parameter);
  return unknown_parameter(parameter);
}

}  // namespace

Result<StreamQuery> parse_stream_query(std::string channel, std::string_view text) {
  StreamQuery query;
  query.channel = std::move(channel);
  bool has_offset = false;
  const Result<void> done = for_each_parameter(text, {}, [&](const Parameter& parameter) {
    has_offset |= parameter.first == "offset";
    return set_parameter(query, parameter);
  });
  if (!done) return fail(done.error());
  if (query.live != StreamQuery::Live::kNo && !has_offset) {
    return fail(Code::bad_request, "`live` needs `offset`: -1, now, or a Stream-Next-Offset");
  }
  return query;
}

StreamCursor next_cursor(std::optional<StreamCursor> of_client, Timestamp now) {
  constexpr std::int64_t kEpochUs = 1'728'432'000'000'000;  // 2024-10-09, of the protocol
  constexpr std::int64_t kIntervalUs = 20'000'000;
  const std::int64_t passed_us = std::max<std::int64_t>(now.value() - kEpochUs, 0);
  const auto current = static_cast<StreamCursor>(passed_us / kIntervalUs);
  return of_client && *of_client >= current ? *of_client + 1 : current;
}

Result<OffsetRange> stream_window(const StreamQuery& query, std::string_view epoch,
                                  OffsetRange held) {
  if (query.from_now) return OffsetRange{held.end, held.end};
  HistoryQuery history;
  history.after = query.after;
  return window_of(history, epoch, held);
}

Result<StreamPage> read_stream_page(const StreamQuery& query, const StreamPageTerms& terms,
                                    const LogReader& log, const PageReader& pages,
                                    const Projections& projections) {
  const OffsetRange held = within(terms.held, log.held());
  const Result<OffsetRange> window = stream_window(query, log.epoch(), held);
  if (!window) return fail(window.error());
  const Filter filter = query.filter();
  const Result<Page> page = pages.read(filter, {.window = *window,
                                                .events_max = terms.events_max,
                                                .bytes_max = kStreamPageBytesMax,
                                                .scanned_max = terms.scanned_max});
  if (!page) return fail(page.error());
  if (query.after && page->covered.begin > window->begin) {
    return fail(position_expired(log.epoch(), within(held, log.held()),
                                 "events after the position are gone"));
  }
  StreamPage made{.body = "[",
                  .after = previous(window->begin),
                  .last = previous(page->covered.end),
                  .is_last = page->covered.end >= window->end,
                  .events = page->records.size()};
  for (const Record& record : page->records) {
    if (made.body.size() > 1) made.body.push_back(',');
    append_cloudevent(made.body, record.view(),
                      {.projection = projections.choose(filter.channels, terms.unmasked_permissions,
                                                        record.view())});
    const EventView event = record.view().event();
    const bool is_own_trace = event.type() == "audit.queried" && event.actorid() == terms.reader;
    if (!is_own_trace) ++made.news;
  }
  made.body.push_back(']');
  return made;
}

}  // namespace courtside
