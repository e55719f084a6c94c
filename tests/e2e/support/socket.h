// A blocking TCP connection to 127.0.0.1 with a deadline on everything, and the rude endings that
// networks have: reset it, leave it half-open, or close it.
//
// Threads: one thread reads and one may write at the same time; the rest is for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

class Socket {
 public:
  enum class Filled { kBytes, kEnd, kTimeout };

  // Throws Disconnected when nobody listens. `receive_buffer_bytes` bounds the kernel's buffer on
  // our side (0: its default), so that a reader who stops is felt early. `from`: the address to
  // come from, such as "127.0.0.2"; empty: the usual one.
  static Socket connect(std::uint16_t port, int receive_buffer_bytes = 0,
                        const std::string& from = "");

  Socket() = default;
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  bool is_open() const { return fd_ >= 0; }

  // Throws Disconnected when the other side is gone, Failure when it does not take the bytes in
  // time.
  void write(std::string_view bytes, Deadline deadline = Deadline());

  // Waits until at least one byte more is buffered. kEnd for an orderly end and for a reset.
  Filled fill(Deadline deadline, std::size_t bytes_max = 64 * 1024);

  // What was received and not yet consumed; valid until the next call of a non-const member.
  std::string_view buffered() const { return std::string_view(buffer_).substr(begin_); }
  void consume(std::size_t size_bytes);

  // Exactly so many bytes, or the line up to `\n` (CR and LF cut). Throw Disconnected at the end of
  // the stream, Failure after the deadline.
  std::string take(std::size_t size_bytes, Deadline deadline);
  std::string take_line(Deadline deadline);

  // True once the other side has reset the connection.
  bool was_reset() const { return was_reset_; }

  void reset();           // RST: whatever was in flight is gone
  void shutdown_write();  // FIN: we say no more, but go on reading
  void close();

 private:
  explicit Socket(int fd) : fd_(fd) {}
  void need(Deadline deadline);

  int fd_ = -1;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool was_reset_ = false;
};

}  // namespace courtside::e2e
