#include "engine/delivery/start.h"

#include <algorithm>

namespace courtside {
namespace {

Result<Start> start_after(const std::string& text, std::string_view epoch, OffsetRange held) {
  const Result<Position> position = parse_position(text);
  if (!position) return fail(position.error());
  if (position->epoch != epoch || position->offset >= held.end) {
    // A position of another log, or one that this log never reached: the client saw other events.
    return Start{.next = held.begin,
                 .epoch_gap = protocol::Gap{.sub = 0,
                                            .reason = "epoch",
                                            .from = text,
                                            .to = format_position(epoch, previous(held.begin))}};
  }
  return Start{.next = next(position->offset), .epoch_gap = {}};
}

}  // namespace

namespace {

// The pace is counted from `since`, so that all clients with the same `since` stay in step. It is
// counted from the earliest retained event if that is later, so that nobody waits for the time in
// which there are no events.
Result<Start> start_since(Timestamp since, const LogReader& log) {
  const Result<Offset> first = log.first_at_or_after(since);
  if (!first) return fail(first.error());
  const auto earliest = log.read({log.held().begin});
  if (!earliest) return fail(earliest.error());
  const Timestamp from = earliest->empty() ? since : earliest->front()->recorded();
  return Start{.next = *first, .epoch_gap = {}, .pace_from = std::max(since, from)};
}

}  // namespace

bool start_needs_read(const protocol::From& from) {
  return from.kind == protocol::From::Kind::kLast || from.kind == protocol::From::Kind::kSince;
}

Result<Start> resolve_start(const protocol::From& from, std::string_view epoch, OffsetRange held) {
  switch (from.kind) {
    case protocol::From::Kind::kEarliest: return Start{.next = held.begin, .epoch_gap = {}};
    case protocol::From::Kind::kAfter: return start_after(from.after, epoch, held);
    default: return Start{.next = held.end, .epoch_gap = {}};
  }
}

Result<Start> resolve_start_reading(const protocol::From& from, const Filter& filter,
                                    const LogReader& log, const PageReader& pages) {
  const OffsetRange held = log.held();
  if (from.kind == protocol::From::Kind::kSince) return start_since(from.since, log);
  if (from.kind == protocol::From::Kind::kLast) {
    const Result<Offset> after = pages.after_last(filter, held, from.last);
    if (!after) return fail(after.error());
    return Start{.next = next(*after), .epoch_gap = {}};
  }
  return resolve_start(from, log.epoch(), held);
}

}  // namespace courtside
