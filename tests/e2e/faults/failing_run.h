// One run of a server in which one system call fails: two lives with the failing call, in which 500
// events are published over HTTP and WebSocket, and a third one without it, in which what was not
// acknowledged is published again, and everything is compared.
//
//   FailingRun run({.kind = "write", .number = 12, .error = EIO});
//   run.go();                       // throws Failure: a promise is broken
//   run.has_failed(), run.ends()
//
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/failing_call.h"
#include "tests/e2e/support/rover.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {

class FailingRun {
 public:
  static constexpr int kEvents = 500;

  explicit FailingRun(const CallToFail& call) : error_(call.error), call_(call) {}

  void go();

  // Calls of this kind in the first two lives, and whether one of them failed.
  std::uint64_t calls() const { return call_.calls(); }
  bool has_failed() const { return call_.has_failed(); }
  // How each of these lives ended: 0, or the exit status that the failure led to.
  const std::vector<int>& ends() const { return ends_; }

 private:
  void live(int first, int last);
  void check();
  bool start(const std::vector<std::string>& environment);
  bool has_ended() const { return server_->output_ended(); }
  void stop();
  void expect_end(bool was_asked);
  void publish(int first, int last);
  void publish_over_http(HttpClient& http, int first, int last);
  void publish_over_websocket(int first, int last);
  bool publish_together(Session& session, int first);
  void try_again(const std::string& what, const std::function<bool()>& attempt);
  void acknowledge(const std::string& id, const std::string& position);
  void follow(milliseconds time);

  const int error_;
  FailingCall call_;
  TempFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> server_;
  std::map<std::string, std::string> acknowledged_;  // id -> position
  std::optional<Rover> rover_;
  std::vector<int> ends_;
};

}  // namespace courtside::e2e
