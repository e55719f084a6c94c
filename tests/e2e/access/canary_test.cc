// Goal: private data stays out of the process's log. A token, a service key, a phone number, an
// e-mail address and a message's text go through every interface, accepted and refused, with the
// most verbose log level and a failing database; none of them is printed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"
#include "tests/e2e/support/sse_client.h"

namespace courtside::e2e {
namespace {

const std::string kPhone = "+919876543210";
const std::string kMail = "anna.canary@example.org";
const std::string kText = "the words of a canary";
const std::string kWrongKey = "wrong-key-canary-0123456789-0123456789";

// Private data in every field that accepts text.
std::string private_data(const std::string& ids) {
  return "{" + ids + (ids.empty() ? "" : ",") + R"("body":")" + kText + R"(","phone":")" + kPhone +
         R"(","email":")" + kMail + "\"}";
}

// A platform with numeric booking ids: a wrong id makes the query fail, and the database error
// quotes it.
Platform with_numbered_bookings() {
  Platform platform;
  platform.set_query("booking_query",
                     R"(SELECT "accountId", "venueId" FROM "Booking" WHERE id = ($1::int)::text)");
  return platform;
}

struct Canary : AccessTest {
  Canary()
      : AccessTest(with_numbered_bookings(),
                   {"--log-level", "debug", "--database-query-timeout", "500ms"}) {}

  // An event of every family, valid and invalid.
  std::vector<Draft> events() const {
    const auto draft = [](const std::string& type, const std::string& kind,
                          const std::string& field, const std::string& id) {
      return Draft{.id = type,
                   .type = type,
                   .subject = kind + ":" + id,
                   .data = private_data(json_string(field) + ":" + json_string(id))};
    };
    std::vector<Draft> all = {
        draft("slot.held", "slot", "slotId", "s"),
        draft("booking.created", "booking", "bookingId", "b"),
        draft("payment.failed", "payment", "paymentId", "p"),
        draft("refund.failed", "refund", "refundId", "r"),
        draft("notification.failed", "notification", "notificationId", "n"),
        draft("chat.message_posted", "chat", "roomId", "room"),
        draft("ticket.replied", "ticket", "ticketId", "t"),
        draft("venue.updated", "venue", "venueId", "venue-1"),
        draft("account.role_changed", "account", "accountId", "account-other-USER"),
        draft("session.revoked", "account", "accountId", "account-other-USER"),
        {.id = "generic", .data = private_data("")}};
    const std::size_t whole = all.size();
    for (std::size_t i = 0; i < whole; ++i) {
      Draft broken = all[i];
      broken.id += "-broken";
      broken.data = private_data(R"("amount":")" + kPhone + R"(","accountId":5)");
      all.push_back(broken);
      broken.id = kMail;
      broken.subject = kPhone;
      all.push_back(broken);
    }
    return all;
  }

  // Uses every interface with this credential, and with private data in every input.
  void go_everywhere(const std::string& credential) {
    HttpClient http(port(), bearer(credential));
    for (const Draft& draft : events()) {
      http.post("/v1/events", std::string(kOneEvent), draft.json());
      http.post("/v1/events", std::string(kBatch), "[" + draft.json() + "]");
    }
    http.post("/v1/events", std::string(kOneEvent), kText + kPhone + kMail);
    http.post("/v1/events", kMail, kText);
    for (const std::string& channel : std::vector<std::string>{
             "user:" + kPhone, "booking:" + kPhone, "booking:" + kMail, "chat:room", kText}) {
      const std::string target = "/v1/events?channel=" + percent_encoded(channel);
      http.get(target, "application/json");
      http.get(target + "&type=" + percent_encoded(kText), "application/json");
      http.get(target + "&actor=" + percent_encoded(kMail), "application/json");
      SseClient(port(), target, kText, bearer(credential));
      http.get("/v1/subjects/" + percent_encoded(channel));
      http.get("/v1/events/" + percent_encoded(channel));
    }
    http.get("/v1/events?token=" + credential);
    http.get("/" + credential);
    speak(credential);
  }

  void speak(const std::string& credential) {
    Session by_hello = Session::silent(port());
    by_hello.say(R"({"type":"hello","token":)" + json_string(credential) + "}");
    by_hello.ws().receive();
    WsClient(port(), {.subprotocols = {"courtside.v1.json", "bearer." + credential}});
    WsClient ws(port(), {.headers = bearer(credential)});
    if (!ws.upgraded()) return;
    ws.send_text(R"({"type":"hello","client":")" + kMail + "\"}");
    for (const Draft& draft : events()) {
      ws.send_text(R"({"type":"publish","id":1,"event":)" + draft.json() + "}");
    }
    ws.send_text(subscribe_message({.channels = {"user:" + kPhone, "chat:" + kMail}}));
    ws.send_text(R"({"type":"refresh","id":2,"token":)" + json_string(credential) + "}");
    ws.send_text(R"({"type":"refresh","id":2,"token":")" + kWrongKey + R"("})");
    ws.send_text(R"({"type":")" + kText + R"("})");
    ws.send_text(kText);  // not JSON: closes
    Incoming::Kind last = Incoming::Kind::kText;
    while (last == Incoming::Kind::kText || last == Incoming::Kind::kPing) last = ws.receive().kind;
    EXPECT_EQ(last, Incoming::Kind::kClose);
  }
};

TEST_F(Canary, NothingPrivateIsPrintedByAnyDoor) {
  const std::string user = platform.token("account-USER");
  const std::string locked = platform.token("account-nobody");
  const std::string of_phone = platform.token(kPhone);  // an id may be anything
  const std::string forged = user.substr(0, user.size() - 4) + "AAAA";
  publish(room("room", "direct", {"account-USER"}));
  const std::vector<std::string> credentials = {user,   locked,      of_phone,
                                                forged, kServiceKey, kWrongKey};
  for (const std::string& credential : credentials) go_everywhere(credential);
  go_everywhere("");

  // The database fails: single queries, and completely.
  platform.sql(R"(ALTER TABLE "Account" RENAME TO "Gone")");
  go_everywhere(platform.token("account-" + kMail));
  platform.sql(R"(ALTER TABLE "Gone" RENAME TO "Account")");
  postgres().stop();
  go_everywhere(platform.token("account-" + kMail + "2"));
  postgres().start();

  const std::string printed = server.process().output();
  std::vector<std::string> canaries = credentials;
  for (const std::string& credential : credentials) {
    // A part is as bad: the claims and the signature.
    canaries.push_back(credential.substr(credential.size() - 20));
    canaries.push_back(credential.substr(credential.find('.') + 1, 20));
  }
  for (const std::string& each : {kPhone, kMail, kText}) canaries.push_back(each);
  for (const std::string& canary : canaries) {
    EXPECT_EQ(printed.find(canary), std::string::npos) << canary << " is in:\n" << printed;
  }
  EXPECT_NE(printed.find("postgres"), std::string::npos) << "it did say that the database failed";
}

}  // namespace
}  // namespace courtside::e2e
