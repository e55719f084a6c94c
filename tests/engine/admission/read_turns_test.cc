// Goal: a caller with many history reads delays only itself, and takes no places or turns from
// others.
#include "engine/admission/read_turns.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace courtside {
namespace {

class ReadTurnsTest : public testing::Test {
 protected:
  // "anna1" is Anna's first read. Each read has its own connection: 1, 2, 3 ...
  void ask(const ReadCaller& caller, int times) {
    for (int i = 0; i < times; ++i) {
      const std::string name = caller.key + std::to_string(++asked_[caller.key]);
      turns_.add(caller, ++connections_, [this, name] { started_ += name + " "; });
    }
  }
  // Starts all reads that may start, and returns their names.
  std::string start() {
    started_.clear();
    while (const auto turn = turns_.next()) turn->job();
    return started_;
  }
  std::string finish(const ReadCaller& caller, int times = 1) {
    for (int i = 0; i < times; ++i) turns_.done(caller.key);
    return start();
  }

  const ReadCaller anna{"anna", 2};
  const ReadCaller ben{"ben", 2};
  const ReadCaller service{"service", 0};
  ReadTurns turns_{4};
  std::uint64_t connections_ = 0;
  std::map<std::string, int> asked_;
  std::string started_;
};

// Story: reads of all kinds had one common limit, and none per caller. With 64 open pages one
// caller occupied all reads of the shard, and subscribes failed with `overloaded`.
TEST_F(ReadTurnsTest, ACallerHasAFewUnderWayAndWaitsForItsOwn) {
  ask(anna, 64);
  EXPECT_EQ(start(), "anna1 anna2 ");
  ask(ben, 1);
  EXPECT_EQ(start(), "ben1 ") << "at once, whatever waits before it";
  EXPECT_EQ(finish(anna), "anna3 ");
  EXPECT_EQ(finish(anna, 2), "anna4 anna5 ");
}

TEST_F(ReadTurnsTest, CallersTakeTurns) {
  ask(service, 10);
  EXPECT_EQ(start(), "service1 service2 service3 service4 ");
  ask(anna, 3);
  ask(ben, 1);
  EXPECT_EQ(start(), "") << "there are as many as there may be";
  EXPECT_EQ(finish(service), "service5 ") << "it stood in line before them";
  EXPECT_EQ(finish(service), "anna1 ");
  EXPECT_EQ(finish(service), "ben1 ");
  EXPECT_EQ(finish(service), "service6 ");
  EXPECT_EQ(finish(service), "anna2 ");
  EXPECT_EQ(finish(service), "service7 ") << "two of Anna's are under way";
}

TEST_F(ReadTurnsTest, WhatAConnectionWaitsForGoesWithIt) {
  ask(anna, 5);
  EXPECT_EQ(start(), "anna1 anna2 ");
  turns_.drop(3);
  turns_.drop(3);
  turns_.drop(1);  // running: it continues
  EXPECT_EQ(finish(anna), "anna4 ");
  turns_.drop(5);
  EXPECT_EQ(finish(anna, 2), "");
  ask(anna, 1);
  EXPECT_EQ(start(), "anna6 ");
}

TEST_F(ReadTurnsTest, WhoLeavesTheLineStopsNobody) {
  ask(service, 4);
  EXPECT_EQ(start(), "service1 service2 service3 service4 ");
  ask(anna, 1);
  ask(ben, 1);
  turns_.drop(5);  // Anna's, first in turn order
  EXPECT_EQ(finish(service), "ben1 ");
}

}  // namespace
}  // namespace courtside
