// Goal: the clients work with our server and survive anything that another server answers.
#include "transport/client/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using namespace testing_loopback;

TEST(Target, IsAnAddressOrAUrl) {
  const auto parsed = [](std::string_view text) {
    const auto target = parse_target(text);
    return target ? target->host + " " + std::to_string(target->port)
                  : std::string(info(target.error().code).name);
  };
  EXPECT_EQ(parsed("127.0.0.1:81"), "127.0.0.1 81");
  EXPECT_EQ(parsed("http://localhost"), "localhost 8080");
  EXPECT_EQ(parsed("ws://[::1]:9/"), "::1 9");
  for (const char* wrong : {"", "http://", "https://a", "a:b", "http://a/path", "a:99999"}) {
    EXPECT_EQ(parsed(wrong), "bad_usage") << wrong;
  }
}

class Listening final : public WebSocketClientHandler {
 public:
  void on_open(WebSocketClient&) override { note("open"); }
  void on_message(WebSocketClient&, Opcode opcode, std::string_view payload) override {
    note((opcode == Opcode::kText ? "text " : "binary ") + std::string(payload.substr(0, 20)));
  }
  void on_drained(WebSocketClient&) override { note("drained"); }
  void on_closed(WebSocketClient&, std::uint16_t code, std::string_view reason) override {
    note("closed " + std::to_string(code) + " " + std::string(reason));
    closed = true;
    client.reset();  // allowed here
  }
  void note(const std::string& what) { log += (log.empty() ? "" : "; ") + what; }

  std::unique_ptr<WebSocketClient> client;
  std::string log;
  bool closed = false;
};

std::unique_ptr<WebSocketClient> connect(Server& server, Listening& handler,
                                         const std::string& host = "127.0.0.1",
                                         const std::string& subprotocol = "") {
  return WebSocketClient::connect(server.loop, {host, server.port()}, "/v1/ws", subprotocol, {},
                                  1 << 20, handler);
}

TEST(WebSocketClient, TalksToOurServer) {
  Server server;
  Listening handler;
  handler.client = connect(server, handler, "localhost");  // a name: ::1 may be tried first
  handler.client->send(Opcode::kText, "not open yet: dropped");
  ASSERT_TRUE(server.pump([&] { return handler.log == "open"; })) << handler.log;
  handler.client->send(Opcode::kText, "hello");
  handler.client->send(Opcode::kBinary, std::string(100'000, 'x').substr(0, 30'000));
  ASSERT_TRUE(server.pump([&] { return handler.log.ends_with("binary xxxxxxxxxxxxxxxxxxxx"); }))
      << handler.log;
  EXPECT_TRUE(handler.log.starts_with("open; text hello; binary"));
  const std::uint64_t before = server.connection().last_heard_ms();
  ASSERT_TRUE(server.pump([&] { return server.loop.now_ms() > before; }));
  server.connection().ping();
  ASSERT_TRUE(server.pump([&] { return server.connection().last_heard_ms() > before; }));
  handler.log.clear();
  handler.client->close(4000);
  ASSERT_TRUE(server.pump([&] { return handler.closed && server.connections.empty(); }));
  EXPECT_EQ(handler.log, "closed 4000 ");
  EXPECT_TRUE(server.log.ends_with("closed by peer 4000")) << server.log;
}

TEST(WebSocketClient, HearsTheServersCodeAndReason) {
  Server server;
  Listening handler;
  handler.client = connect(server, handler);
  ASSERT_TRUE(server.pump([&] { return handler.log == "open"; }));
  server.connection().close_websocket(1012, "restart");
  ASSERT_TRUE(server.pump([&] { return handler.closed; }));
  EXPECT_EQ(handler.log, "open; closed 1012 restart");
}

TEST(WebSocketClient, HearsOfALostServer) {
  Server server;
  Listening handler;
  handler.client = connect(server, handler);
  ASSERT_TRUE(server.pump([&] { return handler.log == "open"; }));
  server.connection().abort();
  ASSERT_TRUE(server.pump([&] { return handler.closed; }));
  EXPECT_EQ(handler.log, "open; closed 0 Connection reset by peer");
}

TEST(WebSocketClient, AnAbortLosesNoCallback) {
  for (const bool open_first : {true, false}) {
    Server server;
    Listening handler;
    handler.client = connect(server, handler);
    ASSERT_TRUE(server.pump([&] { return !open_first || handler.log == "open"; }));
    handler.client->abort();
    EXPECT_FALSE(handler.closed);  // not within the call
    ASSERT_TRUE(server.pump([&] { return handler.closed; })) << handler.log;
  }
}

TEST(WebSocketClient, ASilentServerIsLostAndOneThatPingsIsNot) {
  constexpr std::uint64_t kSilenceMsMax = 300;
  Server server;
  Listening handler;
  handler.client = connect(server, handler);
  handler.client->abort_after_silence(kSilenceMsMax);
  ASSERT_TRUE(server.pump([&] { return handler.log == "open"; }));
  const std::uint64_t begin = server.loop.now_ms();
  ASSERT_TRUE(server.pump([&] {
    if (!handler.closed) server.connection().ping();
    return handler.closed || server.loop.now_ms() > begin + 3 * kSilenceMsMax;
  }));
  EXPECT_EQ(handler.log, "open");
  ASSERT_TRUE(server.pump([&] { return handler.closed; }));
  EXPECT_EQ(handler.log, "open; closed 0 the connection was lost");
}

TEST(WebSocketClient, TimeWithinItsHandlerIsNoSilence) {
  class Slow final : public WebSocketClientHandler {
   public:
    void on_open(WebSocketClient& client) override {
      client.abort_after_silence(200);
      client.send(Opcode::kText, "one");
    }
    void on_message(WebSocketClient&, Opcode, std::string_view) override {
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
      while (std::chrono::steady_clock::now() < end) continue;  // as a full pipe does
      ++count;
    }
    void on_closed(WebSocketClient&, std::uint16_t, std::string_view) override { closed = true; }
    int count = 0;
    bool closed = false;
  } slow;
  Server server;
  const auto client = WebSocketClient::connect(server.loop, {"127.0.0.1", server.port()}, "/v1/ws",
                                               "", {}, 1000, slow);
  ASSERT_TRUE(server.pump([&] { return slow.count == 1; }));
  client->send(Opcode::kText, "two");
  ASSERT_TRUE(server.pump([&] { return slow.count == 2 || slow.closed; }));
  EXPECT_FALSE(slow.closed);
}

TEST(WebSocketClient, MayBeDroppedAtAnyTime) {
  Server server;
  Listening handler;
  handler.client = connect(server, handler);
  handler.client.reset();
  handler.client = connect(server, handler);
  ASSERT_TRUE(server.pump([&] { return handler.log == "open"; }));
  handler.client->send(Opcode::kText, "never flushed");
  handler.client.reset();
  ASSERT_TRUE(server.pump([&] { return server.connections.empty(); }));
  EXPECT_EQ(handler.log, "open");
}

TEST(WebSocketClient, SaysWhyItCouldNotConnect) {
  Server server;
  Listening refused;
  server.on_request_do = [](Connection& connection, HttpRequest&) {
    connection.respond({.status = 400, .body = "no such subprotocol"});
  };
  refused.client = connect(server, refused);
  ASSERT_TRUE(server.pump([&] { return refused.closed; }));
  EXPECT_EQ(refused.log, "closed 0 the server answered 400: no such subprotocol");

  Listening nobody;
  const ClientTarget target{"127.0.0.1", server.port()};
  server.listener.reset();
  nobody.client = WebSocketClient::connect(server.loop, target, "/", "", {}, 1000, nobody);
  ASSERT_TRUE(server.pump([&] { return nobody.closed; }));
  EXPECT_EQ(nobody.log, "closed 0 cannot connect to 127.0.0.1:" + std::to_string(target.port) +
                            ": Connection refused");

  Listening nowhere;
  nowhere.client = WebSocketClient::connect(server.loop, {"no.such.name.invalid", 1}, "/", "", {},
                                            1000, nowhere);
  ASSERT_TRUE(server.pump([&] { return nowhere.closed; }));
  EXPECT_TRUE(nowhere.log.starts_with("closed 0 cannot find no.such.name.invalid")) << nowhere.log;
}

// A server on its own thread that answers every request with the given bytes.
class Parrot {
 public:
  explicit Parrot(std::string bytes, bool hangs_up = true)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size_bytes = sizeof(address);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ::listen(fd_, 10);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size_bytes);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, bytes = std::move(bytes), hangs_up] { serve(bytes, hangs_up); });
  }
  ~Parrot() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  std::uint16_t port() const { return port_; }
  std::string heard() const { return heard_; }

 private:
  void serve(const std::string& bytes, bool hangs_up) {
    for (;;) {
      const int client = ::accept(fd_, nullptr, nullptr);
      if (client < 0) return;
      char buffer[4096];
      const ssize_t count = ::recv(client, buffer, sizeof(buffer), 0);
      if (count > 0) heard_.assign(buffer, static_cast<std::size_t>(count));
      ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (hangs_up) ::shutdown(client, SHUT_WR);
      while (::recv(client, buffer, sizeof(buffer), 0) > 0) {
      }
      ::close(client);
    }
  }

  int fd_;
  std::uint16_t port_ = 0;
  std::string heard_;
  std::thread thread_;
};

std::string log_of_connecting_to(const Parrot& parrot, const std::string& subprotocol = "") {
  Loop loop;
  Listening handler;
  handler.client = WebSocketClient::connect(loop, {"127.0.0.1", parrot.port()}, "/", subprotocol,
                                            {}, 1000, handler);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!handler.closed && std::chrono::steady_clock::now() < deadline) loop.run_turn(10);
  return handler.log;
}

TEST(WebSocketClient, BelievesNoServerThatDidNotReadTheKey) {
  const Parrot parrot(upgrade_answer_text());  // the answer to another key
  EXPECT_EQ(log_of_connecting_to(parrot), "closed 0 the server's upgrade does not belong to ours");
}

TEST(WebSocketClient, SurvivesNonsense) {
  EXPECT_EQ(log_of_connecting_to(Parrot("")), "closed 0 the server hung up");
  EXPECT_TRUE(
      log_of_connecting_to(Parrot("SSH-2.0-OpenSSH\r\n")).starts_with("closed 0 malformed"));
  EXPECT_EQ(log_of_connecting_to(Parrot("HTTP/1.1 101 Sw")), "closed 0 the server hung up");
  EXPECT_TRUE(log_of_connecting_to(Parrot("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')))
                  .starts_with("closed 0 the header block is too large"));
}

TEST(WebSocketClient, TakesNoExtension) {
  Server server;
  server.on_request_do = [](Connection& connection, HttpRequest& request) {
    connection.accept_websocket(request, {.deflate = DeflateAgreement{.window_bits = 12}});
  };
  Listening handler;
  handler.client = connect(server, handler, "127.0.0.1", "");
  ASSERT_TRUE(server.pump([&] { return !handler.log.empty(); }));
  EXPECT_EQ(handler.log, "closed 0 the server chose an extension that was not offered");
  handler.client.reset();
}

TEST(WebSocketClient, TakesASubprotocolOnlyIfItOfferedIt) {
  for (const bool offered : {true, false}) {
    Server server;
    server.on_request_do = [](Connection& connection, HttpRequest& request) {
      connection.accept_websocket(request, {.subprotocol = "b"});
    };
    Listening handler;
    handler.client = connect(server, handler, "127.0.0.1", offered ? "a, b" : "a");
    ASSERT_TRUE(server.pump([&] { return !handler.log.empty(); }));
    EXPECT_EQ(handler.log,
              offered ? "open" : "closed 0 the server chose a subprotocol that was not offered");
    handler.client.reset();
  }
}

// http_request blocks, so the server runs on its own thread.

class ServerThread {
 public:
  ServerThread() : thread_([this] { server.pump([this] { return stop_.load(); }); }) {}
  ~ServerThread() {
    stop_ = true;
    thread_.join();
  }
  Server server;
  ClientTarget target() const { return {"127.0.0.1", server.port()}; }

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST(HttpRequest, AsksAndGetsAnAnswer) {
  ServerThread running;
  auto answer = http_request(running.target(), "POST", "/p?q=1", {{"x-y", "z"}}, "body", 5000);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /p?q=1 body");
  EXPECT_EQ(answer->content_type, "text/plain");
  answer = http_request(running.target(), "HEAD", "/", {}, "", 5000);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "");
  const std::string large(3'000'000, 'x');
  answer = http_request(running.target(), "POST", "/", {}, large, 5000);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), large.size() + 7);
}

std::string outcome(const std::string& bytes, bool hangs_up = true) {
  const Parrot parrot(bytes, hangs_up);
  const auto answer = http_request({"127.0.0.1", parrot.port()}, "GET", "/", {}, "", 300);
  if (!answer) return std::string(info(answer.error().code).name);
  return std::to_string(answer->status) + " " + answer->body;
}

TEST(HttpRequest, UnderstandsEveryWayToEndAnAnswer) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(outcome(ok + "Content-Length: 3\r\n\r\nabc", false), "200 abc");
  EXPECT_EQ(outcome(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", false),
            "200 abc");
  EXPECT_EQ(outcome(ok + "\r\nuntil the end"), "200 until the end");
  EXPECT_EQ(outcome("HTTP/1.0 404 Not Found\r\n\r\n"), "404 ");
  EXPECT_EQ(outcome("HTTP/1.1 204 No Content\r\n\r\n", false), "204 ");
  EXPECT_EQ(outcome("HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 1\r\n\r\nx", false),
            "200 x");
}

TEST(HttpRequest, SaysWhatWentWrong) {
  EXPECT_EQ(outcome(""), "unavailable");
  EXPECT_EQ(outcome("nonsense\r\n\r\n"), "bad_request");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), "bad_request");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"),
            "bad_request");
  EXPECT_EQ(outcome("HTTP/1.1 200 OK\r\nContent-Le", false), "timeout");
  std::uint16_t unused = 0;
  {
    const Parrot gone("");
    unused = gone.port();
  }
  const auto answer = http_request({"127.0.0.1", unused}, "GET", "/", {}, "", 300);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  EXPECT_EQ(answer.error().message, "cannot connect: Connection refused");
}

// The body piece by piece, or the error after it.
std::string downloaded(const std::string& bytes, bool hangs_up = true) {
  const Parrot parrot(bytes, hangs_up);
  const auto download = HttpDownload::open({"127.0.0.1", parrot.port()}, "/", {}, 300);
  if (!download) return std::string(info(download.error().code).name);
  std::string out = std::to_string((*download)->head().status) + " ";
  for (;;) {
    const auto piece = (*download)->read();
    if (!piece) return out + "! " + std::string(info(piece.error().code).name);
    if (piece->empty()) return out;
    out += *piece;
  }
}

TEST(HttpDownloadTest, EndsWhereTheAnswerEnds) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(downloaded(ok + "Content-Length: 3\r\n\r\nabc", false), "200 abc");
  EXPECT_EQ(
      downloaded(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", false),
      "200 abc");
  EXPECT_EQ(downloaded(ok + "\r\nuntil the end"), "200 until the end");
  EXPECT_EQ(downloaded("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false), "404 ");
}

TEST(HttpDownloadTest, TakesABodyOfManyPieces) {
  std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 200'000; ++i) bytes += "3\r\nabc\r\n";
  EXPECT_EQ(downloaded(bytes + "0\r\n\r\n", false).size(), 4u + 600'000u);
}

TEST(HttpDownloadTest, WhatWasCutOffHasNoEnd) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(downloaded(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
            "200 ab! unavailable");
  EXPECT_EQ(downloaded(ok + "Content-Length: 9\r\n\r\nabc"), "200 abc! unavailable");
  EXPECT_EQ(downloaded(ok + "Content-Length: 9\r\n\r\nabc", false), "200 abc! timeout");
  EXPECT_EQ(downloaded(""), "unavailable");
}

}  // namespace
}  // namespace courtside
