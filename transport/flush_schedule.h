// Decides the order of flushes: replies at the end of the current turn; fan-out too, unless the
// last pass over many connections was so recent that a short wait saves more than it costs (see
// Connection::send_paced). Does no I/O itself. Threads: the loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace courtside {

enum class Urgency : std::uint8_t {
  kReply,  // the peer waits for this reply
  kPaced,  // fan-out: one of many recipients
};

// An object with a queue to write.
class Flushable {
 public:
  virtual ~Flushable() = default;
  virtual void flush() = 0;

 private:
  friend class FlushSchedule;
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t place_ = kNone;  // its index in the list of its urgency
  Urgency urgency_ = Urgency::kPaced;
};

class FlushSchedule {
 public:
  // A pass over at most this many connections causes no pause.
  static constexpr std::size_t kManyConnections = 32;
  // The default limit of the pause after a pass over many connections.
  static constexpr std::uint64_t kPauseMaxUs = 5'000;

  using ClockUs = std::uint64_t (*)();
  explicit FlushSchedule(ClockUs clock_us) : clock_us_(clock_us) {}

  void add(Flushable& member, Urgency urgency);
  // REQUIRES: not from within run().
  void remove(Flushable& member);

  // Flushes all replies, and the paced members if their pause is over. Members added meanwhile wait
  // for the next run().
  void run();

  bool replies_waiting() const { return !replies_.empty(); }
  // Microseconds until run() will flush paced members; empty when there are none.
  std::optional<std::uint64_t> paced_wait_us() const;

  void set_pause_max_us(std::uint64_t pause_us) { pause_max_us_ = pause_us; }

 private:
  using List = std::vector<Flushable*>;

  List& list_of(Urgency urgency) { return urgency == Urgency::kReply ? replies_ : paced_; }
  std::size_t flush_all(List& list);

  const ClockUs clock_us_;
  std::uint64_t pause_max_us_ = kPauseMaxUs;
  std::uint64_t paced_from_us_ = 0;  // the earliest time of the next paced pass
  List replies_;
  List paced_;
  List running_;
};

}  // namespace courtside
