#include "tests/simulation/simulated_client.h"

#include <utility>

namespace courtside::simulation {
namespace {

// What may lie in a socket beyond its size: it is filled up by one commit or one page, and then
// told that it is behind.
constexpr std::size_t kSocketSlackBytes = 40 * kFrameBytes;

}  // namespace

void Client::on_connected(Offset place) {
  place_ = place;
  live_ = false;
}

void Client::on_cut() {
  suspended_at_.reset();
  socket_.clear();
  queued_bytes_ = 0;
}

void Client::send_frames(const SharedBytes& frames) {
  socket_.push_back({frames, world_.first_held()});
  queued_bytes_ += frames.size();
  if (queued_bytes_ > socket_bytes_ + kSocketSlackBytes) {
    complain("its socket holds too much at", parse_frames(frames.view()).front());
  }
  if (suspended_at_) {
    for (const Frame& frame : parse_frames(frames.view())) {
      if (frame.kind == Frame::Kind::kEvent && Offset(frame.first) > *suspended_at_) {
        complain("sent behind the end of its right:", frame);
      }
    }
  }
  world_.on_sent(*this);
}

void Client::read_block() {
  const Block block = std::move(socket_.front());
  socket_.pop_front();
  queued_bytes_ -= block.frames.size();
  if (begins_with_batch(block.frames.view())) ++counters_.batches;
  for (const Frame& frame : parse_frames(block.frames.view())) check(frame, block.first_held);
}

void Client::check(const Frame& frame, Offset first_held) {
  digest_ = (digest_ * 31 + frame.first) * 31 + frame.second;
  switch (frame.kind) {
    case Frame::Kind::kEvent: return check_event(frame);
    case Frame::Kind::kGap: return check_gap(frame, first_held);
    case Frame::Kind::kLive: return check_live(frame);
    case Frame::Kind::kBehind: return check_behind(frame);
    case Frame::Kind::kProgress: return check_progress(frame);
    case Frame::Kind::kBatch: break;
  }
  complain("unknown word", frame);
}

void Client::check_event(const Frame& frame) {
  ++counters_.events;
  const Offset offset(frame.first);
  if (offset >= history_.end()) return complain("an event that was never committed:", frame);
  if (!history_.wants(interest_, offset)) return complain("not for it:", frame);
  const FieldSelection& fields = interests()[interest_]->fields;
  if (digest_with(history_.at(offset).digest, fields) != frame.second) {
    return complain("not what was committed:", frame);
  }
  if (offset < *place_) return complain("twice, or out of order:", frame);
  account_up_to(offset, frame);
  place_ = next(offset);
}

void Client::check_gap(const Frame& frame, Offset first_held) {
  ++counters_.gaps;
  const OffsetRange lost{Offset(frame.first), next(Offset(frame.second))};
  if (live_) complain("live, yet told of a", frame);
  if (lost.begin >= lost.end) return complain("an empty", frame);
  if (lost.begin < *place_) return complain("it has what is called lost:", frame);
  if (lost.end > first_held) return complain("a false gap:", frame);
  account_up_to(lost.begin, frame);
  place_ = lost.end;
}

void Client::check_live(const Frame& frame) {
  ++counters_.lives;
  if (live_) complain("live twice:", frame);
  live_ = true;
  account_up_to(next(Offset(frame.first)), frame);
}

void Client::check_behind(const Frame& frame) {
  ++counters_.behinds;
  if (!live_) complain("behind, but it was not live:", frame);
  live_ = false;
  account_up_to(next(Offset(frame.first)), frame);
}

void Client::check_progress(const Frame& frame) {
  if (!live_) complain("not live, yet told of", frame);
  account_up_to(next(Offset(frame.first)), frame);
}

void Client::account_up_to(Offset end, const Frame& frame) {
  if (end < *place_) return complain("goes back:", frame);
  if (end > history_.end()) return complain("beyond the log:", frame);
  const Offset missed = history_.first_wanted(interest_, {*place_, end});
  if (missed < end) {
    complain("event " + std::to_string(missed.value()) + " is missing before", frame);
  }
  place_ = end;
}

void Client::complain(const std::string& what, const Frame& frame) {
  if (!complaint_.empty()) return;
  complaint_ = "client of interest " + std::to_string(interest_) + " at " +
               std::to_string(place_->value()) + ": " + what + " " + describe(frame);
}

}  // namespace courtside::simulation
