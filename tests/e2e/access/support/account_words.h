// The fixture for tests of what accounts publish: a world with events of others, and all views of
// it. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {

class AccountWords : public AccessTest {
 protected:
  static constexpr const char* kUser = "account-USER";
  static constexpr const char* kOther = "account-other-USER";

  explicit AccountWords(const std::vector<std::string>& more = {})
      : AccessTest(with({"--limits-publishes-per-second", "100000"}, more)) {}

  static std::vector<std::string> with(std::vector<std::string> some,
                                       const std::vector<std::string>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
  }

  void SetUp() override {
    const auto draft = [](const std::string& type, const std::string& subject,
                          const std::string& data) {
      return Draft{.id = type + " " + subject,
                   .type = type,
                   .subject = subject,
                   .data = data,
                   .source = "/platform",
                   .more = R"(,"correlationid":"case-1","actorid":"SYSTEM")"};
    };
    append(
        backend,
        {room("r", "support", {kUser, kOther}),
         draft(
             "chat.message_posted", "chat:r",
             R"({"roomId":"r","messageId":"of-other","senderId":"account-other-USER","body":"B"})"),
         draft("notification.created", "notification:n",
               R"({"notificationId":"n","accountId":"account-USER","kind":"K","title":"T",)"
               R"("body":"B","bookingId":"b","link":"/l"})"),
         draft("notification.dispatched", "notification:n",
               R"({"notificationId":"n","accountId":"account-USER","channel":"PUSH","attempt":1})"),
         draft("notification.created", "notification:of-other",
               R"({"notificationId":"of-other","accountId":"account-other-USER","title":"T"})"),
         draft("booking.created", "booking:b",
               R"({"bookingId":"b","accountId":"account-USER","venueId":"venue-1"})"),
         draft(
             "payment.captured", "payment:p",
             R"({"paymentId":"p","bookingId":"b","accountId":"account-USER","venueId":"venue-1"})"),
         draft("slot.booked", "slot:s",
               R"({"slotId":"s","venueId":"venue-1","accountId":"account-USER","bookingId":"b"})"),
         draft("ticket.opened", "ticket:t", R"({"ticketId":"t","accountId":"account-USER"})")});
    end_of_others_ = head().offset;
  }

  // Everything that shows events of others, by the name of the view.
  std::map<std::string, std::string> shown() {
    HttpClient http(port(), bearer(platform.token("account-BMSP_SUPER_ADMIN")));
    std::map<std::string, std::string> all;
    for (const char* subject : {"chat:r", "notification:n", "notification:of-other", "booking:b",
                                "payment:p", "slot:s", "ticket:t"}) {
      const Json state =
          http.get("/v1/subjects/" + std::string(subject) + "?at=now").json()["state"];
      for (const auto& [name, value] : state.members()) {
        all[std::string(subject) + " " + name] = value.raw();
      }
    }
    for (const char* path :
         {"/v1/users/account-USER/notifications", "/v1/users/account-other-USER/notifications"}) {
      for (const Json& each : http.get(path).json()["notifications"].items()) {
        for (const auto& [name, value] : each.members()) {
          all[path + each["id"].text() + " " + name] = value.raw();
        }
      }
    }
    all["calendar"] = http.get("/v1/venues/venue-1/calendar").json()["slots"].raw();
    for (const char* query :
         {"channel=chat:r", "channel=user:account-other-USER", "channel=booking:b",
          "channel=venue:venue-1", "subject=notification:n", "channel=ticket:t"}) {
      std::string events;
      for (const Logged& event : read_log(http, query)) {
        if (event.offset <= end_of_others_) events.append(event.event.raw()).append("\n");
      }
      all[query] = events;
    }
    // A case and the platform's own events contain only what services published.
    for (const char* query : {"correlationid=case-1", "actor=SYSTEM"}) {
      all[query] = std::to_string(read_log(http, query).size());
    }
    return all;
  }

  // What the account may change: its own marks, and the room's last message and count.
  static bool may_change(const std::string& place) {
    const std::string list = "/v1/users/account-USER/notificationsn ";
    return place == "notification:n read" || place == "notification:n seen" ||
           place == list + "read" || place == list + "seen" || place == "chat:r lastMessage" ||
           place == "chat:r count" || place == "chat:r readUpTo" || place.ends_with(" version") ||
           place.ends_with(" lastType");
  }

  void expect_untouched(const std::map<std::string, std::string>& before) {
    const auto after = shown();
    for (const auto& [place, value] : after) {
      const auto was = before.find(place);
      if (may_change(place)) continue;
      ASSERT_NE(was, before.end()) << place << " is new: " << value;
      EXPECT_EQ(value, was->second) << place;
    }
    for (const auto& [place, value] : before) {
      EXPECT_TRUE(after.contains(place)) << place << " is gone: " << value;
    }
  }

  std::uint64_t end_of_others_ = 0;
};

}  // namespace courtside::e2e
