// The server's Connection: a TcpStream with an HttpSession, which an upgrade replaces by a
// WebSocketSession.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/check.h"
#include "transport/connection.h"
#include "transport/http_session.h"
#include "transport/listener.h"
#include "transport/proxy_protocol.h"
#include "transport/tcp_stream.h"
#include "transport/websocket_handshake.h"
#include "transport/websocket_session.h"

namespace courtside {
namespace {

ConnectionId next_connection_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ConnectionId(last.fetch_add(1, std::memory_order_relaxed) + 1);
}

class ServerConnection final : public Connection,
                               public TcpStreamOwner,
                               public HttpSessionOwner,
                               public WebSocketSessionOwner {
 public:
  ServerConnection(Loop& loop, AcceptedSocket socket, const ConnectionLimits& limits,
                   ConnectionHandler& handler)
      : id_(next_connection_id()),
        peer_address_(socket.peer_address()),
        limits_(loop.core().share(limits)),
        proxy_(socket.has_proxy_header() ? std::make_unique<ProxyHeaderParser>() : nullptr),
        tls_(socket.tls()),
        handler_(&handler),
        stream_(loop, socket.release(), *limits_, *this),
        http_(std::make_unique<HttpSession>(stream_, *limits_, *this)) {
    if (!proxy_) start_tls();
  }

  ConnectionId id() const override { return id_; }
  std::string peer_address() const override { return peer_address_; }
  std::optional<std::string> client_name() const override { return stream_.client_name(); }

  void set_handler(ConnectionHandler* handler) override {
    COURTSIDE_CHECK(handler != nullptr);
    handler_ = handler;
  }

  void read_body() override {
    if (http_) http_->read_body();
  }
  void respond(const HttpResponse& response) override {
    if (http_) http_->respond(response);
  }
  void start_stream(const HttpResponse& head) override {
    if (http_) http_->start_stream(head);
  }
  void end_stream() override {
    if (http_) http_->end_stream();
  }

  void accept_websocket(const HttpRequest& request, const UpgradeTerms& terms) override {
    if (!stream_.open()) return;
    COURTSIDE_CHECK(http_ != nullptr && !websocket_);
    http_->upgrade(upgrade_answer(request, terms));
    websocket_ = std::make_unique<WebSocketSession>(
        WebSocketCodec(WebSocketRole::kServer, terms.limits.value_or(limits_->websocket),
                       terms.deflate.has_value()),
        *limits_, stream_, *this);
    if (http_->feeding()) return;  // on_bytes continues with the frames
    http_.reset();
    stream_.offer_kept();
  }

  void send(SharedBytes bytes) override { queue(std::move(bytes), Urgency::kReply); }
  void send_paced(SharedBytes bytes) override { queue(std::move(bytes), Urgency::kPaced); }

  void ping() override {
    if (websocket_) websocket_->ping();
  }

  void flush() override { stream_.flush(); }
  std::size_t queued_bytes() const override { return stream_.queued_bytes(); }
  bool congested() const override { return stream_.congested(); }
  std::uint64_t bytes_written() const override { return stream_.bytes_written(); }
  std::uint64_t bytes_acknowledged() override { return stream_.bytes_acknowledged(); }
  std::uint64_t last_heard_ms() const override {
    if (!stream_.reading()) return stream_.loop().now_ms();
    const std::uint64_t heard_ms =
        websocket_ ? websocket_->last_heard_ms() : stream_.last_received_ms();
    return std::max(heard_ms, stream_.resumed_ms());
  }
  void pause_reading() override { stream_.pause_reading(); }
  void resume_reading() override { stream_.resume_reading(); }

  void close_websocket(std::uint16_t code, std::string_view reason) override {
    if (!websocket_) return close_after_flush();
    websocket_->close(code, reason);
  }
  void close_after_flush() override { stream_.close_after_flush(CloseReason::kByUs); }
  void abort() override { stream_.abort(CloseReason::kByUs); }

 private:
  void queue(SharedBytes bytes, Urgency urgency) {
    if (websocket_) {
      // Nothing may follow a close frame (RFC 6455, section 5.5.1).
      if (websocket_->open()) stream_.send(std::move(bytes), urgency);
    } else {
      http_->send_part(std::move(bytes), urgency);
    }
  }

  void start_tls() {
    if (tls_) stream_.start_tls(*std::exchange(tls_, nullptr));
  }

  std::size_t on_bytes(std::string_view bytes) override {
    std::size_t used = 0;
    if (proxy_) {
      used = take_proxy_header(bytes);
      if (proxy_ || !stream_.open()) return bytes.size();
      if (tls_) {
        start_tls();
        return used;  // what follows is TLS
      }
    }
    if (!websocket_) {
      used += http_->feed(bytes.substr(used));
      if (!websocket_) return used;
      http_.reset();  // upgraded meanwhile: the bytes after the request are frames
    }
    if (used < bytes.size() && stream_.open() && stream_.reading()) {
      used += websocket_->feed(bytes.substr(used));
    }
    return used;
  }

  std::size_t take_proxy_header(std::string_view bytes) {
    const auto progress = proxy_->feed(bytes);
    if (!progress) {
      handler_->on_proxy_header(*this, false);
      stream_.abort(CloseReason::kViolation);
      return bytes.size();
    }
    if (!progress->done) return bytes.size();
    proxy_.reset();
    if (progress->client) peer_address_ = *progress->client;
    handler_->on_proxy_header(*this, true);
    return progress->consumed;
  }

  void on_bad_tls(const std::string& why) override { handler_->on_bad_tls(*this, why); }

  void on_written() override {
    if (websocket_) websocket_->on_written();
    if (http_) http_->on_written();
  }

  void on_drained() override {
    if (http_) http_->on_drained();
    handler_->on_drained(*this);
  }

  void on_end() override {
    // Without a close frame before, this ends a WebSocket (RFC 6455, section 7.1.5); the queue is
    // still written.
    if (websocket_) return stream_.close_after_flush(CloseReason::kByPeer);
    http_->on_end();
  }

  void on_closed(CloseReason reason) override {
    std::uint16_t code = 0;
    if (websocket_) {
      code = websocket_->violation_code();
      if (code == 0) code = websocket_->peer_close_code();
    }
    handler_->on_closed(*this, reason, code);
    delete this;
  }

  void on_http_request(HttpRequest& request) override { handler_->on_request(*this, request); }
  void on_http_body(std::string& body) override { handler_->on_body(*this, body); }
  void on_http_error(const Error& error, const HttpHeaders& headers) override {
    handler_->on_bad_request(*this, error, headers);
  }
  void on_http_half_close() override { handler_->on_half_closed(*this); }

  void on_session_message(Opcode opcode, std::string_view payload) override {
    handler_->on_message(*this, opcode, payload);
  }

  const ConnectionId id_;
  std::string peer_address_;
  const std::shared_ptr<const ConnectionLimits> limits_;
  std::unique_ptr<ProxyHeaderParser> proxy_;  // until the header is complete
  std::shared_ptr<const TlsContext> tls_;     // until TLS begins
  ConnectionHandler* handler_;
  TcpStream stream_;
  std::unique_ptr<HttpSession> http_;            // until the upgrade
  std::unique_ptr<WebSocketSession> websocket_;  // after the upgrade
};

}  // namespace

Connection& adopt(Loop& loop, AcceptedSocket socket, const ConnectionLimits& limits,
                  ConnectionHandler& handler) {
  auto* const connection = new ServerConnection(loop, std::move(socket), limits, handler);
  return *connection;  // it deletes itself after on_closed
}

}  // namespace courtside
