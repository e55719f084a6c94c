// One WebSocket connection to the server under test, as light as it can be: it writes what it is
// told at the end of the turn, and finds the messages in what it reads by their frame headers.
//
// It says `hello` by itself. Being refused, closed or lost ends the whole run (BenchLoop::fail).
// Its end resets the connection, so that no port waits in TIME_WAIT after thousands of them.
//
// Threads: the loop's. Not to be destroyed from within a turn.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bench/bench_loop.h"
#include "bench/server_frames.h"
#include "transport/client/client.h"

namespace courtside {

// Where the server is, looked up once.
struct BenchAddress {
  sockaddr_storage storage{};
  socklen_t size_bytes = 0;
  std::string host;      // "127.0.0.1:8080", for the Host header
  std::string token;     // for `hello`; may be empty
  bool deflate = false;  // offer to take compressed messages

  // On 127.0.0.0/8, where every address is this machine and may be called from.
  bool loopback() const;
};
// unavailable when there is no such host.
Result<BenchAddress> resolve(const ClientTarget& target);

class BenchClient;

class BenchClientHandler {
 public:
  // The handshake is done and hello is on its way.
  virtual void on_open(BenchClient& client) = 0;
  // A whole text message, valid during the call.
  virtual void on_message(BenchClient& client, std::string_view message) = 0;

 protected:
  ~BenchClientHandler() = default;
};

class BenchClient final : private BenchLoop::Watcher {
 public:
  struct Options {
    std::uint32_t number = 0;      // for the handler to know it by
    int receive_buffer_bytes = 0;  // of the kernel; 0: its choice
  };

  // Begins to connect. A shortage of sockets is reported as a failed run.
  BenchClient(BenchLoop& loop, const BenchAddress& address, const Options& options,
              BenchClientHandler& handler);
  ~BenchClient();
  BenchClient(const BenchClient&) = delete;
  BenchClient& operator=(const BenchClient&) = delete;

  std::uint32_t number() const { return options_.number; }

  // Queues a text message, written at the end of the turn.
  void send(std::string_view message);

  // Reads only when read_some() is called, as somebody on a bad line would.
  void pause_reading();
  void resume_reading();
  // Reads at most so many bytes, at once. REQUIRES: paused.
  void read_some(std::size_t bytes_max);

 private:
  void connect();
  void on_ready(bool readable, bool writable) override;
  void flush() override;
  std::size_t take(std::string_view bytes);
  std::size_t take_handshake(std::string_view bytes);
  void take_frame(const ServerFrame& frame);
  void take_compressed(std::string_view payload);
  void ask_for_flush();
  void watch();
  void fail(std::string what);

  BenchLoop& loop_;
  const BenchAddress& address_;
  const Options options_;
  BenchClientHandler& handler_;
  int fd_ = -1;
  bool open_ = false;
  bool paused_ = false;
  bool broken_ = false;
  bool write_blocked_ = true;  // until it is connected
  bool flush_asked_ = false;
  std::string out_;
  std::string rest_;  // the beginning of a message whose end has not come
};

}  // namespace courtside
