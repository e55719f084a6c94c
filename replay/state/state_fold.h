// The state of one subject, computed from its events one by one by the rules of state_rules.h. It
// uses no clock, no randomness and no floating point: the same events give the same bytes on every
// node and in every build.
//
//   StateFold fold("booking:b_1");
//   for (each event of it, in order) fold.apply(record, projection);
//   fold.text();   // {"amount":{...},"created":"2026-...","lastType":"booking.confirmed",
//                  //  "status":"CONFIRMED","version":2}
//
// It can continue from its text and its memory (which no reader sees) as if it had applied the
// events before: together they are a snapshot. Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "replay/state/state_object.h"
#include "schema/cloudevent.h"
#include "schema/event.h"
#include "schema/record.h"

namespace courtside {

// Increase it with every change of the result for the same events: snapshots of other rules are not
// used.
constexpr std::uint8_t kStateRulesVersion = 4;

class StateFold {
 public:
  // REQUIRES: is_channel(subject).
  explicit StateFold(std::string_view subject);

  // Continues from the results of text() and memory(). False when they are malformed. Without the
  // memory, earlier deletions of messages are unknown.
  bool resume(std::string_view text, std::string_view memory = "{}");

  // Applies the subject's next event, as `projection` shows it; null: all of it.
  void apply(RecordView record, const Projection* projection);
  void apply(EventView event, const Projection* projection, Timestamp recorded,
             std::uint64_t version);
  void apply(const EventFields& event, Timestamp recorded, std::uint64_t version);

  // True when no event was applied.
  bool empty() const { return version() == 0; }
  // The subject version of the last event.
  std::uint64_t version() const;
  // A member as JSON; empty when it is absent.
  std::string member(std::string_view name) const;

  std::size_t size_bytes() const { return state_.size_bytes(); }
  std::string text() const { return state_.text(); }
  std::string memory() const { return memory_.text(); }

 private:
  std::string kind_;
  StateObject state_;
  StateObject memory_;
};

}  // namespace courtside
