// Goal: a page of Durable Streams has the events after its offset, says whether more follow, and
// never leaves out an event in silence; parameters that are not understood are refused.
#include "engine/history/stream_page.h"

#include <gtest/gtest.h>

#include "engine/routing/router.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

std::string asked(const std::string& text) {
  const Result<StreamQuery> query = parse_stream_query("user:1", text);
  if (!query) return std::string(info(query.error().code).name);
  std::string out = query->from_now ? "now" : query->after.value_or("start");
  if (query->live == StreamQuery::Live::kLongPoll) out += " long-poll";
  if (query->live == StreamQuery::Live::kSse) out += " sse";
  if (query->cursor) out += " " + std::to_string(*query->cursor);
  return out;
}

TEST(StreamQuery, ReadsTheParametersOfTheProtocol) {
  EXPECT_EQ(asked(""), "start");
  EXPECT_EQ(asked("offset=-1"), "start");
  EXPECT_EQ(asked("offset=now&live=sse"), "now sse");
  EXPECT_EQ(asked("offset=e_00000000000000000007&live=long-poll&cursor=12"),
            "e_00000000000000000007 long-poll 12");
}

TEST(StreamQuery, RefusesTheRest) {
  for (const char* text :
       {"live=sse", "live=long-poll", "offset=-1&live=yes", "offset=-1&offset=-1",
        "offset=-1&live=", "cursor=x", "cursor=1234567890123456", "type=a", "offset=%zz"}) {
    EXPECT_EQ(asked(text), "bad_request") << text;
  }
  EXPECT_EQ(asked("offset="), "bad_position");
}

TEST(StreamCursor, IsAlwaysNew) {
  const Timestamp now(1'728'432'000'000'000 + 100 * 20'000'000 + 1);
  EXPECT_EQ(next_cursor({}, now), 100u);
  EXPECT_EQ(next_cursor(99, now), 100u);
  EXPECT_EQ(next_cursor(100, now), 101u);
  EXPECT_EQ(next_cursor(500, now), 501u);
  EXPECT_EQ(next_cursor({}, Timestamp(0)), 0u);
}

class StreamPageTest : public ::testing::Test {
 protected:
  // "2 events, e:2, more", or the error.
  std::string read(const std::string& offset) {
    const Result<StreamQuery> query = parse_stream_query("user:1", "offset=" + offset);
    if (!query) return query.error().message;
    const Result<StreamPage> page = read_stream_page(
        *query,
        {.held = small.held(), .events_max = events_max, .scanned_max = 100, .reader = "ann"},
        small.log, small.pages, projections);
    if (!page) return std::string(info(page.error().code).name);
    body = page->body;
    news = page->news;
    return std::to_string(page->events) + " events after " + std::to_string(page->after.value()) +
           " to " + std::to_string(page->last.value()) + (page->is_last ? ", end" : ", more");
  }

  fixtures::SmallLog small;
  Projections projections;
  std::size_t events_max = 2;
  std::string body;
  std::size_t news = 0;
};

TEST_F(StreamPageTest, GoesOnToTheEnd) {
  EXPECT_EQ(read("-1"), "0 events after 0 to 0, end");
  EXPECT_EQ(body, "[]");
  small.commit(3, "user:1");
  small.commit(1, "user:2");
  EXPECT_EQ(read("-1"), "2 events after 0 to 2, more");
  EXPECT_EQ(body.find("[{\"specversion\":\"1.0\""), 0u);
  EXPECT_NE(body.find("},{"), std::string::npos);
  EXPECT_EQ(read("e_00000000000000000002"), "1 events after 2 to 4, end");
  EXPECT_EQ(read("e:4"), "0 events after 4 to 4, end");
}

TEST_F(StreamPageTest, AGapIsAnError) {
  small.commit(4, "user:1");
  EXPECT_EQ(read("other_00000000000000000001"), "position_expired");
  EXPECT_EQ(read("e:5"), "position_expired");
  EXPECT_EQ(read("nonsense"), "bad_position");
  small.drop_below(4);
  EXPECT_EQ(read("e:2"), "position_expired");
  EXPECT_EQ(read("e:3"), "1 events after 3 to 4, end");
  EXPECT_EQ(read("-1"), "1 events after 3 to 4, end");
}

// The audit event that a long poll leaves must not end the next one.
TEST_F(StreamPageTest, OwnAuditEventsAreNoNews) {
  small.commit(1, "user:1");
  EXPECT_EQ(read("-1"), "1 events after 0 to 1, end");
  EXPECT_EQ(news, 1u);
  small.type = "audit.queried";
  small.actor = "ann";
  small.commit(1, "user:1");
  EXPECT_EQ(read("e:1"), "1 events after 1 to 2, end");
  EXPECT_EQ(news, 0u);
  small.actor = "bob";
  small.commit(1, "user:1");
  EXPECT_EQ(read("e:2"), "1 events after 2 to 3, end");
  EXPECT_EQ(news, 1u);
}

}  // namespace
}  // namespace courtside
