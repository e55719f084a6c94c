// Patience: every wait of these tests has an end, and the end has a name.
//
// A harness that cannot go on throws Failure, which GoogleTest reports as the test's failure with
// its text; on a thread of its own it travels through run_together (workers.h). Threads: values.
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

// The other side closed or reset the connection: tests that kill the server catch this one.
struct Disconnected : Failure {
  using Failure::Failure;
};

[[noreturn]] inline void give_up(const std::string& what) { throw Failure(what); }

// How long an answer may take before the test fails: far longer than any server needs, also one
// under a sanitizer on a busy machine.
constexpr milliseconds kPatience = seconds(30);

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(milliseconds patience = kPatience) : end_(Clock::now() + patience) {}

  bool expired() const { return Clock::now() >= end_; }

  // As poll(2) takes it: 0 when expired, otherwise at least 1.
  int remaining_ms() const {
    const auto left = std::chrono::ceil<milliseconds>(end_ - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
  }

 private:
  Clock::time_point end_;
};

// Waits until it holds; a Failure that names it when it does not.
inline void wait_until(const std::string& what, const std::function<bool()>& holds,
                       milliseconds patience = kPatience) {
  const Deadline deadline(patience);
  while (!holds()) {
    if (deadline.expired()) give_up("waited in vain: " + what);
    std::this_thread::sleep_for(milliseconds(5));  // Between two looks at the condition.
  }
}

}  // namespace courtside::e2e
