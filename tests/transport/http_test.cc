// Goal: every byte stream gives the requests or the error that a strict HTTP/1.1 server must give,
// however TCP splits it, with bounded memory.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "transport/http_parser.h"

namespace courtside {
namespace {

constexpr HttpLimits kSmall = {.header_bytes_max = 200, .headers_max = 4, .body_bytes_max = 20};

std::string describe(const HttpRequest& request) {
  std::string text = request.method + " " + request.target;
  if (!request.body.empty()) text += " [" + request.body + "]";
  if (!request.keep_alive) text += " close";
  if (request.upgrade) text += " upgrade";
  return text;
}

// Feeds the pieces as a connection does: unused bytes are put before the next piece. A request with
// a body is listed when the body is whole.
std::string parse(const std::vector<std::string_view>& pieces) {
  HttpParser parser(kSmall);
  std::string listing;
  std::string waiting;
  HttpRequest pending;
  for (const std::string_view piece : pieces) {
    waiting.append(piece);
    while (!waiting.empty()) {
      auto progress = parser.feed(waiting);
      if (!progress) return listing + "!" + std::string(info(progress.error().code).name);
      waiting.erase(0, progress->consumed);
      if (progress->request) pending = *progress->request;
      if (progress->request && pending.has_body()) parser.keep_body();
      if (progress->body) pending.body = *progress->body;
      if (progress->body || (progress->request && !pending.has_body())) {
        listing += describe(pending) + " ";
      }
      if (progress->consumed == 0 && !progress->request) break;
    }
  }
  return listing + (parser.idle() ? "idle" : "busy");
}

void expect_parsed(const std::string& bytes, const std::string& expected) {
  const std::string_view all = bytes;
  EXPECT_EQ(parse({all}), expected);
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    ASSERT_EQ(parse({all.substr(0, cut), all.substr(cut)}), expected) << "cut at " << cut;
  }
  std::vector<std::string_view> single;
  for (std::size_t index = 0; index < all.size(); ++index) single.push_back(all.substr(index, 1));
  EXPECT_EQ(parse(single), expected) << "a byte at a time";
}

struct Case {
  const char* name;
  std::string bytes;
  std::string expected;
};

const std::string kHost = "Host: a\r\n";

class Requests : public testing::TestWithParam<Case> {};
TEST_P(Requests, AreParsedHoweverTheyAreCut) {
  expect_parsed(GetParam().bytes, GetParam().expected);
}

std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + body;
}
std::string get_with(const std::string& headers) {
  return "GET / HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

std::vector<Case> accepted() {
  return {
      {"Get", "GET /a?b=c HTTP/1.1\r\n" + kHost + "\r\n", "GET /a?b=c idle"},
      {"Http10", "GET / HTTP/1.0\r\n\r\n", "GET / close idle"},
      {"Http10KeepAlive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / idle"},
      {"Close", get_with("Connection: close\r\n"), "GET / close idle"},
      {"Head", "HEAD / HTTP/1.1\r\n" + kHost + "\r\n", "HEAD / idle"},
      {"Body", "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc", "POST / [abc] idle"},
      {"EmptyBody", "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 0\r\n\r\n", "POST / idle"},
      {"Chunked", chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "POST / [abcde] idle"},
      {"ChunkedWithTrailer", chunked("3;x=y\r\nabc\r\n0\r\nTrailer: z\r\n\r\n"),
       "POST / [abc] idle"},
      {"Pipelined",
       get_with("") + "POST /2 HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\nab" + get_with(""),
       "GET / POST /2 [ab] GET / idle"},
      {"AfterClose", get_with("Connection: close\r\n") + get_with(""), "GET / close GET / idle"},
      {"BlankLinesBefore", "\r\n\r\n" + get_with(""), "GET / idle"},
      {"Upgrade", get_with("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "GET / upgrade idle"},
      {"AbsoluteTarget", "GET http://b/a?b=c HTTP/1.1\r\n" + kHost + "\r\n", "GET /a?b=c idle"},
      {"Asterisk", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", "OPTIONS * idle"},
      {"UpgradeWithBody",
       "POST / HTTP/1.1\r\n" + kHost +
           "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab" + get_with(""),
       "POST / [ab] upgrade GET / idle"},
      {"Unfinished", "GET / HTTP/1.1\r\nHo", "busy"},
      {"BodyUnfinished", "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nab", "busy"},
  };
}

std::vector<Case> refused() {
  const std::string bad = "!bad_request";
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  std::vector<Case> table = {
      {"LineFeedsOnly", "GET / HTTP/1.1\nHost: a\n\n", bad},
      {"LineFeedAfterRequestLine", "GET / HTTP/1.1\n" + kHost + "\r\n", bad},
      {"LineFeedAfterHeader", "GET / HTTP/1.1\r\nHost: a\n\r\n", bad},
      {"LineFeedAtTheEnd", "GET / HTTP/1.1\r\n" + kHost + "\n", bad},
      {"LineFeedInFront", "\nGET / HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"ReturnWithinValue", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", bad},
      {"Folded", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", bad},
      {"FoldedByTab", "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", bad},
      {"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", bad},
      {"NamelessHeader", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", bad},
      {"ControlInValue", "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", bad},
      {"NulInValue", std::string("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", 28), bad},
      {"NoHost", "GET / HTTP/1.1\r\n\r\n", bad},
      {"TwoHosts", "GET / HTTP/1.1\r\n" + kHost + kHost + "\r\n", bad},
      {"LengthAndCoding", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       bad},
      {"CodingAndLength", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
       bad},
      {"TwoLengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", bad},
      {"LengthList", post + "Content-Length: 3, 3\r\n\r\nabc", bad},
      {"SignedLength", post + "Content-Length: +3\r\n\r\nabc", bad},
      {"NegativeLength", post + "Content-Length: -3\r\n\r\nabc", bad},
      {"HugeLength", post + "Content-Length: 99999999999999999999\r\n\r\n", bad},
      {"OtherCoding", post + "Transfer-Encoding: gzip\r\n\r\n", bad},
      {"CodingBeforeChunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", bad},
      {"ChunkedTwice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", bad},
      {"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad},
      {"ChunkSizeNotHex", chunked("g\r\n"), bad},
      {"ChunkSizeNegative", chunked("-1\r\n"), bad},
      {"ChunkSizeOverflow", chunked("fffffffffffffffff\r\n"), bad},
      {"ChunkLineFeed", chunked("3\nabc\r\n0\r\n\r\n"), bad},
      {"ChunkTooLong", chunked("3\r\nabcd\r\n0\r\n\r\n"), bad},
      {"Connect", "CONNECT a:1 HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"AuthorityForm", "GET a:1 HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"AsteriskOfGet", "GET * HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"OtherScheme", "GET ftp://a/b HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"Http2", "GET / HTTP/2.0\r\n" + kHost + "\r\n", bad},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bad},
      {"Http09", "GET /\r\n\r\n", bad},
      {"Rtsp", "GET / RTSP/1.1\r\n" + kHost + "\r\n", bad},
      {"LowerCaseMethod", "get / HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"SpaceInTarget", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", bad},
      {"Tls", std::string("\x16\x03\x01\x02\x00", 5), bad},

      {"HeaderBlockTooLarge", get_with("X: " + std::string(200, 'x') + "\r\n"),
       "!headers_too_large"},
      {"TargetTooLong", "GET /" + std::string(200, 'x'), "!headers_too_large"},
      {"TooManyHeaders", get_with("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n"), "!headers_too_large"},
      {"EndlessBlankLines",
       std::string(202, '\r').replace(0, 202,
                                      [] {
                                        std::string lines;
                                        for (int count = 0; count < 101; ++count) lines += "\r\n";
                                        return lines;
                                      }()),
       "!headers_too_large"},
      {"BodyTooLarge", post + "Content-Length: 21\r\n\r\n", "!payload_too_large"},
      {"ChunkTooLarge", chunked("15\r\n"), "!payload_too_large"},
      {"ChunksTooLarge", chunked("10\r\n0123456789abcdef\r\n5\r\n"), "!payload_too_large"},
      {"EndlessExtension", chunked("1;" + std::string(300, 'x')), "!bad_request"},
      {"EndlessTrailer", chunked("1\r\na\r\n0\r\nX: " + std::string(300, 'x')), "!bad_request"},
  };
  return table;
}

INSTANTIATE_TEST_SUITE_P(Accepted, Requests, testing::ValuesIn(accepted()),
                         [](const auto& test) { return test.param.name; });
INSTANTIATE_TEST_SUITE_P(Refused, Requests, testing::ValuesIn(refused()),
                         [](const auto& test) { return test.param.name; });

TEST(HttpParser, HeadersOfExactlyTheLimitAreTaken) {
  std::string request = get_with("X: \r\n");
  request.insert(request.size() - 4, std::string(kSmall.header_bytes_max - request.size(), 'x'));
  ASSERT_EQ(request.size(), kSmall.header_bytes_max);
  expect_parsed(request, "GET / idle");
}

TEST(HttpParser, StopsBetweenTheHeadersAndTheBody) {
  const std::string head = "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\n";
  HttpParser parser(kSmall);
  const auto first = parser.feed(head + "abc" + head);
  ASSERT_TRUE(first && first->request);
  EXPECT_EQ(first->consumed, head.size());
  EXPECT_EQ(first->request->body_bytes_max, 3u);
  EXPECT_FALSE(first->body);
  EXPECT_EQ(find_header(parser.headers(), "host"), "a") << "for what is said of a refused body";
  const auto second = parser.feed("abc" + head);
  ASSERT_TRUE(second && second->body);
  EXPECT_EQ(*second->body, "abc");
  EXPECT_EQ(second->consumed, 3u);
  EXPECT_FALSE(second->request);

  HttpParser of_chunks(kSmall);
  const auto request = of_chunks.feed(chunked("3\r\nabc\r\n0\r\n\r\n"));
  ASSERT_TRUE(request && request->request);
  EXPECT_EQ(request->request->body_bytes_max, kSmall.body_bytes_max);
}

TEST(HttpParser, ADiscardedBodyIsNotKept) {
  HttpParser parser(kSmall);
  ASSERT_TRUE(parser.feed(chunked("")));
  parser.discard_body();
  for (int chunk = 0; chunk < 100; ++chunk) {
    ASSERT_TRUE(parser.feed("14\r\n" + std::string(20, 'x') + "\r\n"));
  }
  const auto end = parser.feed("0\r\n\r\n");
  ASSERT_TRUE(end && end->body);
  EXPECT_EQ(*end->body, "");
  EXPECT_TRUE(parser.idle());
}

TEST(HttpParser, HeaderNamesAreLowerCaseAndValuesTrimmed) {
  HttpParser parser({});
  const auto progress =
      parser.feed("GET /p?q HTTP/1.1\r\nHOST:\t a \t\r\nX-Y: b  c \r\nX-Y: d\r\n\r\n");
  ASSERT_TRUE(progress && progress->request);
  const HttpRequest& request = *progress->request;
  EXPECT_EQ(request.header("host"), "a");
  EXPECT_EQ(request.header("x-y"), "b  c");
  EXPECT_EQ(request.header("absent"), "");
  EXPECT_EQ(request.headers.size(), 3u);
  EXPECT_EQ(request.path(), "/p");
  EXPECT_EQ(request.query(), "q");
  EXPECT_EQ(request.minor_version, 1);
}

TEST(HttpParser, ErrorsAreFinal) {
  HttpParser parser({});
  EXPECT_FALSE(parser.feed("nonsense\r\n\r\n"));
  EXPECT_FALSE(parser.feed(get_with("")));
}

TEST(HttpParser, ErrorsOfSizeNameTheLimit) {
  HttpParser parser(kSmall);
  const auto progress = parser.feed("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 21\r\n\r\n");
  ASSERT_FALSE(progress);
  EXPECT_EQ(progress.error().details, R"({"limit":20})");
}

std::string parameters(std::string_view query) {
  const auto parsed = parse_query(query);
  if (!parsed) return "!";
  std::string text;
  for (const auto& [name, value] : *parsed) text += name + "=" + value + ";";
  return text;
}

TEST(Query, ParametersAreDecodedInOrder) {
  EXPECT_EQ(parameters(""), "");
  EXPECT_EQ(parameters("a=1&b=2&a=3"), "a=1;b=2;a=3;");
  EXPECT_EQ(parameters("a&b=&=c&&d=e=f"), "a=;b=;=c;d=e=f;");
  EXPECT_EQ(parameters("a%20b=c+d%2B&e=%C3%A9"), "a b=c d+;e=\xC3\xA9;");
  EXPECT_EQ(parameters("a=%4"), "!");
  EXPECT_EQ(parameters("a=%"), "!");
  EXPECT_EQ(parameters("%zz=1"), "!");
}

TEST(Query, APathKeepsItsPlus) {
  EXPECT_EQ(percent_decode("/a+b%3Ac").value(), "/a+b:c");
  EXPECT_FALSE(percent_decode("%4g"));
}

}  // namespace
}  // namespace courtside
