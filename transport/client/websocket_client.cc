#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/format.h"
#include "transport/address.h"
#include "transport/client/client.h"
#include "transport/connection.h"
#include "transport/tcp_stream.h"
#include "transport/websocket_handshake.h"
#include "transport/websocket_session.h"

namespace courtside {
namespace {

constexpr ConnectionLimits kStreamLimits = {
    .http = {},
    .websocket = {},
    .queue_bytes_max = WebSocketClient::kQueueBytesMax,
    .receive_timeout_ms = 0};  // set_silence_max() is enough for a server that is trusted
constexpr HttpLimits kHandshakeLimits = {8 * 1024, 64, 64 * 1024};

// Starts to connect and returns the socket; -1 and errno when that fails.
int begin_connect(const SocketAddress& address) {
  const int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(fd, address.get(), address.size_bytes) == 0 || errno == EINPROGRESS) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

class TcpWebSocketClient final : public WebSocketClient,
                                 public TcpStreamOwner,
                                 public WebSocketSessionOwner {
 public:
  TcpWebSocketClient(Loop& loop, UpgradeOffer offer, const HttpHeaders& headers,
                     std::size_t message_bytes_max, WebSocketClientHandler& handler)
      : loop_(loop), offer_(std::move(offer)), headers_(headers), handler_(handler) {
    limits_.message_bytes_max = message_bytes_max;
    handshake_timer_ =
        loop_.start_timer(kHandshakeTimeoutMs, [this] { give_up("no answer in time"); });
  }

  void connect(const ClientTarget& target) {
    auto addresses = resolve(target.host, target.port);
    if (addresses) {
      addresses_ = std::move(*addresses);
      try_next_address(0);
    } else {
      report_later(addresses.error().message);
    }
  }

  // Takes a socket that is connected or connecting.
  void begin(int fd) {
    parser_ =
        std::make_unique<HttpMessageParser>(HttpMessageParser::Kind::kAnswer, kHandshakeLimits);
    stream_ = std::make_unique<TcpStream>(loop_, fd, kStreamLimits, *this);
    // Queued now and written when the socket becomes writable, that is, connected.
    stream_->send(SharedBytes(upgrade_request(offer_, headers_)), Urgency::kReply);
  }

  ~TcpWebSocketClient() override {
    loop_.cancel_timer(handshake_timer_);
    loop_.cancel_timer(report_timer_);
    loop_.cancel_timer(silence_timer_);
  }

  void send(Opcode opcode, std::string_view payload) override {
    if (!session_ || !session_->open()) return;
    std::string frame;
    append_frame(frame, opcode, payload, WebSocketRole::kClient);
    stream_->send(SharedBytes(std::move(frame)), Urgency::kReply);
  }

  std::size_t queued_bytes() const override { return stream_ ? stream_->queued_bytes() : 0; }

  void pause_reading() override {
    if (stream_) stream_->pause_reading();
  }
  void resume_reading() override {
    if (stream_) stream_->resume_reading();
  }

  void close(std::uint16_t code) override {
    if (session_) {
      session_->close(code, {});
    } else {
      give_up("closed before it was open");
    }
  }
  void abort() override {
    addresses_.clear();
    if (stream_) stream_->abort(CloseReason::kByUs);
  }
  void abort_after_silence(std::uint64_t ms) override {
    silence_ms_max_ = ms;
    heard_ = Clock::now();
    await_silence(ms);
  }
  const Refusal& refusal() const override { return refusal_; }

 private:
  using Clock = std::chrono::steady_clock;

  // By a clock that goes on while the handler keeps the loop.
  void await_silence(std::uint64_t wait_ms) {
    loop_.cancel_timer(silence_timer_);
    silence_timer_ = loop_.start_timer(wait_ms, [this] {
      const auto silence =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - heard_);
      const auto silence_ms = static_cast<std::uint64_t>(silence.count());
      if (silence_ms >= silence_ms_max_) return abort();
      await_silence(silence_ms_max_ - silence_ms);
    });
  }

  // `error` is the errno of the previous address.
  void try_next_address(int error) {
    while (next_address_ < addresses_.size()) {
      const int fd = begin_connect(addresses_[next_address_++]);
      if (fd < 0) {
        error = errno;
        continue;
      }
      return begin(fd);
    }
    stream_.reset();
    if (why_.empty()) why_ = format("cannot connect to {}: {}", offer_.host, std::strerror(error));
    report_later(why_);
  }

  // Reports a failure from the loop: now the caller does not yet have the client.
  void report_later(std::string why) {
    why_ = std::move(why);
    report_timer_ = loop_.start_timer(0, [this] { report(0, why_); });
  }

  void report(std::uint16_t close_code, const std::string& why) {
    loop_.cancel_timer(handshake_timer_);
    loop_.cancel_timer(silence_timer_);
    // A copy, because the handler may destroy this client.
    handler_.on_closed(*this, close_code, std::string(why));
  }

  void give_up(std::string why) {
    why_ = std::move(why);
    addresses_.clear();
    if (stream_) stream_->abort(CloseReason::kTimeout);
  }

  std::size_t on_bytes(std::string_view bytes) override {
    const std::size_t used = take(bytes);
    heard_ = Clock::now();
    return used;
  }

  std::size_t take(std::string_view bytes) {
    if (session_) return session_->feed(bytes);
    const auto used = parser_->feed(bytes);
    if (!used) {
      give_up(used.error().message);
      return bytes.size();
    }
    if (!parser_->complete()) return *used;
    if (const auto agreed = check_upgrade_answer(parser_->message(), offer_); !agreed) {
      const HttpMessage& answer = parser_->message();
      refusal_ = {.status = answer.status,
                  .location = std::string(find_header(answer.headers, "location")),
                  .content_type = std::string(find_header(answer.headers, "content-type")),
                  .body = answer.body};
      give_up(agreed.error().message);
      return bytes.size();
    }
    return *used + open(bytes.substr(*used));
  }

  std::size_t open(std::string_view early_frames) {
    loop_.cancel_timer(handshake_timer_);
    addresses_.clear();
    parser_.reset();
    session_ = std::make_unique<WebSocketSession>(WebSocketCodec(WebSocketRole::kClient, limits_),
                                                  kStreamLimits, *stream_, *this);
    handler_.on_open(*this);
    if (!stream_->open() || !stream_->reading()) return 0;
    return session_->feed(early_frames);
  }

  void on_written() override {
    if (session_) session_->on_written();
  }
  void on_drained() override { handler_.on_drained(*this); }
  void on_end() override {
    if (!session_ && why_.empty()) why_ = "the server hung up";
    stream_->abort(CloseReason::kByPeer);
  }

  void on_closed(CloseReason /*reason*/) override {
    if (session_) {
      const std::uint16_t code = session_->peer_close_code();
      return report(code, code != 0 ? session_->peer_close_reason() : lost());
    }
    if (!addresses_.empty() && next_address_ < addresses_.size() && why_.empty()) {
      // The stream is calling: it must not be replaced during the call.
      const int error = stream_->error();
      report_timer_ = loop_.start_timer(0, [this, error] { try_next_address(error); });
      return;
    }
    report(0, why_.empty() ? format("cannot connect to {}: {}", offer_.host, lost()) : why_);
  }

  std::string lost() const {
    return stream_->error() != 0 ? std::strerror(stream_->error()) : "the connection was lost";
  }

  void on_session_message(Opcode opcode, std::string_view payload) override {
    handler_.on_message(*this, opcode, payload);
  }

  Loop& loop_;
  const UpgradeOffer offer_;
  const HttpHeaders headers_;
  WebSocketLimits limits_;
  WebSocketClientHandler& handler_;
  std::vector<SocketAddress> addresses_;  // until connected
  std::size_t next_address_ = 0;
  std::string why_;  // the reason of the failure, when errno does not tell it
  Refusal refusal_;
  TimerId handshake_timer_;
  TimerId report_timer_;
  TimerId silence_timer_;
  std::uint64_t silence_ms_max_ = 0;
  Clock::time_point heard_;
  std::unique_ptr<HttpMessageParser> parser_;  // until open
  std::unique_ptr<TcpStream> stream_;
  std::unique_ptr<WebSocketSession> session_;  // from then on
};

}  // namespace

std::unique_ptr<WebSocketClient> WebSocketClient::connect(
    Loop& loop, const ClientTarget& target, std::string_view path, std::string_view subprotocol,
    const HttpHeaders& headers, std::size_t message_bytes_max, WebSocketClientHandler& handler) {
  UpgradeOffer offer{join_host_port(target.host, target.port), std::string(path),
                     std::string(subprotocol), websocket_key()};
  auto client = std::make_unique<TcpWebSocketClient>(loop, std::move(offer), headers,
                                                     message_bytes_max, handler);
  client->connect(target);
  return client;
}

std::unique_ptr<WebSocketClient> WebSocketClient::over(
    Loop& loop, int fd, std::string_view host, std::string_view path, std::string_view subprotocol,
    const HttpHeaders& headers, std::size_t message_bytes_max, WebSocketClientHandler& handler) {
  UpgradeOffer offer{std::string(host), std::string(path), std::string(subprotocol),
                     websocket_key()};
  auto client = std::make_unique<TcpWebSocketClient>(loop, std::move(offer), headers,
                                                     message_bytes_max, handler);
  client->begin(fd);
  return client;
}

}  // namespace courtside
