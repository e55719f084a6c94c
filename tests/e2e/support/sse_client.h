// Reads server-sent events like a browser's EventSource (HTML standard, section 9.2), but also
// returns comments.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>

#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

class SseClient {
 public:
  struct Event {
    bool is_comment = false;
    std::string id = {};    // of this event; empty: none
    std::string type = {};  // "message" if it has none
    std::string data = {};  // of a comment: its text
  };

  // Requests the stream and reads the head of the answer.
  SseClient(std::uint16_t port, const std::string& target, const std::string& last_event_id = "",
            Headers always = {});

  const HttpResponse& head() const { return head_; }

  // The next event or comment; next_event() skips comments and positions. Throws Disconnected.
  Event next(Deadline deadline = Deadline());
  Event next_event(Deadline deadline = Deadline());

  Socket& socket() { return http_.socket(); }

 private:
  std::string line(Deadline deadline);

  HttpClient http_;
  HttpResponse head_;
  std::string text_;
};

}  // namespace courtside::e2e
