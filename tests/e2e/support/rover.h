// A subscriber that is cut repeatedly and always resumes from its cursor, as the client library
// does. The cursor moves with each event, and with `live` and `progress`, which promise that
// everything before has been sent.
//
// It fails at once when an event comes twice or out of order, or at an impossible gap. At the end
// `expect_matches` compares what it received with the log. Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/test_session.h"
#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

enum class Cut { kReset, kHalfOpen, kClean };

// A received event, as the digest of its bytes.
struct Seen {
  std::uint64_t offset = 0;
  std::size_t digest = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

class Rover {
 public:
  // Begins after `cursor`.
  Rover(std::uint16_t port, std::vector<std::string> channels, std::vector<std::string> types,
        Place cursor)
      : port_(port), channels_(std::move(channels)), types_(std::move(types)), cursor_(cursor) {}

  // Connects if needed, and receives for this time or until the connection is lost.
  void follow(milliseconds time);

  // Ends the connection, if there is one.
  void cut(Cut how);

  // Follows, reconnecting when needed, until the cursor has reached `offset`.
  void follow_to(std::uint64_t offset, Deadline deadline = Deadline());

  std::uint64_t cursor() const { return cursor_.offset; }
  const std::vector<Seen>& seen() const { return seen_; }
  int connects() const { return connects_; }
  int behinds() const { return behinds_; }

  // Checks that it received exactly the events of `log` that `is_mine` accepts.
  void expect_matches(const std::vector<Logged>& log,
                      const std::function<bool(const Logged&)>& is_mine) const;

 private:
  void connect();
  void take(const Json& message);
  void advance(const std::string& position);

  std::uint16_t port_;
  std::vector<std::string> channels_;
  std::vector<std::string> types_;
  Place cursor_;
  std::optional<Session> session_;
  std::optional<Session> abandoned_;  // half-open: neither read nor closed
  bool is_live_ = false;
  std::vector<Seen> seen_;
  int connects_ = 0;
  int behinds_ = 0;
};

}  // namespace courtside::e2e
