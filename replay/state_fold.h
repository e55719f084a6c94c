// The state of one subject: what its events come to, folded one after the other by the rules of
// state_rules.h. No clock, no chance, no floating point: the same events give the same bytes on
// every node and in every build.
//
//   StateFold fold("booking:b_1");
//   for (each event of it, in order) fold.apply(record, projection);
//   fold.text();   // {"amount":{...},"created":"2026-...","lastType":"booking.confirmed",
//                  //  "status":"CONFIRMED","version":2}
//
// It goes on from its text and its memory, which no reader sees, as if it had folded what led to
// them: together they are a snapshot. Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "replay/state_object.h"
#include "schema/cloudevent.h"
#include "schema/event.h"
#include "schema/record.h"

namespace courtside {

// Grows with every change of what the same events fold to: a snapshot of other rules is of no use.
constexpr std::uint8_t kStateRulesVersion = 4;

class StateFold {
 public:
  // REQUIRES: is_channel(subject).
  explicit StateFold(std::string_view subject);

  // Goes on from what text() and memory() gave. False when they are none. Without the memory it
  // does not know which messages were deleted before the last one.
  bool resume(std::string_view text, std::string_view memory = "{}");

  // The subject's next event, as `projection` shows it; null: all of it.
  void apply(RecordView record, const Projection* projection);
  void apply(EventView event, const Projection* projection, Timestamp recorded,
             std::uint64_t version);
  void apply(const EventFields& event, Timestamp recorded, std::uint64_t version);

  // Whether no event was applied.
  bool empty() const { return version() == 0; }
  // Of the last event.
  std::uint64_t version() const;
  // A member as JSON; empty when it is not there.
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
