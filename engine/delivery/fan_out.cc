#include "engine/delivery/fan_out.h"

#include <utility>

namespace courtside {

void FanOut::run(const Batch& batch, OffsetRange held, std::span<const std::size_t> barriers) {
  std::size_t barriers_passed = 0;
  held_begin_ = held.begin;
  is_running_ = true;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RecordView record = batch.at(i);
    bodies_.clear();
    subscribers_.for_each_audience(record, [&](Audience& audience) { offer(audience, record); });
    if (open_bytes_ >= kOpenBytesMax) deliver_blocks(next(record.offset()));
    if (barriers_passed < barriers.size() && barriers[barriers_passed] == i) {
      deliver_blocks(next(record.offset()));
      host_.on_barrier(barriers_passed++);
    }
  }
  deliver_blocks(held.end);
  is_running_ = false;
}

// All that was offered so far, up to `end`, goes to the live ones.
void FanOut::deliver_blocks(Offset end) {
  handed_out_ = end;
  for (Audience* audience : touched_) {
    deliver_block(*audience, end);
    audience->touched = false;
  }
  touched_.clear();
}

void FanOut::offer(Audience& audience, RecordView record) {
  if (audience.members.empty() || audience.last_event == record.offset()) return;
  audience.last_event = record.offset();
  const Interest& interest = *audience.interest;
  if (interest.selective() && !interest.filter.matches(record)) return;

  if (audience.block.empty()) audience.block_begin = record.offset();
  const Projection* projection =
      projections_.choose(interest.filter.channels, interest.unmasked_permissions, record);
  const std::size_t bytes_before = audience.block.size();
  interest.wire->append_event(audience.block, interest.sub,
                              body_for(*interest.wire, interest.shown_part(projection), record));
  ++audience.block_events;
  open_bytes_ += audience.block.size() - bytes_before;
  if (!audience.touched) {
    audience.touched = true;
    touched_.push_back(&audience);
  }
  if (audience.block.size() >= kBlockBytesMax || open_bytes_ >= 2 * kOpenBytesMax) {
    deliver_block(audience, next(record.offset()));
  }
}

const std::string& FanOut::body_for(const Wire& wire, const ShownPart& part, RecordView record) {
  const void* const kind = wire.body_kind();
  for (const Body& body : bodies_) {
    if (body.kind == kind && body.part == part) return body.bytes;
  }
  Body& body = bodies_.emplace_back(Body{kind, part, {}});
  wire.append_event_body(body.bytes, epoch_, record, part);
  return body.bytes;
}

// Hands the block to every member, up to `end`: what it does not hold below that, the members do
// not want.
void FanOut::deliver_block(Audience& audience, Offset end) {
  if (audience.block.empty()) return;
  const OffsetRange range{audience.block_begin, end};
  open_bytes_ -= audience.block.size();
  audience.interest->wire->finish(audience.block, audience.interest->sub);
  const SharedBytes frames(std::exchange(audience.block, {}).bytes);
  const std::uint64_t events = std::exchange(audience.block_events, 0);

  for (std::size_t i = 0; i < audience.members.size();) {
    const SubscriberId id = audience.members[i];
    Subscriber& subscriber = *subscribers_.find(id);
    ++i;
    if (subscriber.owner == nullptr) continue;  // removed during this fan-out
    subscriber.cursor.on_congestion(subscriber.owner->congested());
    const Step step = subscriber.cursor.on_commit(range, {held_begin_, end});
    if (step.kind == Step::Kind::kDeliver) {
      counters_.deliveries += events;
      subscriber.owner->send_frames(frames);
    } else if (step.kind == Step::Kind::kFallBehind) {
      --i;  // another member takes its place
      subscribers_.detach(subscriber);
      to_advance_.push_back(id);
      ++counters_.fell_behind;
      send_message(subscriber,
                   protocol::Behind{audience.interest->sub,
                                    format_position(epoch_, previous(step.range.begin))});
    }
  }
}

}  // namespace courtside
