// Bounded waits: every wait of these tests ends, and a timeout names what was awaited.
//
// A harness that cannot continue throws Failure, which GoogleTest reports with its text; from other
// threads it is passed on by run_together (workers.h). Threads: values.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace courtside::e2e {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The peer closed or reset the connection. Tests that kill the server catch it.
struct Disconnected : Failure {
  using Failure::Failure;
};

[[noreturn]] inline void give_up(const std::string& what) { throw Failure(what); }

// How long an answer may take before the test fails: far longer than any server needs, also one
// under a sanitizer on a busy machine.
constexpr milliseconds kPatience = seconds(120);

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(milliseconds patience = kPatience) : end_(Clock::now() + patience) {}

  bool expired() const { return Clock::now() >= end_; }

  // The form for poll(2): 0 when expired, otherwise at least 1.
  int remaining_ms() const {
    const auto left = std::chrono::ceil<milliseconds>(end_ - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
  }

 private:
  Clock::time_point end_;
};

// Waits until `holds` is true; otherwise a Failure with `what`.
inline void wait_until(const std::string& what, const std::function<bool()>& holds,
                       milliseconds patience = kPatience) {
  const Deadline deadline(patience);
  while (!holds()) {
    if (deadline.expired()) give_up("waited in vain: " + what);
    std::this_thread::sleep_for(milliseconds(5));  // between two checks
  }
}

}  // namespace courtside::e2e
