// Goal: over every interface the server sets the actor, source and time of an account's event, and
// refuses attributes that would affect others; and a message reaches every participant of its room,
// however many there are.
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/access/support/account_words.h"
#include "tests/e2e/access/support/binary_publisher.h"

namespace courtside::e2e {
namespace {

struct Envelope : AccountWords {
  using AccountWords::AccountWords;

  // The event as stored.
  Json stored(const std::string& position) { return backend_get("/v1/events/" + position); }
  Json backend_get(const std::string& path) {
    HttpClient http(port(), bearer(platform.token("account-BMSP_SUPER_ADMIN")));
    return http.get(path).json();
  }

  struct Answer {
    std::string position;  // empty: refused
    std::string text;
  };
  using Way = std::function<Answer(const Draft&)>;
  std::vector<std::pair<std::string, Way>> ways() {
    const auto of_http = [](const HttpResponse& answer) {
      if (answer.status != 200) return Answer{{}, answer.body};
      return Answer{answer.json()["results"].at(0)["position"].text(), answer.body};
    };
    return {{"structured",
             [=, this](const Draft& draft) {
               return of_http(http_.post("/v1/events", std::string(kOneEvent), draft.json()));
             }},
            {"batch",
             [=, this](const Draft& draft) {
               return of_http(http_.post("/v1/events", std::string(kBatch), batch_json({draft})));
             }},
            {"binary",
             [=, this](const Draft& draft) {
               Headers headers = {{"ce-specversion", "1.0"},
                                  {"ce-id", draft.id},
                                  {"ce-source", draft.source},
                                  {"ce-type", draft.type},
                                  {"ce-subject", draft.subject}};
               const Json members =
                   Json::parse("{" + draft.more.substr(draft.more.empty() ? 0 : 1) + "}");
               for (const auto& [name, value] : members.members()) {
                 headers.emplace_back("ce-" + name, value.text());
               }
               return of_http(http_.post("/v1/events", "application/json", draft.data, headers));
             }},
            {"WebSocket",
             [this](const Draft& draft) {
               const Json answer = session_.publish(draft.json());
               if (answer["type"].text() != "ok") return Answer{{}, std::string(answer.raw())};
               return Answer{answer["position"].text(), std::string(answer.raw())};
             }},
            {"FlatBuffers", [this](const Draft& draft) {
               const auto [position, refusal] = binary_.publish(draft);
               return Answer{position, refusal};
             }}};
  }

  Draft read_mark(const std::string& more, const std::string& source = "/app") {
    return {.id = "mark-" + std::to_string(++last_),
            .type = "notification.read",
            .subject = "notification:n",
            .data = R"({"notificationId":"n"})",
            .source = source,
            .more = more};
  }

  HttpClient http_{port(), bearer(platform.token(kUser))};
  Session session_ = session(platform.token(kUser));
  BinaryPublisher binary_{port(), platform.token(kUser)};
  int last_ = 0;
};

TEST_F(Envelope, SourceIsInTheAccountsOwnNamespace) {
  for (const auto& [way, publish] : ways()) {
    SCOPED_TRACE(way);
    const std::string own = "/accounts/account-USER";
    for (const auto& [given, expected] : std::vector<std::pair<std::string, std::string>>{
             {"/platform", own + "/platform"},
             {"platform", own + ":platform"},
             {"urn:app:1", own + ":urn:app:1"},
             {"https://app.example/x", own + ":https://app.example/x"},
             {own, own + own},
             {own + "/web", own + own + "/web"},
             {"/accounts/account-other-USER/web", own + "/accounts/account-other-USER/web"}}) {
      const Answer answer = publish(read_mark("", given));
      ASSERT_NE(answer.position, "") << answer.text;
      const Json event = stored(answer.position);
      EXPECT_EQ(event["source"].text(), expected);
      EXPECT_EQ(event["actorid"].text(), kUser);
    }
    for (const char* leads_out : {"/../platform", "..", "/a/%2E%2e/b", "\\..\\x"}) {
      const Answer refused = publish(read_mark("", leads_out));
      EXPECT_EQ(refused.position, "");
      EXPECT_NE(refused.text.find("/source"), std::string::npos) << refused.text;
    }
    const Answer too_long = publish(read_mark("", "/" + std::string(250, 'x')));
    EXPECT_NE(too_long.text.find("/source"), std::string::npos) << too_long.text;
  }
}

// The same id from each source: none is a duplicate of another.
TEST_F(Envelope, SourcesOfOneAccountStayDifferent) {
  const std::string own = "/accounts/account-USER";
  int last = 0;
  for (const auto& [way, publish] : ways()) {
    SCOPED_TRACE(way);
    std::set<std::string> positions;
    const std::vector<std::string> sources = {
        "web", "/web",    "//web", ":web", "/:web", own + "/web", own + ":web",
        own,   own + "/", "/",     ":",    "web/",  own + "//web"};
    const std::string id = "of-" + std::to_string(++last);
    for (const std::string& source : sources) {
      Draft draft = read_mark("", source);
      draft.id = id;
      const Answer answer = publish(draft);
      ASSERT_NE(answer.position, "") << answer.text;
      EXPECT_TRUE(positions.insert(answer.position).second) << source;
      EXPECT_EQ(publish(draft).position, answer.position) << source;
    }
  }
}

TEST_F(Envelope, TimeIsTheServersWhereItIsOutOfBounds) {
  for (const auto& [way, publish] : ways()) {
    SCOPED_TRACE(way);
    for (const char* wrong : {"1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"}) {
      const Answer answer = publish(read_mark(R"(,"time":")" + std::string(wrong) + "\""));
      ASSERT_NE(answer.position, "") << answer.text;
      const Json event = stored(answer.position);
      EXPECT_EQ(event["time"].text().substr(0, 13), event["recordedtime"].text().substr(0, 13));
    }
    // A time within the bounds is kept.
    const std::string said = stored(publish(read_mark("")).position)["time"].text();
    const Answer answer = publish(read_mark(R"(,"time":")" + said + "\""));
    EXPECT_EQ(stored(answer.position)["time"].text(), said);
  }
}

TEST_F(Envelope, NobodysCaseIsForAccounts) {
  for (const auto& [way, publish] : ways()) {
    SCOPED_TRACE(way);
    for (const char* name : {"correlationid", "causationid", "aggregateversion"}) {
      const Answer refused = publish(read_mark(",\"" + std::string(name) + R"(":"case-1")"));
      EXPECT_EQ(refused.position, "");
      EXPECT_NE(refused.text.find("invalid_event"), std::string::npos) << refused.text;
      const std::string pointer = (way == "batch" ? "/0/" : "/") + std::string(name);
      EXPECT_NE(refused.text.find("\"" + pointer + "\""), std::string::npos) << refused.text;
    }
  }
}

TEST_F(Envelope, AMarkCarriesIdsOnly) {
  for (const auto& [way, publish] : ways()) {
    SCOPED_TRACE(way);
    for (const char* name : {"title", "body", "kind", "link", "bookingId", "channel", "odd"}) {
      Draft draft = read_mark("");
      draft.data = R"({"notificationId":"n",")" + std::string(name) + R"(":"EMAIL"})";
      const Answer refused = publish(draft);
      EXPECT_EQ(refused.position, "") << name;
      const std::string pointer = (way == "batch" ? "/0/data/" : "/data/") + std::string(name);
      EXPECT_NE(refused.text.find("\"" + pointer + "\""), std::string::npos) << refused.text;
    }
  }
  // A service's event is not changed.
  append_one(backend, {.id = "by a service",
                       .type = "notification.read",
                       .subject = "notification:n",
                       .data = R"({"notificationId":"n","accountId":"account-USER","title":"x"})",
                       .source = "/platform",
                       .more = R"(,"time":"1999-01-01T00:00:00Z","correlationid":"case-1")"});
}

struct NarrowTimes : Envelope {
  NarrowTimes()
      : Envelope({"--access-account-time-past", "0", "--access-account-time-future", "1d"}) {}
};

TEST_F(NarrowTimes, TheBoundsAreSettings) {
  const std::string now = stored(ways().front().second(read_mark("")).position)["time"].text();
  const Answer late = ways().front().second(read_mark(R"(,"time":")" + now + "\""));
  EXPECT_GT(stored(late.position)["time"].text(), now);
}

// ---------------------------------------------------------------------------------------------

struct Rooms : AccountWords {
  void open_room(const std::string& id, std::size_t participants) {
    std::vector<std::string> accounts = {kUser};
    for (std::size_t i = 1; i < participants; ++i) accounts.push_back("p_" + std::to_string(i));
    append(backend, {room(id, "direct", accounts)});
  }
  std::vector<Json> heard_by(const std::string& channel) {
    HttpClient http(port(), bearer(platform.token("account-BMSP_SUPER_ADMIN")));
    return http.get("/v1/events?type=chat.message_posted&channel=" + channel)
        .json()["events"]
        .items();
  }
};

// Story: it was refused, because the event went to more than 1,000 channels.
TEST_F(Rooms, OneOfManyParticipantsIsReachedByItsOwnChannel) {
  HttpClient http(port(), bearer(platform.token(kUser)));
  const auto post = [&](const std::string& in) {
    const Draft draft{.id = "post-" + in,
                      .type = "chat.message_posted",
                      .subject = "chat:" + in,
                      .data = R"({"roomId":")" + in + R"(","messageId":"m"})"};
    return http.post("/v1/events", std::string(kOneEvent), draft.json()).status;
  };
  for (const auto& [size, reaches_each] :
       std::vector<std::pair<std::size_t, bool>>{{900, true}, {901, false}, {12'000, false}}) {
    const std::string id = "of_" + std::to_string(size);
    SCOPED_TRACE(id);
    open_room(id, size);
    EXPECT_EQ(post(id), 200);
    EXPECT_EQ(heard_by("chat:" + id).size(), 1u);
    const std::vector<Json> own = heard_by("user:p_1");
    EXPECT_EQ(!own.empty() && own.back()["subject"].text() == "chat:" + id, reaches_each);
  }
}

}  // namespace
}  // namespace courtside::e2e
