// What the subjects of a subscription were when it begins: the states that `subscribe` with `state`
// tells before the events.
//
//   SubscribedStates states(projections, interest, at);
//   while (!*states.read_on(log, reader, scanned_max)) ...   // let others read
//   for (const protocol::State& state : states.states()) ...
//
// Threads: any, but one at a time and never a loop: it reads the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/delivery/interest.h"
#include "engine/routing/router.h"
#include "replay/state_reader.h"
#include "schema/protocol.h"

namespace courtside {

// Each channel of the interest that is a subject, as that channel shows it: so all who subscribe to
// a subject share its snapshots, whatever else each of them subscribes to. With `*` among the
// channels everything shows it.
//
// A subject that was not there yet is left out. One whose events are gone, so that nobody can tell
// what it was, is told as `null`: the events and gaps behind it are as good as ever.
class SubscribedStates {
 public:
  // More than this is payload_too_large.
  static constexpr std::size_t kBytesMax = 4 << 20;

  // `projections` outlives it. `at` is where the events begin, less one.
  SubscribedStates(const Projections& projections, SharedInterest interest, Offset at);

  // Reads about so many records further, so that many states, or long ones, let others read too:
  // call it until it answers true. What was read is not read again.
  // REQUIRES: scanned_max >= 1.
  Result<bool> read_on(const LogReader& log, const StateReader& reader, std::uint64_t scanned_max);

  // REQUIRES: read_on() answered true.
  const std::vector<protocol::State>& states() const { return states_; }

 private:
  // Each is looked up, however few records it takes.
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
  std::optional<StateRead> read_;  // of the next channel, where it has begun
  std::size_t bytes_ = 0;
  std::vector<protocol::State> states_;
};

}  // namespace courtside
