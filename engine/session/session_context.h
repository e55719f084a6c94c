// What the parts of a session share: the replies to its client, the numbers of its questions, its
// clock. Threads: the session's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "schema/protocol.h"

namespace courtside {

class SessionContext {
 public:
  virtual void send(const protocol::ServerMessage& message) = 0;
  // Answers a request, or a message that is none, with an error.
  virtual void refuse(std::optional<std::uint32_t> request, Error error) = 0;
  // Closes the connection and ends every subscription. Later requests are ignored.
  virtual void close(Code code, std::string_view reason) = 0;
  // A number that no earlier question of this session has.
  virtual std::uint64_t next_attempt() = 0;
  // The loop's clock at the last tick.
  virtual std::uint64_t now_ms() const = 0;

 protected:
  ~SessionContext() = default;
};

}  // namespace courtside
