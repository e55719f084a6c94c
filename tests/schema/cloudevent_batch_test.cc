// Goal: a batch is accepted or refused as a whole, and the faults of every event in it are found.
#include <gtest/gtest.h>

#include <string>

#include "schema/cloudevent.h"
#include "tests/schema/cloudevent_fixture.h"

namespace courtside {
namespace {

TEST(CloudEventBatch, TakesOneToAThousand) {
  const auto batch_of = [](std::size_t count) {
    std::string json = "[";
    for (std::size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + cloudevent();
    return parse_cloudevent_batch(json + "]", kReceived);
  };
  EXPECT_EQ(verdict(batch_of(0)), "bad_request: the batch is empty");
  EXPECT_EQ(batch_of(1)->size(), 1u);
  EXPECT_EQ(batch_of(kBatchEventsMax)->size(), kBatchEventsMax);
  const auto refused = batch_of(kBatchEventsMax + 1);
  EXPECT_EQ(verdict(refused), "payload_too_large: a batch holds at most 1000 events");
  EXPECT_EQ(refused.error().details, R"({"limit":1000})");
}

TEST(CloudEventBatch, PointsIntoItsEvents) {
  const auto refused = parse_cloudevent_batch(
      "[" + cloudevent() + R"(,{"specversion":"1.0","id":"1","source":"/w","subject":"a:b"},7,)" +
          cloudevent(R"(,"time":"x")") + "]",
      kReceived);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "/1/type is missing");
  EXPECT_EQ(refused.error().details,
            R"({"errors":[{"pointer":"/1/type","detail":"is missing"},)"
            R"({"pointer":"/2","detail":"must be a JSON object"},)"
            R"({"pointer":"/3/time","detail":"must be an RFC 3339 time"}]})");
}

TEST(CloudEventBatch, WhatIsNoArrayIsABadRequest) {
  for (const std::string& body :
       {cloudevent(), std::string("[") + cloudevent(), "[" + cloudevent() + ",]",
        "[" + cloudevent() + "]]", std::string("[{\"a\":]"), std::string("[tru]")}) {
    EXPECT_EQ(verdict(parse_cloudevent_batch(body, kReceived)).substr(0, 11), "bad_request")
        << body;
  }
}

}  // namespace
}  // namespace courtside
