// Goal: a page of a listed origin may connect, and a similar origin may not. Both lists are tables.
#include "engine/admission/origin.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

const std::vector<std::string> kAllowed = {"https://example.com", "https://play.example.com:8443",
                                           "http://localhost:3000"};

TEST(Origin, ListedOnesMayConnect) {
  for (const std::string& origin : kAllowed) EXPECT_TRUE(origin_allowed(origin, kAllowed));
  EXPECT_TRUE(origin_allowed("https://whoever.example", {"https://example.com", "*"}));
}

TEST(Origin, LookalikesMayNot) {
  for (const char* origin :
       {"https://evil.example", "null", "", " ", "*", "https://", "example.com",
        // another host
        "https://evil-example.com", "https://evilexample.com", "https://evil.example.com",
        "https://example.com.evil.net", "https://example.co", "https://example.comm",
        "https://example.com-evil.net", "https://examp1e.com", "https://xn--exmple-cua.com",
        "https://ex\xc3\xa4mple.com", "https://example.com@evil.net",
        // another port or scheme
        "https://example.com:444", "https://example.com:443", "https://example.com:",
        "https://play.example.com", "https://play.example.com:84430", "http://example.com",
        "http://localhost", "http://localhost:30000", "wss://example.com", "//example.com",
        // the same origin in a form that no browser sends
        "https://example.com.", "https://example.com/", "https://example.com/path",
        "https://example.com?", "https://example.com#", "https://user@example.com",
        "https://user:secret@example.com", "HTTPS://example.com", "https://EXAMPLE.com",
        "https://example%2ecom", "https%3A%2F%2Fexample.com", "https://example.com%00",
        "https://example.com%2eevil.net", " https://example.com", "https://example.com ",
        "https://example.com\t", "https:\\\\example.com", "https:/example.com",
        "https://example.com https://example.com", "https://example.com, https://evil.net"}) {
    EXPECT_FALSE(origin_allowed(origin, kAllowed)) << origin;
  }
  EXPECT_FALSE(origin_allowed(std::string_view("https://example.com\0", 20), kAllowed));
}

TEST(Origin, OneHeaderOrNone) {
  const HttpHeaders none = {{"host", "example.com"}};
  EXPECT_TRUE(origin_allowed(none, kAllowed));
  const std::pair<std::string, std::string> good = {"origin", "https://example.com"};
  const std::pair<std::string, std::string> bad = {"origin", "https://evil.example"};
  EXPECT_TRUE(origin_allowed(HttpHeaders{good}, kAllowed));
  EXPECT_FALSE(origin_allowed(HttpHeaders{bad}, kAllowed));
  EXPECT_FALSE(origin_allowed(HttpHeaders{good, bad}, kAllowed));
  EXPECT_FALSE(origin_allowed(HttpHeaders{bad, good}, kAllowed));
  EXPECT_FALSE(origin_allowed(HttpHeaders{good, good}, kAllowed));
  EXPECT_FALSE(origin_allowed(HttpHeaders{{"origin", ""}}, kAllowed));
  EXPECT_FALSE(origin_allowed(HttpHeaders{{"origin", ""}}, {}));
}

TEST(Origin, UnconfiguredOnlyPagesOfThisMachine) {
  EXPECT_TRUE(origin_allowed("http://localhost:3000", {}));
  EXPECT_TRUE(origin_allowed("https://127.0.0.1", {}));
  EXPECT_TRUE(origin_allowed("http://[::1]:8080", {}));
  for (const char* origin :
       {"null", "", "http://localhost.evil.com", "http://localhost:3000.evil.com",
        "http://127.0.0.1.evil.com:80", "http://127.0.0.1:80@evil.com", "http://example.com",
        "localhost", "http://localhost:", "http://localhost:80/", "http://localhost."}) {
    EXPECT_FALSE(origin_allowed(origin, {})) << origin;
  }
}

}  // namespace
}  // namespace courtside
