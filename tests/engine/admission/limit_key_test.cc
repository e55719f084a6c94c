// Goal: which addresses and accounts are counted together, and which separately.
#include "engine/admission/limit_key.h"

#include <gtest/gtest.h>

#include <string>

namespace courtside {
namespace {

bool counts_as_one(std::string_view a, std::string_view b) {
  return LimitKey::of_address(a).text() == LimitKey::of_address(b).text();
}

TEST(LimitKey, Ipv4CountsByAddressAndIpv6ByItsSlash64) {
  EXPECT_TRUE(counts_as_one("192.0.2.1", "192.0.2.1"));
  EXPECT_TRUE(counts_as_one("192.0.2.1", "::ffff:192.0.2.1"));
  EXPECT_FALSE(counts_as_one("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(counts_as_one("2001:db8:0:7::1", "2001:db8:0:7:ffff:ffff:ffff:ffff"));
  EXPECT_TRUE(counts_as_one("2001:db8::1", "2001:db8:0:0:1::"));
  EXPECT_FALSE(counts_as_one("2001:db8:0:7::1", "2001:db8:0:8::1"));
  EXPECT_FALSE(counts_as_one("::1", "127.0.0.1"));
}

TEST(LimitKey, WhatIsNoAddressCountsByItself) {
  EXPECT_TRUE(counts_as_one("unix", "unix"));
  EXPECT_FALSE(counts_as_one("unix", ""));
}

TEST(LimitKey, AnAccountIsNoAddress) {
  EXPECT_NE(LimitKey::of_account("192.0.2.1").text(), LimitKey::of_address("192.0.2.1").text());
  EXPECT_EQ(LimitKey::of_account("42").text(), LimitKey::of_account("42").text());
  EXPECT_NE(LimitKey::of_account("42").text(), LimitKey::of_account("4").text());
  const std::string id(64, 'x');
  EXPECT_NE(LimitKey::of_account(id + "1").text(), LimitKey::of_account(id + "2").text());
  EXPECT_EQ(LimitKey::of_account(std::string(1000, 'x')).text().size(), 128u);
}

}  // namespace
}  // namespace courtside
