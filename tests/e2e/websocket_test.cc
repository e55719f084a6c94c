// Goal: the server follows RFC 6455 with clients that follow it, stretch it or break it, however
// the network splits the bytes.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using WebSocket = ServerTest;

constexpr std::string_view kPing = R"({"type":"ping"})";

TEST_F(WebSocket, MessageMayComeInFragmentsWithPingsBetween) {
  Session client = session();
  client.ws().send_frame({.fin = false, .payload = R"({"type")"});
  client.ws().send_frame({.opcode = Opcode::kPing, .payload = "between"});
  client.ws().send_frame({.fin = false, .opcode = Opcode::kContinuation, .payload = ""});
  client.ws().send_frame({.opcode = Opcode::kContinuation, .payload = R"(:"ping"})"});
  EXPECT_EQ(client.ws().receive().payload, "between");
  client.expect("pong");
}

TEST_F(WebSocket, MessageMayComeByteByByte) {
  Session client = session();
  const std::string frame = encode_frame({.payload = std::string(kPing)});
  for (const char byte : frame) client.ws().socket().write(std::string_view(&byte, 1));
  client.expect("pong");
}

TEST_F(WebSocket, ManyMessagesMayComeInOneSegment) {
  Session client = session();
  std::string frames;
  for (int i = 0; i < 100; ++i) frames += encode_frame({.payload = std::string(kPing)});
  client.ws().socket().write(frames);
  for (int i = 0; i < 100; ++i) client.expect("pong");
}

TEST_F(WebSocket, HelloMayComeTogetherWithTheUpgrade) {
  Socket socket = Socket::connect(port());
  socket.write(
      "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      encode_frame({.payload = R"({"type":"hello"})"}));
  const Deadline deadline;
  EXPECT_EQ(read_head(socket, deadline).status, 101);
  while (socket.buffered().find(R"("type":"welcome")") == std::string_view::npos) {
    ASSERT_EQ(socket.fill(deadline), Socket::Filled::kBytes) << socket.buffered();
  }
}

TEST_F(WebSocket, CloseIsEchoedAndTheConnectionEnds) {
  Session client = session();
  client.ws().send_close(1000, "bye");
  EXPECT_EQ(client.read_to_end().code, 1000);
  EXPECT_EQ(client.ws().receive().kind, Incoming::Kind::kEnd);

  Session wordless = session();
  wordless.ws().send(Opcode::kClose, "");
  wordless.read_to_end();
  EXPECT_EQ(wordless.ws().receive().kind, Incoming::Kind::kEnd);
}

TEST_F(WebSocket, CloseReasonMayBeSplitInTheMiddleOfACharacter) {
  Session client = session();
  const std::string frame = encode_frame({.opcode = Opcode::kClose,
                                          .payload = "\x03\xe8"
                                                     "auf Wiederh\xc3\xb6ren"});
  for (const char byte : frame) client.ws().socket().write(std::string_view(&byte, 1));
  EXPECT_EQ(client.read_to_end().code, 1000);
}

TEST_F(WebSocket, RegisteredCloseCodesAreTaken) {
  for (const int code : {1001, 1003, 1011, 1012, 1013, 1014, 3000, 4000, 4999}) {
    Session client = session();
    client.ws().send_close(static_cast<std::uint16_t>(code));
    EXPECT_EQ(client.read_to_end().code, code);
  }
}

TEST_F(WebSocket, WhatBreaksTheFramingCloses1002) {
  const std::pair<const char*, std::string> broken[] = {
      {"not masked", encode_frame({.payload = std::string(kPing)}, false)},
      {"RSV1 without an extension", encode_frame({.rsv = 4, .payload = std::string(kPing)})},
      {"RSV3", encode_frame({.rsv = 1, .payload = std::string(kPing)})},
      {"opcode 3", encode_frame({.opcode = Opcode{3}})},
      {"opcode 11", encode_frame({.opcode = Opcode{11}})},
      {"stray continuation", encode_frame({.opcode = Opcode::kContinuation})},
      {"a message inside a message", encode_frame({.fin = false}) + encode_frame({})},
      {"fragmented ping", encode_frame({.fin = false, .opcode = Opcode::kPing})},
      {"ping of 126 bytes",
       encode_frame({.opcode = Opcode::kPing, .payload = std::string(126, 'x')})},
      {"half a close code", encode_frame({.opcode = Opcode::kClose, .payload = "\x03"})},
      {"close code 999", encode_frame({.opcode = Opcode::kClose, .payload = "\x03\xe7"})},
      {"close code 1005", encode_frame({.opcode = Opcode::kClose, .payload = "\x03\xed"})},
      {"close code 2000", encode_frame({.opcode = Opcode::kClose, .payload = "\x07\xd0"})},
      {"a length that is not minimal", std::string("\x81\xfe\x00\x01"
                                                   "abcd"
                                                   "x",
                                                   9)},
  };
  for (const auto& [what, bytes] : broken) {
    Session client = session();
    client.ws().socket().write(bytes);
    EXPECT_EQ(client.read_to_end().code, 1002) << what;
  }
}

TEST_F(WebSocket, TextThatIsNoUtf8Closes1007) {
  for (const char* bytes :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "{\"a\":\"\xe2\x82\"}"}) {
    Session client = session();
    client.say(bytes);
    EXPECT_EQ(client.read_to_end().code, 1007);
  }
  Session split = session();  // a character split over two fragments is valid
  split.ws().send_frame({.fin = false, .payload = "{\"type\":\"ping\",\"x\":\"\xe2\x82"});
  split.ws().send_frame({.opcode = Opcode::kContinuation, .payload = "\xac\"}"});
  split.expect("pong");
}

TEST_F(WebSocket, MessageAboveMaxmessageCloses1009) {
  const std::string small = R"({"type":"ping","x":")" + std::string(65'000, 'x') + R"("})";
  const std::string large = R"({"type":"ping","x":")" + std::string(65'600, 'x') + R"("})";
  Session client = session();
  client.say(small);
  client.expect("pong");
  client.say(large);
  EXPECT_EQ(client.read_to_end().code, 1009);

  Session fragments = session();
  fragments.ws().send_frame({.fin = false, .payload = small});
  fragments.ws().send_frame({.opcode = Opcode::kContinuation, .payload = std::string(2000, ' ')});
  EXPECT_EQ(fragments.read_to_end().code, 1009);

  // The announced length is enough once the payload begins; the rest need not arrive.
  Session announced = session();
  announced.ws().socket().write(
      std::string("\x81\xff\x00\x00\x00\x00\x7f\xff\xff\xff"
                  "abcdx",
                  15));
  EXPECT_EQ(announced.read_to_end().code, 1009);
}

TEST_F(WebSocket, APingFloodIsAnsweredOrRefusedButNeverPilesUp) {
  // The RFC lets a server answer only the newest of several pings (section 5.5.3).
  Session client = session();
  std::string pings;
  for (int i = 0; i < 10'000; ++i) {
    pings += encode_frame({.opcode = Opcode::kPing, .payload = std::to_string(i)});
  }
  client.ws().socket().write(pings);
  Incoming incoming;
  do {
    incoming = client.ws().receive();
    ASSERT_NE(incoming.kind, Incoming::Kind::kNothing);
  } while (incoming.kind == Incoming::Kind::kPong && incoming.payload != "9999");
}

TEST_F(WebSocket, OthersDoNotNoticeAnyOfThis) {
  Session witness = session();
  witness.subscribe({});
  witness.expect("live");
  for (int i = 0; i < 50; ++i) {
    Session rude = session();
    rude.subscribe({});
    rude.ws().socket().write(i % 2 == 0 ? "\xff\xff\xff" : std::string_view("\x81\xfe", 2));
    rude.ws().socket().reset();
  }
  append_one(http, {.id = "1"});
  EXPECT_EQ(witness.expect_event().event["id"].text(), "1");
}

}  // namespace
}  // namespace courtside::e2e
