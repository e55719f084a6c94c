// Goal: a page of a list reads only what was asked for, and is not larger than a page of history.
#include "engine/history/state_lists.h"

#include <gtest/gtest.h>

#include "engine/history/state_view.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

using fixtures::SmallLog;

struct StateListsTest : ::testing::Test {
  void commit(const std::string& subject, const std::string& channel, const std::string& data) {
    const std::string id = std::to_string(++last_id);
    EventFields fields;
    fields.id = id;
    fields.source = "/test";
    fields.type = small.type;
    fields.subject = subject;
    fields.data_kind = DataKind::kJson;
    fields.data = data;
    Append append;
    NewEvent& event = append.events.emplace_back();
    event.event = build_event(fields);
    event.key = hash128("/test", id);
    event.channels = {channel};
    small.recorded = Timestamp(last_id * 1'000'000);
    small.commit(std::move(append));
  }
  StateLists lists(std::size_t scanned_max) {
    return {.log = small.log, .pages = small.pages, .states = states, .scanned_max = scanned_max};
  }

  SmallLog small;
  StateReader states{small.log, small.pages, nullptr};
  int last_id = 0;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Story: many empty pages came before the walk reached the requested time.
TEST_F(StateListsTest, NotificationsOutsideTheTimesAreNotLookedAt) {
  small.type = "notification.created";
  for (int i = 1; i <= 100; ++i) {
    commit("notification:n_" + std::to_string(i), "user:u_1", R"({"accountId":"u_1"})");
  }
  NotificationsQuery query{.since = Timestamp(3'000'000),
                           .until = Timestamp(5'000'000),
                           .kind = {},
                           .unread = {},
                           .list = {}};
  query.list.after.emplace("e:100");
  const auto page = answer_notifications(lists(10), query, "u_1", small.held());
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->rows, 2u);
  EXPECT_TRUE(has(page->body, R"("id":"n_4")")) << page->body;
  EXPECT_TRUE(has(page->body, R"("complete":true)")) << page->body;
  query.list.after = {};
  const auto first = answer_notifications(lists(1000), query, "u_1", small.held());
  EXPECT_TRUE(has(first->body, R"("unread":100)")) << first->body;
}

TEST_F(StateListsTest, APageEndsWhereItIsLargeEnough) {
  small.type = "slot.price_changed";
  const std::string data = R"({"venueId":"v_1","note":")" + std::string(200'000, 'x') + "\"}";
  constexpr int kSlots = 60;
  for (int i = 1; i <= kSlots; ++i) commit("slot:s_" + std::to_string(i), "venue:v_1", data);
  const Projections projections;
  const StateView view = view_of_slots(projections, "venue:v_1", {});
  CalendarQuery query;
  query.list.limit = 1000;
  std::size_t rows = 0;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = answer_calendar(lists(100'000), query, "v_1", small.held(),
                                      Timestamp(last_id * 1'000'000), "venue:v_1", view);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_LE(page->body.size(), (std::size_t{8} << 20) + 300'000);
    rows += page->rows;
    const std::size_t next = page->body.rfind(R"("next":"e:)");
    if (next == std::string::npos) break;
    query.list.after = page->body.substr(next + 8, page->body.find('"', next + 8) - next - 8);
  }
  EXPECT_EQ(rows, std::size_t{kSlots});
}

// RFC 4791, section 9.9: a slot is omitted only if its own times require it.
TEST_F(StateListsTest, ASlotIsListedAsFarAsItsTimesAreKnown) {
  small.type = "slot.price_changed";
  const auto slot = [this](const std::string& name, const std::string& times) {
    commit("slot:" + name, "venue:v_1", R"({"venueId":"v_1","name":")" + name + "\"" + times + "}");
  };
  slot("whole", R"(,"start":"2026-12-01T10:00:00Z","end":"2026-12-01T11:00:00Z")");
  slot("no_end", R"(,"start":"2026-12-01T10:00:00Z")");
  slot("null_end", R"(,"start":"2026-12-01T10:00:00Z","end":null)");
  slot("no_length", R"(,"start":"2026-12-01T10:00:00Z","end":"2026-12-01T10:00:00Z")");
  slot("no_start", R"(,"end":"2026-12-01T11:00:00Z")");
  slot("no_times", "");
  const Projections projections;
  const StateView view = view_of_slots(projections, "venue:v_1", {});
  const std::vector<std::string> names = {"whole",     "no_end",   "null_end",
                                          "no_length", "no_start", "no_times"};
  const auto missing = [&](const std::string& from, const std::string& to) {
    CalendarQuery query;
    if (!from.empty()) query.from = parse_fine_time("2026-12-01T" + from + ":00Z");
    if (!to.empty()) query.to = parse_fine_time("2026-12-01T" + to + ":00Z");
    const auto page =
        answer_calendar(lists(1000), query, "v_1", small.held(), Timestamp(1), "venue:v_1", view);
    if (!page) return page.error().message;
    std::string left_out;
    for (const std::string& name : names) {
      if (!has(page->body, R"("name":")" + name + "\"")) left_out += name + " ";
    }
    return left_out;
  };
  EXPECT_EQ(missing("", ""), "");
  EXPECT_EQ(missing("09:00", "12:00"), "");
  EXPECT_EQ(missing("10:00", "10:01"), "");  // starts exactly at `from`
  EXPECT_EQ(missing("10:30", "12:00"), "no_end null_end no_length ");
  EXPECT_EQ(missing("10:30", ""), "no_end null_end no_length ");
  EXPECT_EQ(missing("11:00", "12:00"), "whole no_end null_end no_length no_start ");
  // `to` is exclusive; a slot without a start may have begun earlier.
  EXPECT_EQ(missing("09:00", "10:00"), "whole no_end null_end no_length ");
  EXPECT_EQ(missing("", "10:00"), "whole no_end null_end no_length ");
  EXPECT_EQ(missing("", "10:01"), "");
}

TEST_F(StateListsTest, APageOfNotificationsToo) {
  small.type = "notification.created";
  const std::string data = R"({"accountId":"u_1","body":")" + std::string(200'000, 'x') + "\"}";
  for (int i = 1; i <= 60; ++i) commit("notification:n_" + std::to_string(i), "user:u_1", data);
  NotificationsQuery query;
  query.list.limit = 1000;
  const auto page = answer_notifications(lists(100'000), query, "u_1", small.held());
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_LE(page->body.size(), (std::size_t{8} << 20) + 300'000);
  EXPECT_TRUE(has(page->body, R"("complete":false)"));
}

}  // namespace
}  // namespace courtside
