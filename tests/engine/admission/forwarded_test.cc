// Goal: behind trusted proxies the client is the address that the outermost of them saw, whatever
// headers the client sent.
#include "engine/admission/forwarded.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

const NetworkList kProxies = NetworkList::parse({"10.0.0.0/8", "2001:db8:7::/48"}).value();

std::string client(const std::vector<std::string>& values) {
  HttpHeaders headers = {{"host", "example.com"}};
  for (const std::string& value : values) headers.emplace_back("x-forwarded-for", value);
  return forwarded_client(headers, "10.0.0.1", kProxies);
}

TEST(Forwarded, TheRightmostThatIsNoProxy) {
  EXPECT_EQ(client({"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(client({"198.51.100.9, 192.0.2.1"}), "192.0.2.1") << "the left one is its own word";
  EXPECT_EQ(client({"198.51.100.9,192.0.2.1,10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(client({"198.51.100.9", "192.0.2.1, 10.9.9.9", "2001:db8:7::2"}), "192.0.2.1");
  EXPECT_EQ(client({"127.0.0.1, 192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(client({"  192.0.2.1\t"}), "192.0.2.1");
}

TEST(Forwarded, WhereAllAreProxiesTheFirstAndWithoutAHeaderTheOneThatAsks) {
  EXPECT_EQ(client({"10.0.0.3, 10.0.0.2"}), "10.0.0.3");
  EXPECT_EQ(client({}), "10.0.0.1");
}

TEST(Forwarded, WithPortsAndInAnyForm) {
  EXPECT_EQ(client({"192.0.2.1:4711"}), "192.0.2.1");
  EXPECT_EQ(client({"[2001:DB8::1]:4711"}), "2001:db8::1");
  EXPECT_EQ(client({"[2001:db8::1]"}), "2001:db8::1");
  EXPECT_EQ(client({"2001:0db8:0::1"}), "2001:db8::1");
  EXPECT_EQ(client({"::ffff:192.0.2.1"}), "192.0.2.1");
}

TEST(Forwarded, WhatIsNoAddressIsWhoWroteIt) {
  for (const char* entry : {"", "unknown", "_hidden", "localhost", "192.0.2", "192.0.2.1 x",
                            "192.0.2.1:99999", "<script>", "10.0.0.0/8", "\"192.0.2.1\""}) {
    EXPECT_EQ(client({entry}), "10.0.0.1") << entry;
    EXPECT_EQ(client({"192.0.2.1, " + std::string(entry) + ", 10.0.0.2"}), "10.0.0.2") << entry;
  }
  EXPECT_EQ(client({"192.0.2.1,"}), "10.0.0.1");
}

TEST(Forwarded, PlainIsWhatIsSaidToBe) {
  const auto plain = [](const std::vector<std::string>& values) {
    HttpHeaders headers;
    for (const std::string& value : values) headers.emplace_back("x-forwarded-proto", value);
    return is_forwarded_plain(headers);
  };
  EXPECT_TRUE(plain({"http"}));
  EXPECT_FALSE(plain({"https"}));
  EXPECT_FALSE(plain({}));
  EXPECT_FALSE(plain({"https, http"}));
  EXPECT_FALSE(plain({"https", "http"}));
}

}  // namespace
}  // namespace courtside
