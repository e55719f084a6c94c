// Who has something to write, and when it is their turn: replies at the end of this turn, fan-out
// too, unless the last pass over many connections was so recent that waiting a little buys more
// than it costs (DESIGN.md, "Flush"). Does no I/O itself. Threads: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "transport/loop.h"

namespace courtside {

enum class Urgency : std::uint8_t {
  kReply,  // somebody waits for this very answer
  kPaced,  // one of many who get the same
};

// Something with a queue to write from.
class Flushable {
 public:
  virtual ~Flushable() = default;
  virtual void flush() = 0;

 private:
  friend class FlushSchedule;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t place_ = kNone;  // in the list of its urgency
  Urgency urgency_ = Urgency::kPaced;
};

class FlushSchedule {
 public:
  // A pass over fewer is no sign of load.
  static constexpr std::size_t kManyConnections = 32;

  using ClockUs = std::uint64_t (*)();
  explicit FlushSchedule(ClockUs clock_us) : clock_us_(clock_us) {}

  void add(Flushable& member, Urgency urgency);
  // REQUIRES: not from within run().
  void remove(Flushable& member);

  // Flushes all replies, and the paced ones when their time has come. What is added meanwhile waits
  // for the next run().
  void run();

  bool replies_waiting() const { return !replies_.empty(); }
  // Microseconds until a run() will do something for the paced ones; empty when there are none.
  std::optional<std::uint64_t> paced_wait_us() const;

  void set_pause_max_us(std::uint64_t pause_us) { pause_max_us_ = pause_us; }

 private:
  using List = std::vector<Flushable*>;

  List& list_of(Urgency urgency) { return urgency == Urgency::kReply ? replies_ : paced_; }
  std::size_t flush_all(List& list);

  const ClockUs clock_us_;
  std::uint64_t pause_max_us_ = Loop::kFlushPauseMaxUs;
  std::uint64_t paced_from_us_ = 0;  // no paced pass before
  List replies_;
  List paced_;
  List running_;
};

}  // namespace courtside
