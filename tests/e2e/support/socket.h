// A blocking TCP connection to 127.0.0.1 with a deadline on every call, and abrupt endings: reset
// it, leave it half-open, or close it.
//
// Threads: one thread reads and another may write at the same time; everything else on one thread.
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

  // Throws Disconnected when nothing listens. `receive_buffer_bytes` bounds the kernel's receive
  // buffer (0: default), so that a paused reader is noticed early. `from`: the source address, such
  // as "127.0.0.2"; empty: the default.
  static Socket connect(std::uint16_t port, int receive_buffer_bytes = 0,
                        const std::string& from = "");

  Socket() = default;
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  bool is_open() const { return fd_ >= 0; }

  // Throws Disconnected when the peer is gone, Failure when it does not accept the bytes in time.
  void write(std::string_view bytes, Deadline deadline = Deadline());

  // Waits until at least one more byte is buffered. kEnd for an orderly end and for a reset.
  Filled fill(Deadline deadline, std::size_t bytes_max = 64 * 1024);

  // The received bytes that are not consumed; valid until the next non-const call.
  std::string_view buffered() const { return std::string_view(buffer_).substr(begin_); }
  void consume(std::size_t size_bytes);

  // Exactly this many bytes, or a line up to `\n` (without CR and LF). Throw Disconnected at the
  // end of the stream, Failure after the deadline.
  std::string take(std::size_t size_bytes, Deadline deadline);
  std::string take_line(Deadline deadline);

  // True after the peer reset the connection.
  bool was_reset() const { return was_reset_; }

  void reset();           // RST: data in flight is lost
  void shutdown_write();  // FIN: sends no more, but keeps reading
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
