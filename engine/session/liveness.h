// Whether the client of a stream of events is still there, told from what it says and what it
// takes.
//
//   Liveness liveness(Liveness::Expects::kPongs, now_ms);
//   if (liveness.is_dead(now_ms, traffic, 2 * heartbeat_ms)) close(...);      // at each tick
//
// It does no I/O. Threads: its owner's.
#pragma once

#include <cstdint>

namespace courtside {

struct Traffic {
  std::uint64_t received_ms = 0;         // Connection::last_heard_ms()
  std::uint64_t sent_bytes = 0;          // so far, those included that still wait
  std::uint64_t acknowledged_bytes = 0;  // that its kernel confirmed
};

class Liveness {
 public:
  enum class Expects : std::uint8_t {
    kPongs,    // a WebSocket client: it answers our pings
    kNothing,  // a reader of server-sent events: it never says anything
  };
  Liveness(Expects expects, std::uint64_t now_ms) : expects_(expects), alive_ms_(now_ms) {}

  // True when there was no sign of life for longer than `silence_ms_max`. A sign is that the client
  // said something, or that it took a part of what waited for it at the last call: a slow reader of
  // a long backlog may not come to answering pings for minutes. Of a client that should answer, it
  // is no sign that it took everything: our ping was among that, and a kernel takes everything for
  // a program that reads nothing. Of one that never says anything, it is.
  bool is_dead(std::uint64_t now_ms, const Traffic& traffic, std::uint64_t silence_ms_max);

 private:
  const Expects expects_;
  std::uint64_t alive_ms_;  // the last sign of life
  Traffic before_;          // at the last call
};

}  // namespace courtside
