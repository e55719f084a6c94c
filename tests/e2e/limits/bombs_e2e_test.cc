// Goal: what is small to send and large to take costs the server a bounded amount, is answered with
// the right code, and takes nothing from others. Each connection may cost 2 MiB.
#include <zlib.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/admission_fixture.h"
#include "tests/e2e/support/scale.h"

namespace courtside::e2e {
namespace {

constexpr std::size_t kBombKiB = 1024;
constexpr std::size_t kPerConnectionKiB = 2 * kBombKiB;
// A sanitizer keeps what was freed, and its shadow is large. Only the answers count then.
constexpr std::size_t kBudgetKiB = (is_sanitized() ? 4096 : 256) * kBombKiB;
constexpr int kAtOnce = 24;

// A compressed message (RFC 7692) of so many mebibytes of spaces. Each mebibyte is a kilobyte.
std::string deflate_bomb(std::size_t mebibytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string text(kBombKiB * 1024, ' ');
  std::string block(text.size(), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(block.data());
  stream.avail_out = static_cast<uInt>(block.size());
  // After a full flush the next block refers to nothing before it, so that it may be repeated.
  EXPECT_EQ(deflate(&stream, Z_FULL_FLUSH), Z_OK);
  block.resize(block.size() - stream.avail_out);
  deflateEnd(&stream);
  std::string bomb;
  for (std::size_t i = 0; i < mebibytes; ++i) bomb += block;
  bomb.resize(bomb.size() - 4);  // 00 00 FF FF of the last flush
  return bomb;
}

class Bombs : public AdmissionTest {
 protected:
  explicit Bombs(std::vector<std::string> flags = {}) : AdmissionTest(with_budget(flags)) {
    before_kib_ = memory_kib("VmRSS:");
  }

  static std::vector<std::string> with_budget(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--limits-memory-bytes", std::to_string(kBudgetKiB) + "KiB",
                               "--deflate", "true", "--shards", "2"});
    return flags;
  }

  std::size_t memory_kib(const std::string& name) {
    std::ifstream status("/proc/" + std::to_string(server.process().pid()) + "/status");
    std::string word;
    while (status >> word) {
      if (word != name) continue;
      std::size_t kib = 0;
      status >> kib;
      return kib;
    }
    give_up("no " + name);
  }

  // The peak of the server's memory since it was started.
  void expect_bounded(std::size_t connections) {
    const std::size_t peak_kib = memory_kib("VmHWM:");
    RecordProperty("growth_kib", std::to_string(peak_kib - before_kib_));
    if (!is_sanitized()) {
      EXPECT_LT(peak_kib - before_kib_, connections * kPerConnectionKiB);
    }
    EXPECT_LT(peak_kib, kBudgetKiB);
  }
  void expect_others_are_served() {
    EXPECT_EQ(http.get("/v1/events?channel=availability:v_1").status, 200);
    Session session(port(), {.headers = bearer(token)});
    session.subscribe({.channels = {"user:42"}});
  }

  std::vector<std::unique_ptr<Session>> sessions(WsClient::Options options = {}) {
    std::vector<std::unique_ptr<Session>> all;
    for (int i = 0; i < kAtOnce; ++i) all.push_back(std::make_unique<Session>(port(), options));
    return all;
  }
  // Each session sends the compressed message. All of them are received at the same time.
  void expect_close_for(const std::string& compressed, std::uint16_t code) {
    const auto all = sessions({.headers = {{"Sec-WebSocket-Extensions", "permessage-deflate"}}});
    const std::string frame = encode_frame({.rsv = 4, .payload = compressed});
    const std::string_view most = std::string_view(frame).substr(0, frame.size() - 1);
    for (const auto& session : all) session->ws().socket().write(most);
    for (const auto& session : all) {
      session->ws().socket().write(frame.substr(most.size()));
      EXPECT_EQ(session->read_to_end().code, code);
    }
    expect_bounded(kAtOnce);
    expect_others_are_served();
  }

 private:
  std::size_t before_kib_ = 0;
};

TEST_F(Bombs, AMebibyteThatInflatesToAGibibyte) {
  const std::string bomb = deflate_bomb(1024);
  EXPECT_LT(bomb.size(), 1100u * 1024);
  expect_close_for(bomb, 1009);
}

// Small enough to be inflated: up to the limit of a message, and no further.
TEST_F(Bombs, WhatTheLimitOfAMessageTakesInflatesTo60Mebibytes) {
  const std::string bomb = deflate_bomb(60);
  EXPECT_LT(bomb.size(), 64u * 1024);
  expect_close_for(bomb, 1009);
}

class LargeMessages : public Bombs {
 protected:
  LargeMessages() : Bombs({"--limits-message-bytes", "1MiB"}) {}
};

TEST_F(LargeMessages, AMebibyteThatIsTakenInflatesToItsLimit) {
  expect_close_for(deflate_bomb(1000), 1009);
}

TEST_F(LargeMessages, MillionsOfFragments) {
  const auto all = sessions();
  for (const std::string payload : {"", "x"}) {
    for (int i = 0; i < kAtOnce / 2; ++i) {
      Session& session = *all[static_cast<std::size_t>(payload.empty() ? i : kAtOnce - 1 - i)];
      session.ws().send_frame({.fin = false, .payload = payload});
      std::string many;
      for (int j = 0; j < 10'000; ++j) {
        many += encode_frame({.fin = false, .opcode = Opcode::kContinuation, .payload = payload});
      }
      session.ws().socket().write(many);
      EXPECT_EQ(session.ws().receive().close_code, 1009);
      try {
        for (int j = 0; j < scaled(199, 9); ++j) session.ws().socket().write(many);
      } catch (const Disconnected&) {
        // It reads only a part of what follows its close.
      }
    }
  }
  expect_bounded(kAtOnce);
  expect_others_are_served();
}

TEST_F(Bombs, PingsWhosePongsAreNotRead) {
  const auto all = sessions({.receive_buffer_bytes = 4096});
  std::string many;
  for (int i = 0; i < 1000; ++i) many += encode_frame({.opcode = Opcode::kPing, .payload = "more"});
  for (int i = 0; i < scaled(100, 10); ++i) {
    for (const auto& session : all) session->ws().socket().write(many);
  }
  for (const auto& session : all) session->ws().send(Opcode::kPing, "the last");
  // The newest is answered, and only some of the others.
  for (const auto& session : all) {
    int pongs = 0;
    while (session->ws().receive().payload != "the last") ++pongs;
    EXPECT_LT(pongs, 10'000);
  }
  expect_bounded(kAtOnce);
  expect_others_are_served();
}

TEST_F(Bombs, HeadersOf64KiB) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  const std::string headers =
      "GET /v1/events HTTP/1.1\r\nHost: a\r\nX: " + std::string(65'536, 'x');
  for (int i = 0; i < kAtOnce; ++i) {
    clients.push_back(std::make_unique<HttpClient>(port()));
    clients.back()->write_raw(headers);
  }
  for (const auto& client : clients) EXPECT_EQ(client->read_response().status, 431);
  expect_bounded(kAtOnce);
  expect_others_are_served();
}

TEST_F(Bombs, SlowBodiesOfStrangers) {
  constexpr int kStrangers = 120;
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < kStrangers; ++i) {
    clients.push_back(std::make_unique<HttpClient>(port()));
    clients.back()->write_raw(
        "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n{");
  }
  for (const auto& client : clients) EXPECT_EQ(client->read_response().status, 401);
  const std::string part(10'000, 'x');
  for (const auto& client : clients) {
    try {
      client->write_raw(part);
    } catch (const Disconnected&) {
      // The answer closes the connection.
    }
  }
  expect_bounded(kStrangers);
  expect_others_are_served();
}

}  // namespace
}  // namespace courtside::e2e
