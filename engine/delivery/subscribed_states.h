// The states of a subscription's subjects at its beginning: `subscribe` with `state` sends them
// before the events.
//
//   SubscribedStates states(projections, interest, at);
//   while (!*states.read_on(log, reader, scanned_max)) ...   // let other reads run
//   for (const protocol::State& state : states.states()) ...
//
// Threads: any, one at a time; never a loop, because it reads the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/delivery/interest.h"
#include "engine/routing/router.h"
#include "replay/state/state_reader.h"
#include "schema/protocol.h"

namespace courtside {

// One state for each channel of the interest that is a subject, with the fields that this channel
// may see. So all subscribers of a subject share its snapshots, whatever their other channels are.
// With
// `*` among the channels, every field is visible.
//
// A subject that did not exist yet is left out. A subject whose events are no longer in the log has
// the state `null`; the events and gaps after it are complete all the same.
class SubscribedStates {
 public:
  // More bytes than this are payload_too_large.
  static constexpr std::size_t kBytesMax = 4 << 20;

  // `projections` must outlive it. `at` is the offset before the first event.
  SubscribedStates(const Projections& projections, SharedInterest interest, Offset at);

  // Reads about `scanned_max` more records; call it until it returns true. Other reads can run
  // between two calls. No record is read twice.
  // REQUIRES: scanned_max >= 1.
  Result<bool> read_on(const LogReader& log, const StateReader& reader, std::uint64_t scanned_max);

  // REQUIRES: read_on() returned true.
  const std::vector<protocol::State>& states() const { return states_; }

 private:
  // What the look-up of a subject counts for, in records.
  static constexpr std::uint64_t kSubjectCost = 16;

  StateView view_of(const std::string& subject) const;
  Result<bool> read_subject(const LogReader& log, const StateReader& reader,
                            std::uint64_t scanned_max);
  Result<void> add(const LogReader& log, const std::string& subject, std::string json);

  const Projections& projections_;
  const SharedInterest interest_;
  const Offset at_;
  const bool sees_all_;
  std::size_t next_channel_ = 0;
  std::optional<StateRead> read_;  // of the next channel; empty before it begins
  std::size_t bytes_ = 0;
  std::vector<protocol::State> states_;
};

}  // namespace courtside
