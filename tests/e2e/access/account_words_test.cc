// Goal: an account's events change nothing that others published. The test sends each type that an
// account may publish with every field of data and envelope forged; states, lists, calendars and
// pages stay the same, except for what the account may change.
#include "tests/e2e/access/support/account_words.h"

#include <string>
#include <vector>

namespace courtside::e2e {
namespace {

// Forged members `"name":value` for the data and the envelope.
const std::vector<std::string>& forged_data() {
  static const std::vector<std::string> fields = [] {
    std::vector<std::string> made;
    for (const char* name :
         {"slotId",   "holdId",       "venueId", "accountId",  "bookingId",   "paymentId",
          "refundId", "senderId",     "replyTo", "ticketId",   "assigneeId",  "sessionId",
          "kind",     "title",        "body",    "link",       "channel",     "attempt",
          "status",   "from",         "to",      "by",         "code",        "method",
          "note",     "participants", "count",   "opened",     "created",     "read",
          "seen",     "posted",       "deleted", "deliveries", "lastMessage", "readUpTo",
          "version",  "lastType",     "fields",  "data",       "recipients",  "channels",
          "actorid"}) {
      for (const char* value : {R"("b")", R"("account-other-USER")", R"(["x"])", "7", "null"}) {
        made.push_back(json_string(name) + ":" + value);
      }
    }
    return made;
  }();
  return fields;
}

const std::vector<std::string>& forged_envelope() {
  static const std::vector<std::string> members = {
      R"("correlationid":"case-1")",
      R"("causationid":"booking.created booking:b")",
      R"("actorid":"SYSTEM")",
      R"("actortype":"SYSTEM")",
      R"("actorrole":"BMSP_SUPER_ADMIN")",
      R"("time":"1999-01-01T00:00:00Z")",
      R"("time":"2999-01-01T00:00:00Z")",
      R"("channels":["booking:b"])",
      R"("channels":["user:account-other-USER"])",
      R"("aggregateversion":1)",
      R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")",
      R"("sequence":"1")",
      R"("subjectversion":1)",
      R"("recordedtime":"1999-01-01T00:00:00Z")",
      R"("expectedversion":0)",
      R"("dataschema":"/platform")",
      R"("note":"an extension")"};
  return members;
}

struct Own {
  std::string type;
  std::string subject;
  std::string ids;  // of the data
};
const std::vector<Own>& own_events() {
  static const std::vector<Own> events = {
      {"chat.message_posted", "chat:r", R"("roomId":"r","messageId":"mine")"},
      {"chat.message_edited", "chat:r", R"("roomId":"r","messageId":"mine")"},
      {"chat.read_up_to", "chat:r", R"("roomId":"r","messageId":"of-other")"},
      {"notification.seen", "notification:n", R"("notificationId":"n")"},
      {"notification.read", "notification:n", R"("notificationId":"n")"},
      {"chat.message_deleted", "chat:r", R"("roomId":"r","messageId":"mine")"},
      // Messages of others.
      {"chat.message_posted", "chat:r", R"("roomId":"r","messageId":"of-other")"},
      {"chat.message_edited", "chat:r", R"("roomId":"r","messageId":"of-other")"},
      {"chat.message_deleted", "chat:r", R"("roomId":"r","messageId":"of-other")"},
      {"notification.read", "notification:of-other", R"("notificationId":"of-other")"}};
  return events;
}

TEST_F(AccountWords, ChangeNothingThatOthersSaid) {
  const auto before = shown();
  HttpClient http(port(), bearer(platform.token(kUser)));
  int number = 0;
  std::size_t taken = 0;
  const auto say = [&](const Own& own, const std::string& field, const std::string& member) {
    Draft draft{.id = std::to_string(++number),
                .type = own.type,
                .subject = own.subject,
                .data = "{" + own.ids + (field.empty() ? "" : "," + field) + "}",
                .source = "/platform",
                .more = member.empty() ? "" : "," + member};
    const HttpResponse answer = http.post("/v1/events", std::string(kOneEvent), draft.json());
    EXPECT_TRUE(answer.status == 200 || answer.status == 403 || answer.status == 409 ||
                answer.status == 422)
        << answer.status << " " << draft.json();
    taken += answer.status == 200 ? 1 : 0;
  };
  for (const Own& own : own_events()) {
    SCOPED_TRACE(own.type + " " + own.ids);
    say(own, "", "");
    for (const std::string& field : forged_data()) say(own, field, "");
    for (const std::string& member : forged_envelope()) say(own, "", member);
    expect_untouched(before);
    if (HasFailure()) return;
  }
  EXPECT_GT(taken, 100u) << "of " << number;
}

// An account cannot take an id that another publisher used or is going to use.
TEST_F(AccountWords, TakeNobodysId) {
  HttpClient http(port(), bearer(platform.token(kUser)));
  const std::string message = R"({"roomId":"r","messageId":"mine"})";
  const auto mine = [&](const std::string& id) {
    return Draft{.id = id,
                 .type = "chat.message_posted",
                 .subject = "chat:r",
                 .data = message,
                 .source = "/platform"};
  };
  EXPECT_FALSE(append(http, {mine("booking.created booking:b")}).front()["duplicate"].boolean());
  EXPECT_FALSE(append(http, {mine("to-come")}).front()["duplicate"].boolean());
  EXPECT_TRUE(append(http, {mine("to-come")}).front()["duplicate"].boolean());
  Draft from_platform{.id = "to-come", .source = "/platform"};
  EXPECT_FALSE(append(backend, {from_platform}).front()["duplicate"].boolean());
  // Not even with the source that the server gives to the account's events.
  from_platform.source = "/accounts/account-USER/platform";
  EXPECT_FALSE(append(backend, {from_platform}).front()["duplicate"].boolean());
  // Two clients of one account may use the same ids.
  Draft phone = mine("1");
  Draft browser = mine("1");
  phone.source = "/phone";
  browser.source = "/web";
  EXPECT_FALSE(append(http, {phone}).front()["duplicate"].boolean());
  EXPECT_FALSE(append(http, {browser}).front()["duplicate"].boolean());
}

}  // namespace
}  // namespace courtside::e2e
