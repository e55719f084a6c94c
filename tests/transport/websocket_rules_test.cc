// Goal: a connection answers everything that a client sends, well or badly, as RFC 6455 requires:
// plain and over TLS, in one piece and byte by byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "tests/transport/loopback.h"
#include "tests/transport/tls_peer.h"
#include "tests/transport/websocket_cases.h"

namespace courtside {
namespace {

using namespace testing_cases;
using testing_loopback::RawClient;
using testing_loopback::Server;
using testing_loopback::upgrade_answer_text;
using testing_loopback::upgrade_text;

// A client's side of one connection, with or without TLS.
class Line {
 public:
  Line(Server& server, bool is_tls)
      : server_(server),
        raw_(server.port()),
        tls_(is_tls ? std::make_unique<testing_tls::TlsClient>() : nullptr) {
    if (tls_) tls_->read();
  }

  // In a segment, and a record, of its own.
  void send(std::string_view bytes) {
    if (tls_) {
      tls_->send(bytes);
    } else {
      raw_.send(bytes);
    }
    exchange();
  }

  const std::string& input() {
    exchange();
    return tls_ ? tls_->plain() : raw_.input();
  }
  bool established() { return exchange(), !tls_ || tls_->established(); }
  bool ended() { return exchange(), tls_ ? tls_->ended() : raw_.ended(); }
  void run_turn() { server_.loop.run_turn(0); }

 private:
  void exchange() {
    if (!tls_) return;
    const std::string bytes = raw_.take_input();
    if (!bytes.empty()) tls_->receive(bytes);
    unsent_ += tls_->output();
    unsent_.erase(0, raw_.send(unsent_));
  }

  Server& server_;
  RawClient raw_;
  std::unique_ptr<testing_tls::TlsClient> tls_;
  std::string unsent_;
};

// The frames that a server sent, read without the code under test; the reasons of closes are left
// out.
std::string described_frames(std::string_view bytes) {
  std::string text;
  while (bytes.size() >= 2) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
    };
    std::size_t header_bytes = 2;
    std::size_t length = byte(1);
    if (length == 126) {
      header_bytes = 4;
      length = byte(2) << 8 | byte(3);
    }
    Seen seen{static_cast<Opcode>(byte(0) & 0xF), std::string(bytes.substr(header_bytes, length))};
    if (byte(0) < 0x80 || bytes.size() < header_bytes + length) return text + "broken";
    if (seen.opcode == Opcode::kClose) {
      seen.close_code =
          length == 0 ? 1005 : static_cast<int>(byte(header_bytes) << 8 | byte(header_bytes + 1));
      seen.payload.clear();
    }
    text += describe(seen);
    bytes.remove_prefix(header_bytes + length);
  }
  return text;
}

class WebSocketRules : public ::testing::TestWithParam<bool> {
 protected:
  WebSocketRules() {
    server.limits.websocket = kCaseLimits;
    if (!GetParam()) return;
    auto listening = Listener::listen(server.loop, {"127.0.0.1", 0}, [this](AcceptedSocket socket) {
      socket.expect_tls(context);
      Connection& connection = adopt(server.loop, std::move(socket), server.limits, server);
      server.connections[connection.id()] = &connection;
    });
    server.listener = std::move(*listening);
  }

  // What the server sends, up to the end of the connection, to a client that sends these frames and
  // then a close.
  std::string answer(const FrameCase& each, bool byte_by_byte) {
    Line line(server, GetParam());
    EXPECT_TRUE(server.pump([&] { return line.established(); }));
    line.send(upgrade_text());
    EXPECT_TRUE(server.pump([&] { return line.input() == upgrade_answer_text(); }));
    const std::string bytes = each.bytes + control(8, testing_bytes::close_body(1000, ""));
    // Of a long message the beginning is enough.
    const std::size_t single = byte_by_byte ? std::min<std::size_t>(bytes.size(), 200) : 0;
    for (std::size_t at = 0; at < single; ++at) {
      line.send(std::string_view(bytes).substr(at, 1));
      line.run_turn();
    }
    if (single < bytes.size()) line.send(std::string_view(bytes).substr(single));
    EXPECT_TRUE(server.pump([&] { return line.ended(); }));
    return described_frames(std::string_view(line.input()).substr(upgrade_answer_text().size()));
  }

  const std::shared_ptr<const TlsContext> context = testing_tls::new_context();
  Server server;
};

INSTANTIATE_TEST_SUITE_P(Both, WebSocketRules, ::testing::Bool(), [](const auto& test) {
  return test.param ? std::string("OverTls") : std::string("Plain");
});

TEST_P(WebSocketRules, EverythingIsAnsweredAsTheRfcSays) {
  for (const FrameCase& each : frame_cases()) {
    std::string expected = answered(each);
    const bool is_closed = expected.find("close(") != std::string::npos;
    if (!is_closed) expected += describe(closed(1000));
    ASSERT_EQ(answer(each, false), expected) << each.name;
    ASSERT_EQ(answer(each, true), expected) << each.name << ", byte by byte";
  }
}

// The header is enough: the client sends nothing else, and waits.
TEST_P(WebSocketRules, ADeclaredLengthIsAnsweredAtOnce) {
  for (const auto& [length, code] :
       {std::pair{std::uint64_t{1} << 40, 1009}, std::pair{std::uint64_t{1} << 63, 1002}}) {
    Line line(server, GetParam());
    ASSERT_TRUE(server.pump([&] { return line.established(); }));
    line.send(upgrade_text());
    ASSERT_TRUE(server.pump([&] { return line.input() == upgrade_answer_text(); }));
    line.send(declared(length));
    ASSERT_TRUE(server.pump([&] { return line.ended(); }));
    EXPECT_EQ(described_frames(line.input().substr(upgrade_answer_text().size())),
              describe(closed(code)));
  }
}

}  // namespace
}  // namespace courtside
