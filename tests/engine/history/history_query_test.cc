// Goal: the query of GET /v1/events is parsed as PROTOCOL.md says, a misspelt one is an error
// instead of an unfiltered search, and pages join without gap or repeat.
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "engine/history/history.h"
#include "engine/history/state_query.h"
#include "engine/routing/publisher.h"
#include "engine/routing/router.h"
#include "schema/json_reader.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

constexpr Timestamp kNow{1'700'000'000'000'000};

HistoryQuery query_of(std::string_view text) {
  const auto query = parse_history_query(text, 1000, kNow);
  EXPECT_TRUE(query) << text << ": " << query.error().message;
  return query.value_or(HistoryQuery{});
}

TEST(HistoryQueryTest, FiltersAreRead) {
  const HistoryQuery query = query_of(
      "channel=user:1&channel=venue%3A2&type=booking.*&type=a.b&subject=booking:b&actor=x"
      "&correlationid=k+1&order=desc&limit=7");
  EXPECT_EQ(query.filter.channels, (std::vector<std::string>{"user:1", "venue:2"}));
  EXPECT_EQ(query.filter.types, (std::vector<std::string>{"booking.*", "a.b"}));
  EXPECT_EQ(query.filter.subject, "booking:b");
  EXPECT_EQ(query.filter.actor, "x");
  EXPECT_EQ(query.filter.correlationid, "k 1");
  EXPECT_EQ(query.order, Direction::kDescending);
  EXPECT_EQ(query.limit, 7u);
}

TEST(HistoryQueryTest, TimesAreAbsoluteOrCountBack) {
  EXPECT_EQ(query_of("since=-2h").filter.since->value(), kNow.value() - 7'200'000'000);
  EXPECT_EQ(query_of("until=2023-11-14T22:13:20Z").filter.until->value(), kNow.value());
}

TEST(HistoryQueryTest, WhatIsWrongIsNamed) {
  for (const char* text :
       {"chanel=user:1", "channel=user", "channel=", "type=*", "limit=0", "limit=1001", "limit=1x",
        "limit=", "order=up", "since=yesterday", "since=-2y", "since=-99999999999h", "subject=b_1",
        "since=-1000000000d", "since=-1h&until=-2h"}) {
    const auto query = parse_history_query(text, 1000, kNow);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().code, Code::bad_request) << text;
  }
}

// An empty filter would match everything; a repeated one would be partly ignored.
TEST(HistoryQueryTest, NoneIsEmptyAndWhatIsOneIsThereOnce) {
  const std::pair<std::string, std::string> singles[] = {
      {"subject", "booking:b"}, {"actor", "x"},   {"correlationid", "x"}, {"since", "-2h"},
      {"until", "-1h"},         {"after", "e:1"}, {"before", "e:9"},      {"order", "desc"},
      {"limit", "7"},           {"export", "e_1"}};
  const auto refused = [](const std::string& text) {
    const auto query = parse_history_query(text, 1000, kNow);
    return query ? "" : query.error().message;
  };
  for (const auto& [name, value] : singles) {
    const std::string once = name + "=" + value;
    EXPECT_EQ(refused(once), "");
    EXPECT_EQ(refused(once + "&type=a&" + once), "parameter `" + name + "`: is there twice");
    EXPECT_NE(refused(name + "="), "");
    EXPECT_NE(refused(name), "");
  }
  EXPECT_EQ(refused("after="), "parameter `after`: must not be empty");
  for (const char* text : {"after=", "before", "limit=5&after"}) {
    EXPECT_EQ(parse_history_query(text, 1000, kNow).error().code, Code::bad_position) << text;
  }
  EXPECT_EQ(refused("colour="), "parameter `colour`: is not known here");
  EXPECT_EQ(refused("type=a&type=b&channel=user:1&channel=user:2"), "");

  for (const char* text : {"at=now&at=now", "at=", "at=now&channel="}) {
    EXPECT_FALSE(parse_state_query(text)) << text;
  }
  EXPECT_TRUE(parse_state_query("at=now&channel=user:1&channel=user:2"));
  for (const char* text : {"at=", "from=", "to=", "after=", "limit=", "at=now&at=now",
                           "from=-2h&from=-1h", "limit=2&limit=3", "after=e:1&after=e:2"}) {
    EXPECT_FALSE(parse_calendar_query(text, 1000, kNow)) << text;
  }
  EXPECT_TRUE(parse_calendar_query("at=now&from=-2h&to=-1h&limit=2&after=e:1", 1000, kNow));
  for (const char* text : {"kind=", "kind=%FF", "since=", "unread=", "after=", "kind=a&kind=b",
                           "unread=true&unread=false"}) {
    EXPECT_FALSE(parse_notifications_query(text, 1000, kNow)) << text;
  }
  EXPECT_TRUE(parse_notifications_query("kind=a&unread=true&since=-2h&limit=2", 1000, kNow));
}

// The query is stored permanently in the audit event.
TEST(HistoryQueryTest, WhatNoEventCanBeIsNotAskedFor) {
  for (const std::string name : {"type", "subject", "actor", "correlationid", "channel"}) {
    for (const char* end : {"%FF", "%C3", "%00", "%0A", "%7F", "%C2%80", "%ED%A0%80"}) {
      const std::string text = name + "=booking:b_1" + end;
      const auto query = parse_history_query(text, 1000, kNow);
      ASSERT_FALSE(query) << text;
      EXPECT_EQ(query.error().code, Code::bad_request) << text;
    }
  }
  EXPECT_EQ(query_of("actor=J%C3%BCrgen").filter.actor, "J\xc3\xbcrgen");
  EXPECT_EQ(query_of("actor=" + std::string(256, 'x')).filter.actor.size(), 256u);
  EXPECT_FALSE(parse_history_query("actor=" + std::string(257, 'x'), 1000, kNow));
  EXPECT_FALSE(parse_history_query("correlationid=" + std::string(257, 'x'), 1000, kNow));
  const auto named = parse_history_query("a%FFb=1", 1000, kNow);
  ASSERT_FALSE(named);
  EXPECT_TRUE(is_utf8(named.error().message)) << "it goes into an answer";
}

TEST(HistoryQueryTest, ATraceIsUtf8WhateverWasAsked) {
  Filter filter;
  filter.actor = "\xff";
  const auto trace = query_trace(Identity{}, filter, 1, kNow);
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error().code, Code::internal);
  filter.actor = "J\xc3\xbcrgen";
  EXPECT_TRUE(query_trace(Identity{}, filter, 1, kNow));
}

class AnswerTest : public ::testing::Test {
 protected:
  std::string answer(std::string_view query) { return answer(query, small.held()); }
  // `held`: the range when the request was authorized.
  std::string answer(std::string_view query, OffsetRange held) {
    const auto page =
        answer_history(query_of(query), small.log, held, small.pages, 20'000, projections, {});
    return page ? page->body : std::string(info(page.error().code).name);
  }
  static std::vector<std::string> ids(std::string_view page) {
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = page.find("\"id\":\"", at)) != std::string_view::npos; at += 6) {
      found.emplace_back(page.substr(at + 6, page.find('"', at + 6) - at - 6));
    }
    return found;
  }
  static std::string next_of(std::string_view page) {
    const auto at = page.find("\"next\":");
    if (page.substr(at + 7, 4) == "null") return "";
    return std::string(page.substr(at + 8, page.find('"', at + 8) - at - 8));
  }

  fixtures::SmallLog small;
  Projections projections;
};

TEST_F(AnswerTest, PagesJoinInBothDirections) {
  for (int i = 0; i < 7; ++i) small.commit({{i % 2 == 0 ? "user:1" : "user:2"}});
  for (const bool ascending : {true, false}) {
    std::vector<std::string> all;
    std::string next;
    for (int pages = 0; pages < 10; ++pages) {
      std::string query = "channel=user:1&limit=2";
      if (!ascending) query += "&order=desc";
      if (!next.empty()) query += (ascending ? "&after=" : "&before=") + next;
      const std::string page = answer(query);
      for (const std::string& id : ids(page)) all.push_back(id);
      next = next_of(page);
      EXPECT_EQ(next.empty(), page.find("\"complete\":true") != std::string::npos) << page;
      if (next.empty()) break;
    }
    const std::vector<std::string> expected = ascending
                                                  ? std::vector<std::string>{"1", "3", "5", "7"}
                                                  : std::vector<std::string>{"7", "5", "3", "1"};
    EXPECT_EQ(all, expected);
  }
}

TEST_F(AnswerTest, LostAndForeignPositionsAreGone) {
  small.commit(5, "user:1");
  small.drop_below(3);
  EXPECT_EQ(answer("after=e:1"), "position_expired");
  EXPECT_EQ(ids(answer("after=e:2")), (std::vector<std::string>{"3", "4", "5"}));
  EXPECT_EQ(answer("after=f:4"), "position_expired");
  EXPECT_EQ(answer("after=e:6"), "position_expired");
  EXPECT_EQ(answer("before=e:2&order=desc"), "position_expired");
  EXPECT_EQ(answer("after=e:x"), "bad_position");
  EXPECT_EQ(ids(answer("after=e:5")), std::vector<std::string>{});
}

// A page that continues the previous one contains all following events, or it is an error.
TEST_F(AnswerTest, RetentionThatComesWhileAPageIsReadLeavesNothingOutInSilence) {
  small.commit(9, "user:1");
  const OffsetRange held = small.held();
  small.commit(8000, "user:2");  // pages in memory are returned even then
  small.drop_below(6);
  EXPECT_EQ(answer("after=e:2&limit=2", held), "position_expired");
  EXPECT_EQ(answer("after=e:2&limit=2&order=desc", held), "position_expired");
  EXPECT_EQ(ids(answer("after=e:5&limit=2", held)), (std::vector<std::string>{"6", "7"}));
  EXPECT_EQ(ids(answer("limit=2", held)), (std::vector<std::string>{"6", "7"}))
      << "from its beginning";

  const std::string back = answer("before=e:8&order=desc", held);
  EXPECT_EQ(ids(back), (std::vector<std::string>{"7", "6"})) << "to its beginning";
  EXPECT_EQ(next_of(back), "");
}

}  // namespace
}  // namespace courtside
