#include "engine/start.h"

namespace courtside {
namespace {

Result<Start> start_after(const std::string& text, std::string_view epoch, OffsetRange held) {
  const Result<Position> position = parse_position(text);
  if (!position) return fail(position.error());
  if (position->epoch != epoch || position->offset >= held.end) {
    // Another log, or a place that this log never reached: what the client saw is not what is here.
    return Start{held.begin, protocol::Gap{.sub = 0,
                                           .reason = "epoch",
                                           .from = text,
                                           .to = format_position(epoch, previous(held.begin))}};
  }
  return Start{next(position->offset), {}};
}

}  // namespace

bool start_needs_read(const protocol::From& from) {
  return from.kind == protocol::From::Kind::kLast || from.kind == protocol::From::Kind::kSince;
}

Result<Start> resolve_start(const protocol::From& from, std::string_view epoch, OffsetRange held) {
  switch (from.kind) {
    case protocol::From::Kind::kEarliest: return Start{held.begin, {}};
    case protocol::From::Kind::kAfter: return start_after(from.after, epoch, held);
    default: return Start{held.end, {}};
  }
}

Result<Start> resolve_start_reading(const protocol::From& from, const Filter& filter,
                                    const LogReader& log, const PageReader& pages) {
  const OffsetRange held = log.held();
  if (from.kind == protocol::From::Kind::kSince) {
    const Result<Offset> first = log.first_at_or_after(from.since);
    if (!first) return fail(first.error());
    return Start{*first, {}};
  }
  if (from.kind == protocol::From::Kind::kLast) {
    const Result<Offset> after = pages.after_last(filter, held, from.last);
    if (!after) return fail(after.error());
    return Start{next(*after), {}};
  }
  return resolve_start(from, log.epoch(), held);
}

}  // namespace courtside
