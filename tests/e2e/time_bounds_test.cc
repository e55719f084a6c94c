// Goal: a bound finer than microseconds is compared exactly on every interface. A bound between two
// events' recorded times separates them, however many digits it has.
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

class TimeBounds : public ServerTest {
 protected:
  TimeBounds() {
    append_one(http, {.id = "before"});
    append_one(http, {.id = "at"});
    const Logged at = read_log(http).at(1);
    recorded_ = at.event["recordedtime"].text();
    // "…T10:00:00.123456Z" and 0.1 µs, 0.1 ns and 0.9 µs later; the second with an offset.
    const std::string digits = recorded_.substr(0, recorded_.size() - 1);
    later_ = {digits + "1Z", digits + "0001+00:00", digits + "9Z"};
  }

  // 0.1 µs before "at". (Wrong for a time on a full minute, which is unlikely.)
  std::string just_before() const {
    const std::size_t seconds = recorded_.find('.') - 2;
    std::string digits = "1" + recorded_.substr(seconds, 2) + recorded_.substr(seconds + 3, 6);
    digits = std::to_string(std::stoul(digits) - 1);
    return recorded_.substr(0, seconds) + digits.substr(1, 2) + "." + digits.substr(3) + "9Z";
  }

  // The ids on a page with these parameters.
  std::string page(const std::string& parameters) {
    std::string ids;
    for (const Logged& event : read_log(http, parameters)) ids += event.id + " ";
    return ids;
  }

  // The event ids that a command prints.
  std::string printed(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), courtside_binary());
    for (const char* each : {"--url", "-o", "jsonl"}) arguments.emplace_back(each);
    arguments.insert(arguments.end() - 2, "http://127.0.0.1:" + std::to_string(port()));
    TempFolder folder;
    Process process(arguments, {}, folder.path());
    const int status = process.wait();
    std::string ids;
    for (const char* id : {"before", "at"}) {
      if (process.whole_output().find("\"id\":" + json_string(id)) != std::string::npos) {
        ids += std::string(id) + " ";
      }
    }
    EXPECT_EQ(status, ids.empty() ? 1 : 0) << process.whole_output();
    return ids;
  }

  std::string recorded_;            // recorded time of "at"
  std::vector<std::string> later_;  // later than recorded_ by less than a microsecond
};

TEST_F(TimeBounds, PagesAndFiles) {
  EXPECT_EQ(page("since=" + recorded_ + "&subject=thing:t_1"), "at ");
  EXPECT_EQ(page("until=" + recorded_ + "&subject=thing:t_1"), "before ");
  for (const std::string& time : later_) {
    EXPECT_EQ(page("since=" + percent_encoded(time)), "") << time;
    EXPECT_EQ(page("until=" + percent_encoded(time)), "before at ") << time;
    const auto file = [&](const std::string& bound) {
      return http.get("/v1/events?" + bound + "=" + percent_encoded(time), "text/csv").body;
    };
    EXPECT_EQ(file("since").find(",at,"), std::string::npos) << time;
    EXPECT_NE(file("until").find(",at,"), std::string::npos) << time;
  }
}

TEST_F(TimeBounds, Subscriptions) {
  std::vector<std::unique_ptr<SseClient>> streams;
  for (const std::string& time : later_) {
    Session client = session();
    client.subscribe({.from = R"({"since":")" + time + R"("})"});
    client.expect("live");  // and no event before it
    streams.push_back(
        std::make_unique<SseClient>(port(), "/v1/events?channel=*&since=" + percent_encoded(time)));
  }
  append_one(http, {.id = "after"});
  for (const auto& stream : streams) {
    SseClient::Event event = stream->next_event();
    while (event.type != "test.happened") event = stream->next_event();
    EXPECT_EQ(Json::parse(event.data)["id"].text(), "after");
  }
}

TEST_F(TimeBounds, Commands) {
  const std::string time = later_[0];
  EXPECT_EQ(printed({"history", "--since", recorded_, "--until", "2100-01-01T00:00:00Z"}), "at ");
  EXPECT_EQ(printed({"history", "--since", time}), "");
  EXPECT_EQ(printed({"history", "--until", time}), "before at ");
  EXPECT_EQ(printed({"tail", "*", "--since", recorded_, "--no-follow"}), "at ");
  EXPECT_EQ(printed({"tail", "*", "--since", time, "--no-follow"}), "");
}

// A time is inclusive: events recorded by then count.
TEST_F(TimeBounds, States) {
  const auto state = [&](const std::string& at) {
    return http.get("/v1/subjects/thing:t_1?at=" + percent_encoded(at)).body;
  };
  append_one(http, {.id = "after"});
  EXPECT_NE(state(just_before()).find("\"version\":1"), std::string::npos) << just_before();
  EXPECT_NE(state(recorded_).find("\"version\":2"), std::string::npos) << state(recorded_);
  for (const std::string& time : later_) {
    EXPECT_NE(state(time).find("\"version\":2"), std::string::npos) << state(time);
  }
}

TEST_F(TimeBounds, ListsOfNotificationsAndSlots) {
  append_one(http, {.id = "n",
                    .type = "notification.created",
                    .subject = "notification:n_1",
                    .data = R"({"notificationId":"n_1","accountId":"u_1"})"});
  const std::string created =
      read_log(http, "subject=notification:n_1").at(0).event["recordedtime"].text();
  const std::string finer = created.substr(0, created.size() - 1) + "1Z";
  const auto told = [&](const std::string& bound) {
    return http.get("/v1/users/u_1/notifications?" + bound + "=" + finer)
        .json()["notifications"]
        .size();
  };
  EXPECT_EQ(told("since"), 0u);
  EXPECT_EQ(told("until"), 1u);

  // From 0.2 µs after ten to 0.2 µs after eleven.
  append_one(http, {.id = "s",
                    .type = "slot.created",
                    .subject = "slot:s_1",
                    .data = R"({"slotId":"s_1","venueId":"v_1",)"
                            R"("start":"2026-11-01T10:00:00.0000002Z",)"
                            R"("end":"2026-11-01T11:00:00.0000002Z"})"});
  const auto slots = [&](const std::string& query) {
    return http.get("/v1/venues/v_1/calendar?" + query).json()["slots"].size();
  };
  EXPECT_EQ(slots("from=2026-11-01T11:00:00.0000001Z"), 1u);
  EXPECT_EQ(slots("from=2026-11-01T11:00:00.0000003Z"), 0u);
  EXPECT_EQ(slots("to=2026-11-01T10:00:00.0000001Z"), 0u);
  EXPECT_EQ(slots("to=2026-11-01T10:00:00.0000003Z"), 1u);
}

TEST_F(TimeBounds, LeapSecondsAndOffsets) {
  EXPECT_EQ(page("since=2016-12-31T23:59:60Z"), "before at ");
  EXPECT_EQ(page("until=2016-12-31T23:59:60.5Z"), "");
  EXPECT_EQ(http.get("/v1/events?since=2026-11-01T10:00:60Z").status, 400);
  EXPECT_EQ(http.get("/v1/events?since=9999-12-31T23:59:59-00:01").status, 400);
}

}  // namespace
}  // namespace courtside::e2e
