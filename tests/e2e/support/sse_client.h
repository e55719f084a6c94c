// Server-sent events as a browser's EventSource reads them (HTML standard, section 9.2), with the
// comments, which a browser hides.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>

#include "tests/e2e/support/http_client.h"
#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

class SseClient {
 public:
  struct Event {
    bool is_comment = false;
    std::string id = {};    // of this event; empty when it has none
    std::string type = {};  // "message" when it has none
    std::string data = {};  // of a comment: its text
  };

  // Asks for the stream and reads the head of the answer.
  SseClient(std::uint16_t port, const std::string& target, const std::string& last_event_id = "",
            Headers always = {});

  const HttpResponse& head() const { return head_; }

  // The next event or comment; next_event() leaves out comments and positions. Throws Disconnected.
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
