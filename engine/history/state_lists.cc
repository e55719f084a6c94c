#include "engine/history/state_lists.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "base/fine_time.h"
#include "base/json.h"
#include "engine/history/history.h"
#include "engine/history/state_view.h"
#include "schema/channel.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr std::size_t kPageEvents = 256;
constexpr std::size_t kPageBytes = 1 << 20;
// Bytes of a list. The state that exceeds it is the page's last.
constexpr std::size_t kListBytesMax = 8 << 20;

// Walks back through the events that match a filter, and reads the state of each subject at the
// subject's newest event.
class BackwardWalk {
 public:
  BackwardWalk(const StateLists& lists, const StateView& view, Filter filter, OffsetRange window,
               Offset at)
      : lists_(lists), view_(view), filter_(std::move(filter)), window_(window), at_(at) {}

  // Calls take(record, read) once per subject until it returns false. `read` is complete.
  template <typename Take>
  Result<void> run(Take take) {
    while (!window_.empty() && left() > 0) {
      const Result<Page> page = lists_.pages.read(filter_, {.window = window_,
                                                            .direction = Direction::kDescending,
                                                            .events_max = kPageEvents,
                                                            .bytes_max = kPageBytes,
                                                            .scanned_max = left()});
      if (!page) return fail(page.error());
      spent_ += page->scanned;
      for (const Record& record : page->records) {
        const Result<bool> goes_on = visit(record, take);
        if (!goes_on) return fail(goes_on.error());
        if (!*goes_on) return {};
        ++reached_;
      }
      window_.end = page->covered.begin;
    }
    return {};
  }

  // The part that was not examined.
  OffsetRange rest() const { return window_; }
  bool complete() const { return window_.empty(); }
  // The number of matching events examined.
  std::size_t reached() const { return reached_; }

 private:
  std::uint64_t left() const { return lists_.scanned_max - std::min(spent_, lists_.scanned_max); }

  template <typename Take>
  Result<bool> visit(const Record& record, Take& take) {
    const Offset offset = record->offset();
    std::string subject(record->event().subject());
    if (seen_.count(subject) == 0 && is_channel(subject)) {
      // Each page contains at least one state, whatever its budget.
      if (left() == 0 && !seen_.empty()) {
        window_.end = next(offset);
        return false;
      }
      StateRead read{.subject = subject, .at = at_, .view = view_};
      const Result<bool> done =
          lists_.states.read_on(read, std::max<std::uint64_t>(left(), kPageEvents));
      spent_ += read.scanned;
      if (!done && done.error().code != Code::not_found) return fail(done.error());
      if (done && !*done) {  // too long for this page; the partial read is kept for the next page
        window_.end = next(offset);
        return false;
      }
      if (done && !take(*record.operator->(), read)) {
        window_.end = offset;
        return false;
      }
      seen_.insert(std::move(subject));
    }
    window_.end = offset;
    return true;
  }

  const StateLists& lists_;
  const StateView& view_;
  const Filter filter_;
  OffsetRange window_;
  const Offset at_;
  std::unordered_set<std::string> seen_;
  std::uint64_t spent_ = 0;
  std::size_t reached_ = 0;
};

// Adds "next", "complete" and "scanned".
void add_end(JsonObject& body, const BackwardWalk& walk, const std::string& epoch) {
  if (walk.complete()) {
    body.raw("next", "null");
  } else {
    body.text("next", format_position(epoch, walk.rest().end));
  }
  body.boolean("complete", walk.complete()).number("scanned", walk.reached());
}

std::optional<FineTime> time_of(const StateFold& state, std::string_view name) {
  const std::string json = state.member(name);
  const JsonValue value = read_json(json);
  std::string scratch;
  if (!value.is(JsonKind::kString)) return std::nullopt;
  const auto text = json_text(value, scratch);
  return text ? parse_fine_time(*text) : std::nullopt;
}

std::string joined(const std::vector<std::string>& items) {
  std::string list = "[";
  for (const std::string& item : items) {
    if (list.size() > 1) list.push_back(',');
    list.append(item);
  }
  return list.append("]");
}

// ---------------------------------------------------------------------------------------------

struct Slot {
  std::optional<FineTime> start;
  std::string subject;
  std::string json;
};

// Whether the slot overlaps the requested time, by the rules of RFC 4791, section 9.9: a slot
// without an end, or with an end not after its start, is a moment; one without times always
// overlaps.
bool is_within(const CalendarQuery& query, const StateFold& state) {
  const auto start = time_of(state, "start");
  const auto end = time_of(state, "end");
  const bool is_moment = start && (!end || *end <= *start);
  if (query.to && start && *start >= *query.to) return false;
  if (!query.from) return true;
  if (is_moment) return *start >= *query.from;
  return !end || *end > *query.from;
}

std::string slot_json(const StateRead& read) {
  std::string json = StateReader::state(read).json;
  if (read.folded_from == 0) return json;
  json.pop_back();
  return json.append(",\"foldedfrom\":").append(std::to_string(read.folded_from)).append("}");
}

// ---------------------------------------------------------------------------------------------

std::string or_null(const std::string& json) { return json.empty() ? "null" : json; }

// Each delivery has all members; missing ones are null.
std::string deliveries_json(const std::string& list) {
  std::vector<std::string> deliveries;
  JsonReader reader(list);
  if (list.empty() || !reader.begin_array()) return "[]";
  while (reader.next_element()) {
    const std::string_view delivery = reader.value().raw;
    JsonObject out;
    for (const std::string_view wanted :
         {"channel", "dispatched", "delivered", "failed", "attempt"}) {
      JsonReader members(delivery);
      std::string json;
      if (!members.begin_object()) return "[]";
      while (members.next_member()) {
        const bool is_it = members.key().raw == json_token(wanted);
        const JsonValue value = members.value();
        if (is_it) json = value.raw;
      }
      out.raw(wanted, or_null(json));
    }
    deliveries.push_back(out.take());
  }
  return joined(deliveries);
}

std::string notification_json(const StateRead& read) {
  JsonObject out;
  out.text("id", channel_id(read.subject));
  for (const std::string_view name : {"kind", "title", "body", "bookingId", "link", "created"}) {
    out.raw(name, or_null(read.fold.member(name)));
  }
  out.raw("deliveries", deliveries_json(read.fold.member("deliveries")));
  for (const std::string_view name : {"seen", "read"})
    out.raw(name, or_null(read.fold.member(name)));
  if (read.folded_from > 0) out.number("foldedfrom", read.folded_from);
  return out.take();
}

bool is_unread(const StateRead& read) { return read.fold.member("read").empty(); }

// When two events created the same notification, the later one counts.
bool is_its_creation(RecordView record, const StateRead& read) {
  return read.fold.member("created") == json_token(format_rfc3339(record.recorded()));
}

bool is_wanted(const NotificationsQuery& query, RecordView record, const StateRead& read) {
  if (!query.kind.empty() && read.fold.member("kind") != json_token(query.kind)) return false;
  if (query.unread && *query.unread != is_unread(read)) return false;
  return is_its_creation(record, read);
}

Filter creations_of(const std::string& account) {
  Filter filter;
  filter.channels = {"user:" + account};
  filter.types = {"notification.created"};
  return filter;
}

}  // namespace

Result<ListAnswer> answer_calendar(const StateLists& lists, const CalendarQuery& query,
                                   const std::string& venue, OffsetRange held, Timestamp now,
                                   const std::string& channel, const StateView& view) {
  const std::string& epoch = lists.log.epoch();
  const Result<Offset> at = resolve_at(query.at, lists.log, held, now);
  if (!at) return fail(at.error());
  if (held.begin > Offset(1) && *at < held.begin) {
    return fail(position_expired(epoch, held, "events before the position are gone"));
  }
  const Result<OffsetRange> window = rest_of_list(query.list, epoch, held, *at);
  if (!window) return fail(window.error());

  Filter filter;
  filter.channels = {channel};
  filter.types = {"slot.*"};
  BackwardWalk walk(lists, view, std::move(filter), *window, *at);
  std::vector<Slot> slots;
  std::size_t bytes = 0;
  const Result<void> walked = walk.run([&](RecordView record, const StateRead& read) {
    // If the slot has a later event, it was on an earlier page.
    if (read.last_shown != record.offset() || !is_within(query, read.fold)) return true;
    slots.push_back({time_of(read.fold, "start"), read.subject, slot_json(read)});
    bytes += slots.back().json.size();
    return slots.size() < query.list.limit && bytes < kListBytesMax;
  });
  if (!walked) return fail(walked.error());
  std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
    return std::tie(a.start, a.subject) < std::tie(b.start, b.subject);
  });
  std::vector<std::string> rows;
  rows.reserve(slots.size());
  for (Slot& slot : slots) rows.push_back(std::move(slot.json));

  JsonObject body;
  body.text("venue", venue).text("position", format_position(epoch, *at));
  body.raw("slots", joined(rows));
  if (held.begin > Offset(1)) body.text("earliest", format_position(epoch, previous(held.begin)));
  add_end(body, walk, epoch);
  return ListAnswer{body.take(), rows.size()};
}

Result<ListAnswer> answer_notifications(const StateLists& lists, const NotificationsQuery& query,
                                        const std::string& account, OffsetRange held) {
  const std::string& epoch = lists.log.epoch();
  const Offset at = previous(held.end);
  const Result<OffsetRange> window = rest_of_list(query.list, epoch, held, at);
  if (!window) return fail(window.error());
  const StateView view = view_of_notification(account);

  // Only the creation event's time counts, so the filter by time is exact.
  Filter wanted = creations_of(account);
  wanted.since = query.since;
  wanted.until = query.until;
  BackwardWalk walk(lists, view, std::move(wanted), *window, at);
  std::vector<std::string> rows;
  std::size_t bytes = 0;
  const Result<void> walked = walk.run([&](RecordView record, const StateRead& read) {
    if (!is_wanted(query, record, read)) return true;
    rows.push_back(notification_json(read));
    bytes += rows.back().size();
    return rows.size() < query.list.limit && bytes < kListBytesMax;
  });
  if (!walked) return fail(walked.error());

  JsonObject body;
  body.raw("notifications", joined(rows));
  BackwardWalk count(lists, view, creations_of(account), held, at);
  std::uint64_t unread = 0;
  const Result<void> counted = count.run([&](RecordView /*record*/, const StateRead& read) {
    unread += is_unread(read) ? 1 : 0;
    return true;
  });
  if (!counted) return fail(counted.error());
  body.number("unread", unread);
  if (!count.complete()) body.boolean("unreadcomplete", false);
  add_end(body, walk, epoch);
  return ListAnswer{body.take(), rows.size()};
}

}  // namespace courtside
