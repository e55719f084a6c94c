// Goal: a network contains exactly the addresses that begin with its bits, in every form of an
// address.
#include "transport/network.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

bool holds(const std::string& network, std::string_view address) {
  const Result<NetworkList> list = NetworkList::parse({network});
  EXPECT_TRUE(list) << network;
  return list && list->contains(address);
}

TEST(Network, HoldsWhatBeginsWithItsBits) {
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("172.16.0.0/12", "172.31.0.1"));
  EXPECT_FALSE(holds("172.16.0.0/12", "172.32.0.1"));
  EXPECT_TRUE(holds("192.0.2.6/31", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.6/31", "192.0.2.8"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("::1", "0:0:0:0:0:0:0:1"));
}

TEST(Network, TheTwoKindsOfAddressesMeetOnlyWhereOneHoldsTheOther) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_FALSE(holds("::/0", "10.1.2.3"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
}

TEST(Network, WhatIsNoAddressIsInNone) {
  for (const char* text : {"", "unknown", "10.0.0.1:80", "[::1]", "10.0.0", "10.0.0.1 ", "0x0a.1",
                           "10.0.0.256", "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_FALSE(holds("0.0.0.0/0", text)) << text;
    EXPECT_FALSE(holds("::/0", text)) << text;
  }
  EXPECT_FALSE(NetworkList().contains("10.0.0.1"));
}

TEST(Network, MalformedOnesAreRefused) {
  for (const char* text :
       {"", "proxy", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/+8",
        "10.0.0.0/ 8", "10.0.0.1/8", "/8", "2001:db8::/129", "2001:db8::1/64", "10.0.0.0:80"}) {
    const Result<Network> network = Network::parse(text);
    ASSERT_FALSE(network) << text;
    EXPECT_EQ(network.error().code, Code::bad_configuration);
  }
}

TEST(Network, KnowsLoopback) {
  for (const char* text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(*address_bytes(text))) << text;
  }
  for (const char* text : {"128.0.0.1", "::2", "::", "0.0.0.0", "::127.0.0.1"}) {
    EXPECT_FALSE(is_loopback(*address_bytes(text))) << text;
  }
}

}  // namespace
}  // namespace courtside
