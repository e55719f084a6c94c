// Goal: a reader of everything leaves an audit event unless another right allows the read; and a
// service is not the account with the same name.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/signed_token.h"

namespace courtside::e2e {
namespace {

constexpr const char* kSecretOfAll = "0123456789abcdef0123456789abcdef";
constexpr const char* kNamesake = "service-key-of-a-namesake-0123456789abcdef";
constexpr const char* kInspector = "service-key-of-an-inspector-0123456789abcdef";
constexpr const char* kProducer = "service-key-of-a-producer-0123456789abcdef";
constexpr const char* kBookings = "service-key-of-bookings-0123456789abcdef";

struct ServiceLines {
  ServiceLines() {
    std::ofstream(path()) << "u_1:" << kNamesake << ":audit:read\n"
                          << "inspector:" << kInspector << ":audit:read\n"
                          << "bookings:" << kBookings << ":audit:read,booking:read_any\n"
                          << "producer:" << kProducer << "\n";
    std::filesystem::permissions(path(), std::filesystem::perms(0600));
  }
  std::string path() const { return (lines_folder.path() / "keys").string(); }
  TempFolder lines_folder;
};

class RightToAll : public ServiceLines, public ServerTest {
 protected:
  RightToAll()
      : ServerTest({"--access-service-keys-file", path(), "--access-jwt-secret", kSecretOfAll}) {}

  static Headers by(const std::string& credential) {
    return {{"Authorization", "Bearer " + credential}};
  }
  static std::string token(const std::string& account, const std::string& role = "USER") {
    std::string claims = claims_of(account, 0, 3600);
    return signed_token(kSecretOfAll, claims.replace(claims.find("USER"), 4, role));
  }
  std::string publish(Draft draft) {
    draft.id = std::to_string(++published_);
    HttpClient producer(port(), by(kProducer));
    return append_one(producer, draft);
  }
  HttpResponse get(const std::string& credential, const std::string& target,
                   const std::string& accept = "application/json") {
    HttpClient client(port(), by(credential));
    return client.get(target, accept);
  }
  // The channels in the audit events that `who` left since the last call.
  std::vector<std::string> traced_of(const std::string& who) {
    publish({.subject = "fence:1"});  // earlier audit events are in the log before it
    HttpClient client(port(), by(kInspector));
    std::vector<std::string> found;
    std::uint64_t last = seen_;
    for (const Logged& event : read_log(client, "type=audit.queried")) {
      last = std::max(last, event.offset);
      if (event.offset <= seen_ || event.event["data"]["by"].text() != who) continue;
      found.emplace_back(event.event["data"]["filter"]["channels"].raw());
    }
    seen_ = last;
    return found;
  }

 private:
  int published_ = 0;
  std::uint64_t seen_ = 0;
};

using Channels = std::vector<std::string>;

TEST_F(RightToAll, AServiceThatIsCalledLikeAnAccountLeavesATrace) {
  const std::string position = publish({.type = "notification.created",
                                        .subject = "notification:n_1",
                                        .data = R"({"notificationId":"n_1","accountId":"u_1"})"});
  for (const std::string& credential : {std::string(kNamesake), token("u_1")}) {
    EXPECT_EQ(get(credential, "/v1/events?channel=user:u_1").status, 200);
    EXPECT_EQ(get(credential, "/v1/users/u_1/notifications").status, 200);
    EXPECT_EQ(get(credential, "/v1/events/" + position).status, 200);
  }
  // Three of the service, none of the account.
  EXPECT_EQ(traced_of("u_1"), (Channels{R"(["user:u_1"])", R"(["user:u_1"])", R"(["*"])"}));
}

// Patterns and channels, in each format: each read leaves an audit event.
TEST_F(RightToAll, WhatItAloneOpensLeavesATraceInEachForm) {
  publish({.type = "test.happened", .subject = "thing:t_1", .channels = {"chat:r1", "venue:v_1"}});
  const std::string super = token("9", "BMSP_SUPER_ADMIN");
  const std::string none = "channel=booking:*&channel=venue:*";
  EXPECT_EQ(get(super, "/v1/events?" + none).status, 200);
  EXPECT_EQ(get(super, "/v1/events?channel=chat:*").status, 200);
  EXPECT_EQ(get(super, "/v1/events?channel=chat:r1", "application/x-ndjson").status, 200);
  EXPECT_EQ(get(super, "/v1/subjects/thing:t_1?at=now&channel=chat:r1").status, 200);
  EXPECT_EQ(get(super, "/v1/subjects/thing:t_1").status, 200);
  EXPECT_EQ(traced_of("9"), (Channels{R"(["booking:*","venue:*"])", R"(["chat:*"])",
                                      R"(["chat:r1"])", R"(["chat:r1"])", "[]"}));
}

TEST_F(RightToAll, ALiveSubscriptionLeavesOneTrace) {
  publish({.type = "test.happened", .subject = "thing:t_1", .channels = {"chat:r1"}});
  Session live(port(), {.headers = by(kNamesake)});
  live.subscribe({.channels = {"chat:*", "booking:*", "venue:*"}, .from = R"("earliest")"});
  live.expect_event();
  publish({.type = "test.happened", .subject = "thing:t_1", .channels = {"chat:r2"}});
  live.await("live");
  live.expect_event();
  SseClient stream(port(), "/v1/events?channel=chat:*&since=2020-01-01T00:00:00Z", "",
                   by(kNamesake));
  stream.next_event();
  EXPECT_EQ(traced_of("u_1"), (Channels{R"(["chat:*","booking:*","venue:*"])", R"(["chat:*"])"}));
}

// The calendar shows what the venue's own channel shows to a reader who may read that channel.
TEST_F(RightToAll, ItsCalendarLeavesATrace) {
  publish({.type = "slot.booked",
           .subject = "slot:s_1",
           .data = R"({"slotId":"s_1","venueId":"v_1","accountId":"u_2"})"});
  EXPECT_EQ(get(kNamesake, "/v1/venues/v_1/calendar").status, 200);
  EXPECT_EQ(get(kBookings, "/v1/venues/v_1/calendar").status, 200);
  EXPECT_EQ(get(token("u_1"), "/v1/venues/v_1/calendar").status, 200);
  EXPECT_EQ(traced_of("u_1"), Channels{R"(["venue:v_1"])"});
}

TEST_F(RightToAll, WhatARightOfItsOwnOpensLeavesNone) {
  publish({.type = "booking.created",
           .subject = "booking:b_1",
           .data = R"({"bookingId":"b_1","accountId":"u_2","venueId":"v_1"})"});
  EXPECT_EQ(get(kBookings, "/v1/events?channel=booking:b_1&channel=ops:bookings").status, 200);
  EXPECT_EQ(get(kBookings, "/v1/events?channel=availability:v_1").status, 200);
  EXPECT_EQ(get(kBookings, "/v1/subjects/booking:b_1?at=now&channel=booking:b_1").status, 200);
  EXPECT_EQ(traced_of("bookings"), Channels{});
  EXPECT_EQ(get(kBookings, "/v1/events?channel=booking:*").status, 200);
  EXPECT_EQ(traced_of("bookings"), Channels{R"(["booking:*"])"});
}

}  // namespace
}  // namespace courtside::e2e
