// Goal: a valid PROXY header names the client however it is split, and no byte after it is
// consumed; anything else is refused at the first wrong byte.
#include "transport/proxy_protocol.h"

#include <gtest/gtest.h>

#include <string>

namespace courtside {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

// `length` is the size of the rest after the head, unless given.
std::string v2(char command, char protocol, const std::string& body, int length = -1) {
  const std::size_t bytes = length < 0 ? body.size() : static_cast<std::size_t>(length);
  return kSignature + command + protocol + static_cast<char>(bytes >> 8) +
         static_cast<char>(bytes & 0xff) + body;
}

const std::string kIpv4 = "\xc0\x00\x02\x01\x0a\x00\x00\x01\x30\x39\x01\xbb"s;
const std::string kIpv6 =
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"s + std::string(16, '\x02') + "\x30\x39\x01\xbb"s;

// "192.0.2.1 5": the client, and the number of bytes left after the header; "!" when refused, "..."
// when more is needed.
std::string parse(const std::string& bytes, std::size_t piece_bytes) {
  ProxyHeaderParser parser;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto progress = parser.feed(std::string_view(bytes).substr(at, piece_bytes));
    if (!progress) {
      EXPECT_EQ(progress.error().code, Code::bad_request);
      return "!";
    }
    at += progress->consumed;
    if (progress->done) {
      return progress->client.value_or("nobody") + " " + std::to_string(bytes.size() - at);
    }
  }
  return "...";
}

std::string parse(const std::string& bytes) {
  const std::string whole = parse(bytes, bytes.size());
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    EXPECT_EQ(parse(bytes, piece), whole) << piece;
  }
  return whole;
}

TEST(ProxyProtocol, Version1NamesTheClient) {
  EXPECT_EQ(parse("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n"), "192.0.2.1 0");
  EXPECT_EQ(parse("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\nGET / HTTP/1.1\r\n"), "192.0.2.1 16");
  EXPECT_EQ(parse("PROXY TCP6 2001:db8::7 2001:db8::1 0 65535\r\n"), "2001:db8::7 0");
  EXPECT_EQ(parse("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"), "192.0.2.1 0");
  EXPECT_EQ(parse("PROXY UNKNOWN\r\nx"), "nobody 1");
  EXPECT_EQ(parse("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n"), "nobody 0");
  const std::string longest(ProxyHeaderParser::kV1BytesMax - 16, 'x');
  EXPECT_EQ(parse("PROXY UNKNOWN " + longest + "\r\n"), "nobody 0");
}

TEST(ProxyProtocol, Version2NamesTheClient) {
  EXPECT_EQ(parse(v2('\x21', '\x11', kIpv4)), "192.0.2.1 0");
  EXPECT_EQ(parse(v2('\x21', '\x11', kIpv4) + "GET /"), "192.0.2.1 5");
  EXPECT_EQ(parse(v2('\x21', '\x21', kIpv6)), "2001:db8::7 0");
  EXPECT_EQ(parse(v2('\x21', '\x11', kIpv4 + "\x03\x00\x04tlvs"s)), "192.0.2.1 0");
  EXPECT_EQ(parse(v2('\x20', '\x00', "")), "nobody 0");
  EXPECT_EQ(parse(v2('\x20', '\x11', kIpv4)), "nobody 0") << "LOCAL: the proxy for itself";
  EXPECT_EQ(parse(v2('\x21', '\x00', "whatever")), "nobody 0");
  EXPECT_EQ(parse(v2('\x21', '\x31', std::string(216, 'u'))), "nobody 0");
}

TEST(ProxyProtocol, MoreIsAwaitedOnlyWhereItMayCome) {
  for (const std::string& whole :
       {"PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n"s, v2('\x21', '\x11', kIpv4)}) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      EXPECT_EQ(parse(whole.substr(0, cut), 1), "...") << cut;
    }
  }
  for (const char* other : {"G", "\n", "p", "\r\r", "PROXY\t", "\x16\x03\x01", "\r\n\r\nG"}) {
    EXPECT_EQ(parse(other), "!") << other;
  }
}

TEST(ProxyProtocol, MalformedLinesAreRefused) {
  for (const char* line : {"TCP4 192.0.2.1 10.0.0.1 56324",
                           "TCP4 192.0.2.1 10.0.0.1 56324 443 1",
                           "TCP4 192.0.2.1 10.0.0.1  443",
                           "TCP4  192.0.2.1 10.0.0.1 56324 443",
                           "TCP4 192.0.2.1 10.0.0.1 56324 443 ",
                           " TCP4 192.0.2.1 10.0.0.1 56324 443",
                           "TCP4 192.0.2.1 10.0.0.1 65536 443",
                           "TCP4 192.0.2.1 10.0.0.1 -1 443",
                           "TCP4 192.0.2.1 10.0.0.1 0443 443",
                           "TCP4 192.0.2.1 10.0.0.1 x 443",
                           "TCP4 192.0.2.256 10.0.0.1 1 2",
                           "TCP4 192.0.2 10.0.0.1 1 2",
                           "TCP4 ::1 10.0.0.1 1 2",
                           "TCP4 ::1 ::1 1 2",
                           "TCP6 192.0.2.1 10.0.0.1 1 2",
                           "TCP5 192.0.2.1 10.0.0.1 1 2",
                           "tcp4 192.0.2.1 10.0.0.1 1 2",
                           "UDP4 192.0.2.1 10.0.0.1 1 2",
                           "UNKNOWNX",
                           "TCP4",
                           "",
                           "TCP4 192.0.2.1,10.0.0.1 10.0.0.1 1 2",
                           "TCP4 localhost 10.0.0.1 1 2"}) {
    EXPECT_EQ(parse("PROXY " + std::string(line) + "\r\n"), "!") << line;
  }
  EXPECT_EQ(parse("PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\n"), "!");
  EXPECT_EQ(parse("PROXY TCP4 192.0.2.1\0 10.0.0.1 56324 443\r\n"s), "!");
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(ProxyHeaderParser::kV1BytesMax, 'x')), "!");
}

TEST(ProxyProtocol, MalformedBinaryIsRefused) {
  EXPECT_EQ(parse(v2('\x22', '\x11', kIpv4)), "!");  // an unknown command
  EXPECT_EQ(parse(v2('\x11', '\x11', kIpv4)), "!");  // another version
  EXPECT_EQ(parse(v2('\x21', '\x12', kIpv4)), "!");  // datagrams
  EXPECT_EQ(parse(v2('\x21', '\x41', kIpv4)), "!");
  EXPECT_EQ(parse(v2('\x21', '\x11', kIpv4.substr(1))), "!");
  EXPECT_EQ(parse(v2('\x21', '\x21', kIpv6.substr(1))), "!");
  EXPECT_EQ(parse(v2('\x21', '\x31', std::string(215, 'u'))), "!");
  const int too_many = ProxyHeaderParser::kV2BytesMax - 16 + 1;
  EXPECT_EQ(parse(v2('\x21', '\x11', "", too_many)), "!") << "before any of it has come";
  EXPECT_EQ(parse(v2('\x20', '\x00', std::string(too_many - 1, 'x'))), "nobody 0");
}

}  // namespace
}  // namespace courtside
