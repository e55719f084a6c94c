// Goal: the questions of auditors and support about people (PLATFORM.md, questions 3, 4, 6, 10, 11
// and 12) are answered over HTTP, for callers with the right, as the generated year has it.
#include <map>
#include <set>
#include <sstream>

#include "tests/e2e/year/support/year_fixture.h"

namespace courtside::e2e {
namespace {

struct QuestionsOfPeople : YearTest {};

std::string account_if(const YearEvent& event, std::string_view type) {
  return event.is(type) ? event.data.text_of("accountId") : std::string();
}

constexpr Micros kLastTuesday = kYearBegin + 365 * kDay;  // 2024-12-31

TEST_F(QuestionsOfPeople, Q03WhichNotificationsAUserGotLastTuesday) {
  const Micros since = kLastTuesday, until = since + kDay;
  const auto on_that_day = [&](const YearEvent& e) {
    return e.recorded >= since && e.recorded < until ? account_if(e, "notification.created") : "";
  };
  for (const std::string& user : some(4, on_that_day)) {
    SCOPED_TRACE(user);
    expect_same(answer(care(), "channel=user:" + user + "&type=notification.*&since=" +
                                   rfc3339(since) + "&until=" + rfc3339(until)),
                told([&](const YearEvent& e) {
                  return e.is_family("notification") && e.data.text_of("accountId") == user &&
                         e.recorded >= since && e.recorded < until;
                }));
  }
}

// The same as the platform's support tool asks: each notification's history, newest first.
TEST_F(QuestionsOfPeople, Q03NotificationsWithWhatBecameOfThem) {
  const Micros since = kLastTuesday - 10 * kDay, until = kLastTuesday + kDay;
  const auto in_those_days = [&](const YearEvent& e) {
    return e.recorded >= since && e.recorded < until ? account_if(e, "notification.created") : "";
  };
  for (const std::string& user : some(4, in_those_days)) {
    SCOPED_TRACE(user);
    Lines answered, expected;
    const Json page =
        care()
            .get("/v1/users/" + user + "/notifications?limit=1000&since=" + rfc3339(since) +
                 "&until=" + rfc3339(until))
            .json();
    EXPECT_TRUE(page["complete"].boolean());
    const auto text = [](const Json& of, const char* name) {
      return of[name].is_null() ? std::string() : of[name].text();
    };
    for (const Json& each : page["notifications"].items()) {
      std::map<std::string, std::string> ways;
      for (const Json& way : each["deliveries"].items()) {
        ways[way["channel"].text()] = text(way, "dispatched") + " " + text(way, "delivered") + " " +
                                      text(way, "failed") + " " + std::string(way["attempt"].raw());
      }
      std::string line = each["id"].text() + " " + text(each, "kind") + " " +
                         text(each, "created") + " " + text(each, "seen") + " " +
                         text(each, "read");
      for (const auto& [channel, way] : ways) line += " | " + channel + " " + way;
      answered.push_back(line);
    }
    for (const YearEvent& made : told([&](const YearEvent& e) {
           return e.is("notification.created") && e.data.text_of("accountId") == user &&
                  e.recorded >= since && e.recorded < until;
         })) {
      struct Way {
        std::string dispatched, delivered, failed, attempt;
      };
      std::map<std::string, Way> ways;
      std::string seen, read;
      for (const YearEvent& e :
           told([&](const YearEvent& e) { return e.subject == made.subject; })) {
        const std::string time = rfc3339(e.recorded);
        if (e.is("notification.seen")) seen = time;
        if (e.is("notification.read")) read = time;
        if (!e.data.has("channel")) continue;
        Way& way = ways[e.data.text_of("channel")];
        way.attempt = e.data.find("attempt");
        (e.is("notification.dispatched")  ? way.dispatched
         : e.is("notification.delivered") ? way.delivered
                                          : way.failed) = time;
      }
      std::string line = made.data.text_of("notificationId") + " " + made.data.text_of("kind") +
                         " " + rfc3339(made.recorded) + " " + seen + " " + read;
      for (const auto& [channel, way] : ways) {
        line += " | " + channel + " " + way.dispatched + " " + way.delivered + " " + way.failed +
                " " + way.attempt;
      }
      expected.insert(expected.begin(), line);
    }
    EXPECT_EQ(answered, expected);
    EXPECT_FALSE(answered.empty());
  }
}

// The history of one notification: "created; EMAIL 1 dispatched, delivered; seen".
template <typename Event, typename Text>
std::string story_of(const std::vector<Event>& events, const Text& text) {
  std::ostringstream story;
  for (const Event& event : events) {
    story << text(event, "type") << " " << text(event, "channel") << " "
          << text(event, "recordedtime") << " because of " << text(event, "causationid") << "; ";
  }
  return story.str();
}

TEST_F(QuestionsOfPeople, Q04TheChainOfAConfirmationThatNeverCame) {
  // Confirmations that failed at the first attempt or completely.
  std::set<std::string> confirmations;
  const auto failed = [&confirmations](const YearEvent& e) {
    const std::string id = e.data.text_of("notificationId");
    if (e.data.text_of("kind") == "booking_confirmed") confirmations.insert(id);
    return e.is("notification.failed") && confirmations.count(id) > 0
               ? e.data.text_of("accountId") + " " + e.data.text_of("bookingId")
               : std::string();
  };
  for (const std::string& names : some(6, failed)) {
    SCOPED_TRACE(names);
    const std::string user = names.substr(0, names.find(' '));
    const std::string booking = names.substr(names.find(' ') + 1);
    // Find the notification that confirms the booking, then its events.
    std::string notification;
    std::vector<Json> chain;
    for (const Logged& each : answer(care(), "channel=user:" + user + "&type=notification.*")) {
      const Json data = each.event["data"];
      if (data["bookingId"].text() != booking) continue;
      if (data.has("kind") && data["kind"].text() == "booking_confirmed") {
        notification = data["notificationId"].text();
      }
      if (data["notificationId"].text() == notification) chain.push_back(each.event);
    }
    std::string expected_id;
    const auto expected = told([&](const YearEvent& e) {
      if (!e.is_family("notification") || e.data.text_of("bookingId") != booking) return false;
      if (e.data.text_of("kind") == "booking_confirmed")
        expected_id = e.data.text_of("notificationId");
      return e.data.text_of("notificationId") == expected_id;
    });
    const std::string answered = story_of(chain, [](const Json& event, const char* name) {
      if (event.has(name)) return event[name].text();
      return event["data"].has(name) ? event["data"][name].text() : std::string();
    });
    EXPECT_EQ(answered, story_of(expected, [](const YearEvent& event, const std::string& name) {
                if (name == "type") return event.type;
                if (name == "recordedtime") return rfc3339(event.recorded);
                return name == "causationid" ? event.cause : event.data.text_of(name);
              }));
    EXPECT_NE(answered.find("notification.created"), std::string::npos);
    EXPECT_NE(answered.find("notification.failed"), std::string::npos);
  }
}

TEST_F(QuestionsOfPeople, Q06AllThatAStaffMemberDidOnOtherPeoplesBookings) {
  const auto staff = [](const YearEvent& e) {
    return e.is_family("booking") && e.actor.role == "BOOKING_MANAGER" ? e.actor.id : std::string();
  };
  for (const std::string& id : some(4, staff)) {
    SCOPED_TRACE(id);
    std::vector<Logged> answered = answer(auditor(), "actor=" + id + "&type=booking.*");
    std::erase_if(answered,
                  [&](const Logged& each) { return each.event["data"]["accountId"].text() == id; });
    expect_same(answered, told([&](const YearEvent& e) {
                  return e.is_family("booking") && e.actor.id == id &&
                         e.data.text_of("accountId") != id;
                }));
  }
}

// A room's messages with their edits.
struct Message {
  std::string sender;
  std::vector<std::string> bodies;
  bool deleted = false;
  bool operator==(const Message&) const = default;
};

TEST_F(QuestionsOfPeople, Q10TheTranscriptOfASupportRoomWithItsEdits) {
  const auto room_if = [](const char* type) {
    return [type](const YearEvent& e) {
      return e.is(type) ? e.data.text_of("roomId") : std::string();
    };
  };
  for (const char* type : {"chat.message_edited", "chat.message_deleted", "chat.room_opened"}) {
    for (const std::string& room : some(2, room_if(type))) {
      SCOPED_TRACE(room);
      const auto answered = answer(care(), "channel=chat:" + room);
      const auto expected = told([&](const YearEvent& e) { return e.subject == "chat:" + room; });
      expect_same(answered, expected);
      std::map<std::string, Message> transcript, wanted;
      for (const Logged& each : answered) {
        const Json data = each.event["data"];
        if (!data.has("messageId")) continue;
        Message& message = transcript[data["messageId"].text()];
        message.sender = data["senderId"].text();
        if (data.has("body")) message.bodies.emplace_back(data["body"].raw());
        message.deleted |= each.event["type"].text() == "chat.message_deleted";
      }
      for (const YearEvent& e : expected) {
        if (!e.data.has("messageId")) continue;
        Message& message = wanted[e.data.text_of("messageId")];
        message.sender = e.data.text_of("senderId");
        if (e.data.has("body")) message.bodies.emplace_back(e.data.find("body"));
        message.deleted |= e.is("chat.message_deleted");
      }
      EXPECT_EQ(transcript, wanted);
    }
  }
}

bool asks_for(const Json& trace, const std::string& channel) {
  for (const Json& each : trace["data"]["filter"]["channels"].items()) {
    if (each.text() == channel) return true;
  }
  return false;
}

TEST_F(QuestionsOfPeople, Q11WhoReadAUsersData) {
  const auto read = [](const YearEvent& e) {
    const std::string_view filter = e.data.find("filter");  // {"channels":["user:u_1"],...
    return filter.empty() ? std::string()
                          : std::string(filter.substr(14, filter.find('"', 14) - 14));
  };
  for (const std::string& channel : some(4, read)) {
    SCOPED_TRACE(channel);
    const std::string in_the_year = "type=audit.*&until=" + rfc3339(kYearEnd + 30 * kDay);
    std::vector<Logged> answered = answer(auditor(), in_the_year);
    std::erase_if(answered, [&](const Logged& each) { return !asks_for(each.event, channel); });
    expect_same(answered, told([&](const YearEvent& e) {
                  return e.is_family("audit") && read(e) == channel;
                }));
  }
  // A read of today is then one of them.
  const std::string channel = some(1, read).front();
  const std::string since =
      auditor().get("/v1/events?order=desc&limit=1").json()["events"].at(0)["recordedtime"].text();
  const std::size_t rows =
      answer(caller("care_9", "BMSP_CUSTOMER_CARE"), "channel=" + channel).size();
  std::vector<Json> today;
  // The audit event may arrive in the log after the answer: repeat until it is there.
  for (const Deadline deadline; today.empty() && !deadline.expired();) {
    for (const Logged& each : answer(auditor(), "type=audit.queried&since=" + since)) {
      if (asks_for(each.event, channel)) today.push_back(each.event);
    }
  }
  ASSERT_EQ(today.size(), 1u);
  EXPECT_EQ(today[0]["data"]["by"].text(), "care_9");
  EXPECT_EQ(today[0]["data"]["rows"].number(), static_cast<std::int64_t>(rows));
}

TEST_F(QuestionsOfPeople, Q12WhoGrantedARoleWhenItEndedAndWhatWasDoneBetween) {
  const auto granted = [](const YearEvent& e) {
    return e.is("venue.staff_removed")
               ? e.data.text_of("venueId") + " " + e.data.text_of("accountId")
               : std::string();
  };
  for (const std::string& names : some(4, granted)) {
    SCOPED_TRACE(names);
    const std::string venue = names.substr(0, names.find(' '));
    const std::string who = names.substr(names.find(' ') + 1);
    std::vector<Logged> role = answer(
        care(), "channel=venue:" + venue + "&type=venue.staff_added&type=venue.staff_removed");
    std::erase_if(
        role, [&](const Logged& each) { return each.event["data"]["accountId"].text() != who; });
    const auto expected = told([&](const YearEvent& e) {
      return e.is_family("venue") && e.data.text_of("venueId") == venue &&
             e.data.text_of("accountId") == who;
    });
    expect_same(role, expected);
    ASSERT_GE(role.size(), 2u);
    EXPECT_EQ(role[0].event["type"].text(), "venue.staff_added");
    EXPECT_EQ(role[0].event["actorid"].text(), "owner_" + venue.substr(2));
    EXPECT_EQ(role[1].event["type"].text(), "venue.staff_removed");
    const Micros since = expected[0].recorded, until = expected[1].recorded;
    const auto acts =
        answer(auditor(), "actor=" + who + "&since=" + rfc3339(since) + "&until=" + rfc3339(until));
    const auto done = told([&](const YearEvent& e) {
      return e.actor.id == who && e.recorded >= since && e.recorded < until;
    });
    EXPECT_EQ(lines_of(acts), lines_of(done));
  }
}

}  // namespace
}  // namespace courtside::e2e
