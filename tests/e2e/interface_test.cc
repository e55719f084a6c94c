// Goal: docs/openapi.json and docs/asyncapi.json describe the server: it serves them word for word,
// every path and method in them answers as declared to valid and invalid requests, and they contain
// everything that the server knows or sends.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/e2e/support/json_schema.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(std::filesystem::path(COURTSIDE_SOURCE_DIR) / file).rdbuf();
  return text.str();
}

constexpr const char* kSecret = "a secret of more than thirty-two bytes";

std::string token_of(const std::string& role) {
  Process command(
      {courtside_binary(), "token", "--secret", kSecret, "--user", "a-" + role, "--role", role});
  if (command.wait() != 0) give_up("courtside token: " + command.whole_output());
  return command.whole_output().substr(0, command.whole_output().find('\n'));
}

class Interface : public ServerTest {
 protected:
  Interface() : ServerTest({"--limits-long-poll", "200ms"}) {}

  // Sends the request and checks the answer against the document: path, method, status, media type
  // and body. Records what was seen.
  HttpResponse ask(HttpClient& client, const HttpRequest& request, int status) {
    SCOPED_TRACE(request.method + " " + request.target);
    const HttpResponse answer = client.send(request);
    EXPECT_EQ(answer.status, status) << answer.body;
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    judge(path_of(request.target), method, answer, request.method != "HEAD");
    return answer;
  }
  HttpResponse get(const std::string& target, int status, const std::string& accept = "") {
    HttpRequest request{.target = target};
    if (!accept.empty()) request.headers.emplace_back("Accept", accept);
    return ask(http, request, status);
  }
  HttpResponse post(const std::string& type, const std::string& body, int status) {
    return ask(http, {"POST", "/v1/events", {{"Content-Type", type}}, body}, status);
  }

  // The path's template in the document: "/v1/events/{position}".
  std::string path_of(const std::string& target) const {
    const std::string path = target.substr(0, target.find('?'));
    for (const auto& [form, methods] : openapi.document()["paths"].members()) {
      const std::string pattern = std::regex_replace(form, std::regex(R"(\{[a-z]+\})"), "[^/]+");
      if (std::regex_match(path, std::regex(pattern))) return form;
    }
    give_up(path + " is not in docs/openapi.json");
  }

  void judge(const std::string& path, std::string method, const HttpResponse& answer,
             bool has_body) {
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    const std::string status = std::to_string(answer.status);
    const Json responses = openapi.document()["paths"][path][method]["responses"];
    if (!responses.has(status)) give_up(status + " is not declared for " + method + " " + path);
    seen.insert(method + " " + path + " " + status);
    const Json declared = openapi.resolved(responses[status]);
    const std::string header = answer.header("content-type");
    const std::string media = header.substr(0, header.find(';'));
    if (!declared.has("content")) {
      EXPECT_TRUE(answer.body.empty());
      return;
    }
    ASSERT_TRUE(declared["content"].has(media)) << "of another media type: " << header;
    seen.insert(method + " " + path + " " + status + " " + media);
    for (const auto& [name, value] : answer.headers) {
      if (name.substr(0, 10) != "courtside-") continue;
      EXPECT_TRUE(declared["headers"].has(name)) << name << " is not declared";
    }
    if (!has_body || media.find("json") == std::string::npos) return;
    if (media == "application/x-ndjson") return judge_lines(answer.body);
    EXPECT_EQ(openapi.judge(declared["content"][media]["schema"], answer.json()), "");
    if (media == "application/problem+json") {
      EXPECT_EQ(answer.json()["status"].number(), answer.status);
    }
  }

  // Each line is a CloudEvent.
  void judge_lines(const std::string& body) const {
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_EQ(openapi.judge(openapi.at("#/components/schemas/Event"), Json::parse(line)), "");
    }
  }

  void get_files();
  void read_streams(const std::string& beyond);
  void list_states(const std::string& beyond);
  void back_up();
  void refuse_all(const std::vector<std::string>& paths);
  void expect_all_seen() const;

  const JsonSchemas openapi = JsonSchemas::of_file("docs/openapi.json");
  std::set<std::string> seen;  // "get /v1/events 200", "get /v1/events 200 text/csv"
};

const Headers kUpgrade = {{"Connection", "Upgrade"},
                          {"Upgrade", "websocket"},
                          {"Sec-WebSocket-Version", "13"},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
const std::string kGood =
    R"({"specversion":"1.0","id":"1","source":"/e2e","type":"booking.created","subject":"booking:b_1",)"
    R"("correlationid":"k_1","actorid":"u_1","actortype":"USER","actorrole":"USER","causationid":"c",)"
    R"("data":{"bookingId":"b_1","accountId":"u_1"}})";

TEST_F(Interface, IsServedWordForWord) {
  EXPECT_EQ(get("/openapi.json", 200).body, text_of("docs/openapi.json"));
  EXPECT_EQ(get("/asyncapi.json", 200).body, text_of("docs/asyncapi.json"));
}

// Client generators need it.
TEST_F(Interface, SaysWhereTheServerIs) {
  const Json servers = openapi.document()["servers"];
  ASSERT_EQ(servers.size(), 1u);
  EXPECT_EQ(servers.at(0)["url"].text(), "/");
}

TEST_F(Interface, EveryPathAnswersAsDeclared) {
  const Json appended = post("application/cloudevents+json", kGood, 200).json();
  const std::string position = appended["results"].at(0)["position"].text();
  const Place place = Place::parse(position);
  const std::string beyond = Place{place.epoch, 900}.text();
  post("application/cloudevents-batch+json",
       batch_json({{.id = "2", .more = R"(,"extra":"x")"}, {.id = "3"}}), 200);
  ask(http,
      {"POST",
       "/v1/events",
       {{"ce-specversion", "1.0"},
        {"ce-id", "4"},
        {"ce-source", "/e2e"},
        {"ce-type", "t.t"},
        {"ce-subject", "thing:t_1"},
        {"Content-Type", "text/plain"}},
       "hi"},
      200);
  post("application/cloudevents-batch+json", "[]", 400);
  post("application/cloudevents+json", "{", 400);
  post("application/cloudevents+json", R"({"specversion":"1.0"})", 422);
  post("application/pdf", "", 415);
  post("application/cloudevents-batch+json", batch_json(std::vector<Draft>(1001)), 413);
  post("application/cloudevents+json", Draft{.id = "9", .more = R"(,"expectedversion":7)"}.json(),
       409);

  get("/v1/events", 200);
  ask(http, {.method = "HEAD", .target = "/v1/events"}, 200);
  get("/v1/events?limit=1&order=desc&channel=booking:b_1&type=booking.*&since=-1h", 200);
  get("/v1/events?nonsense=1", 400);
  get("/v1/events?after=nonsense", 400);
  get("/v1/events?after=" + beyond, 410);
  get("/v1/events/" + position, 200);
  get("/v1/events/" + beyond, 404);
  get("/v1/events/nonsense", 400);
  read_streams(beyond);
  get("/v1/subjects/booking:b_1", 200);
  get("/v1/subjects/booking:none", 404);
  get("/v1/subjects/%zz", 400);
  get("/v1/outbox", 200);
  for (const char* path : {"/health", "/ready", "/live", "/metrics", "/schemas"}) get(path, 200);
  EXPECT_EQ(get("/schemas/booking.created", 200).header("cache-control"), "public, max-age=3600");
  get("/schemas/demo.anything", 404);
  ask(http, {.target = "/v1/ws"}, 426);
  Headers unknown = kUpgrade;
  unknown.emplace_back("Sec-WebSocket-Protocol", "soap");
  ask(http, {.target = "/v1/ws", .headers = unknown}, 400);
  judge("/v1/ws", "GET", WsClient(port(), {}).handshake(), true);
  const SseClient stream(port(), "/v1/events");
  judge("/v1/events", "GET", stream.head(), false);

  get_files();
  list_states(beyond);
  back_up();
  ask(http, {"POST", "/v1/tickets"}, 200);
  ask(http, {"POST", "/v1/tickets?token=x"}, 400);

  const std::vector<std::string> secured = {"/v1/events",
                                            "/v1/events/" + position,
                                            "/v1/streams/booking:b_1",
                                            "/v1/subjects/booking:b_1",
                                            "/v1/subjects/booking:b_1?at=now",
                                            "/v1/venues/v_1/calendar",
                                            "/v1/users/u_1/notifications",
                                            "/v1/outbox",
                                            "/metrics",
                                            "/v1/ws"};
  refuse_all(secured);
  expect_all_seen();
}

// Complete history files in both formats.
void Interface::get_files() {
  const Json declared =
      openapi.document()["paths"]["/v1/events"]["get"]["responses"]["200"]["headers"];
  for (const char* form : {"application/x-ndjson", "text/csv"}) {
    const HttpResponse file = get("/v1/events?export=e_1&limit=2000", 200, form);
    for (const auto& [header, value] : declared.members()) {
      EXPECT_EQ(openapi.judge(value["schema"], Json::parse(json_string(file.header(header)))), "")
          << header << " of " << form;
    }
  }
  get("/v1/events?limit=2000", 400);
  get("/v1/events?export=e_1", 400);
}

// Pages, a long poll and server-sent events for clients of Durable Streams.
void Interface::read_streams(const std::string& beyond) {
  const std::string stream = "/v1/streams/booking:b_1";
  const HttpResponse page = get(stream + "?offset=-1", 200);
  EXPECT_GE(page.json().size(), 1u);
  ask(http, {.target = stream, .headers = {{"If-None-Match", page.header("etag")}}}, 304);
  ask(http, {.method = "HEAD", .target = stream}, 200);
  get(stream + "?offset=now&live=long-poll", 204);
  judge("/v1/streams/{channel}", "GET", SseClient(port(), stream + "?offset=-1&live=sse").head(),
        false);
  get(stream + "?live=sse", 400);
  get(stream + "?offset=" + beyond, 410);
  get("/v1/streams/booking", 404);
}

// The states made from the events of a subject, a venue and an account.
void Interface::list_states(const std::string& beyond) {
  append(http,
         {{.id = "slot",
           .type = "slot.held",
           .subject = "slot:s_1",
           .data = R"({"slotId":"s_1","venueId":"v_1","accountId":"u_1"})"},
          {.id = "made",
           .type = "notification.created",
           .subject = "notification:n_1",
           .data = R"({"notificationId":"n_1","accountId":"u_1","kind":"k"})"},
          {.id = "sent",
           .type = "notification.dispatched",
           .subject = "notification:n_1",
           .data = R"({"notificationId":"n_1","accountId":"u_1","channel":"EMAIL","attempt":1})"}});
  for (const char* subject : {"booking:b_1", "slot:s_1", "notification:n_1", "thing:t_1"}) {
    get("/v1/subjects/" + std::string(subject) + "?at=now", 200);
  }
  get("/v1/subjects/booking:b_1?at=nonsense", 400);
  get("/v1/subjects/booking:b_1?at=" + beyond, 410);
  get("/v1/venues/v_1/calendar", 200);
  get("/v1/venues/v_1/calendar?limit=0", 400);
  get("/v1/venues/v_1/calendar?at=" + beyond, 410);
  EXPECT_EQ(get("/v1/users/u_1/notifications", 200).json()["notifications"].size(), 1u);
  get("/v1/users/u_1/notifications?unread=maybe", 400);
  get("/v1/users/u_1/notifications?after=other:1", 410);
}

void Interface::back_up() {
  const Json serving = Json::parse(text_of(server.data() / "serving.json"));
  HttpClient keeper(port(), {{"Authorization", "Bearer " + serving["key"].text()}});
  const TempFolder folder;
  const std::string body = "{\"target\":" + json_string((folder.path() / "b").string()) + "}";
  const HttpRequest request{"POST", "/v1/backup", {}, body};
  ask(keeper, request, 200);
  ask(keeper, request, 400);  // the target is in the way
  ask(http, request, 401);
}

// A server that requires tokens, and one that received too many invalid ones.
void Interface::refuse_all(const std::vector<std::string>& paths) {
  TempFolder folder;
  const std::filesystem::path file = folder.path() / "courtside.toml";
  std::ofstream(file) << "[access]\njwt_secret = '" << kSecret << "'\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  ServerProcess guarded({"--config", file.string(), "--limits-failed-logins-per-minute", "100"});
  ServerProcess weary({"--config", file.string(), "--limits-failed-logins-per-minute", "1"});
  HttpClient user(guarded.port(), {{"Authorization", "Bearer " + token_of("USER")}});
  HttpClient stranger(guarded.port(), {{"Authorization", "Bearer x"}});
  HttpClient again(weary.port(), {{"Authorization", "Bearer x"}});
  for (int i = 0; i < 3; ++i) again.get("/v1/outbox");
  const HttpRequest append{"POST", "/v1/events", {{"Content-Type", std::string(kOneEvent)}}, kGood};
  for (const std::string& path : paths) {
    const HttpRequest request{.target = path, .headers = path == "/v1/ws" ? kUpgrade : Headers{}};
    const bool hides = path.find("/events/") != path.npos || path.find("/subjects/") != path.npos;
    const bool is_open = path == "/v1/ws" || path == "/v1/venues/v_1/calendar";
    if (!is_open) ask(user, request, hides ? 404 : 403);
    ask(stranger, request, 401);
    ask(again, request, 429);
  }
  Headers elsewhere = kUpgrade;
  elsewhere.emplace_back("Origin", "https://elsewhere.example");
  ask(user, {.target = "/v1/ws", .headers = elsewhere}, 403);
  ask(user, append, 403);
  ask(stranger, append, 401);
  ask(again, append, 429);
  ask(again, {"POST", "/v1/backup", {}, "{}"}, 429);
  const HttpRequest ticket{"POST", "/v1/tickets"};
  ask(stranger, ticket, 401);
  ask(again, ticket, 429);
  ask(user, {"POST", "/v1/tickets", {{"Origin", "https://elsewhere.example"}}}, 403);
  user.close(), stranger.close(), again.close();
  EXPECT_EQ(guarded.terminate(), 0);
  EXPECT_EQ(weary.terminate(), 0);
}

// Every declared answer was seen, except those that need a slow, huge or overloaded server, or one
// whose disk is full.
void Interface::expect_all_seen() const {
  const std::set<std::string> far_off = {"/v1/backup 404", "/v1/subjects/{subject} 413"};
  const std::set<std::string> rare = {"408", "431", "500", "503", "507"};
  for (const auto& [path, methods] : openapi.document()["paths"].members()) {
    for (const auto& [method, operation] : methods.members()) {
      for (const auto& [status, response] : operation["responses"].members()) {
        if (rare.count(status) > 0 || far_off.count(path + " " + status) > 0) continue;
        const std::string name = method + " " + path + " " + status;
        const bool is_document = path == "/openapi.json" || path == "/asyncapi.json";
        EXPECT_TRUE(is_document || seen.count(name) > 0) << name << " is declared and never came";
        if (status != "200" || is_document || !response.has("content")) continue;
        for (const auto& [media, content] : response["content"].members()) {
          EXPECT_EQ(seen.count(name + " " + media), 1u) << media << " of " << name;
        }
      }
    }
  }
}

TEST_F(Interface, EveryOtherMethodIsRefused) {
  const Json refusal =
      openapi.at("#/components/responses/MethodNotAllowed")["content"]["application/problem+json"];
  for (const auto& [form, methods] : openapi.document()["paths"].members()) {
    const std::string path = std::regex_replace(form, std::regex(R"(\{[a-z]+\})"), "thing");
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
      if (std::string(method) == "POST" && methods.has("post")) continue;
      const HttpResponse answer = http.send({.method = method, .target = path});
      EXPECT_EQ(answer.status, 405) << method << " " << path;
      EXPECT_NE(answer.header("allow"), "");
      EXPECT_EQ(openapi.judge(refusal["schema"], answer.json()), "");
    }
  }
}

// Every path that the server compares with is in the document.
TEST_F(Interface, EveryPathThatTheServerKnowsIsThere) {
  std::set<std::string> known;
  const std::regex literal(R"re("(/(?:v1/[a-z/]+|[a-z]+(?:\.json)?))")re");
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(COURTSIDE_SOURCE_DIR) / "engine/http")) {
    const std::string name = entry.path().filename().string();
    if (name.substr(0, 5) != "http_" || entry.path().extension() != ".cc") continue;
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), literal), end; at != end; ++at) {
      known.insert((*at)[1]);
    }
  }
  EXPECT_GE(known.size(), 8u);
  // Of the listener for administration, and of conformance tests.
  for (const char* other : {"/close", "/v1/echo"}) EXPECT_EQ(known.erase(other), 1u) << other;
  for (const std::string& part : known) {
    bool found = false;
    for (const auto& [path, methods] : openapi.document()["paths"].members()) {
      const bool is_inside = part.back() == '/' && path.substr(0, part.size()) == part;
      const bool is_end = path.size() > part.size() &&
                          path.compare(path.size() - part.size(), part.size(), part) == 0;
      found |= path == part || is_inside || is_end;
    }
    EXPECT_TRUE(found) << part << " is not in docs/openapi.json";
  }
  for (const auto& [form, methods] : openapi.document()["paths"].members()) {
    const std::string path = std::regex_replace(form, std::regex(R"(\{[a-z]+\})"), "thing");
    EXPECT_NE(http.send({.method = "DELETE", .target = path}).status, 404) << path;
  }
}

// Story: the files of GET /v1/events had media types, headers and a parameter that the document
// lacked.
TEST_F(Interface, EveryFormAndParameterOfHistoryIsThere) {
  const Json events = openapi.document()["paths"]["/v1/events"]["get"];
  std::set<std::string> forms = {"application/json"};
  const std::string text = text_of("engine/http/http_history.cc");
  const std::regex offer(R"re(offer\(Form::\w+, "([^"]+)"\))re");
  for (std::sregex_iterator at(text.begin(), text.end(), offer), end; at != end; ++at) {
    forms.insert((*at)[1]);
  }
  EXPECT_EQ(forms.size(), 4u);
  std::set<std::string> declared;
  for (const auto& [media, content] : events["responses"]["200"]["content"].members()) {
    declared.insert(media);
  }
  EXPECT_EQ(declared, forms);

  append_one(http, {.id = "1"});
  const std::string position = read_head_place(http).text();
  const std::map<std::string, std::string> values = {
      {"channel", "*"},  {"type", "a.*"},   {"subject", "a:b"},  {"actor", "a"},
      {"since", "-1h"},  {"until", "-1h"},  {"after", position}, {"before", position},
      {"order", "desc"}, {"limit", "2000"}, {"export", "e_1"},   {"correlationid", "a"}};
  std::set<std::string> named;
  for (const Json& parameter : events["parameters"].items()) {
    const std::string name = parameter["name"].text();
    if (parameter["in"].text() == "query") named.insert(name);
  }
  std::set<std::string> known;
  for (const auto& [name, value] : values) {
    known.insert(name);
    get("/v1/events?" + name + "=" + value, 200, "application/x-ndjson");
  }
  known.insert("lastEventId");
  judge("/v1/events", "GET", SseClient(port(), "/v1/events?lastEventId=" + position).head(), false);
  EXPECT_EQ(named, known);
}

TEST_F(Interface, EveryCodeIsThere) {
  std::set<std::string> registry;
  const std::string text = text_of("base/codes.def");
  const std::regex row(R"(\nCOURTSIDE_CODE\((\w+), (\d+), (\d+),)");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    if ((*at)[2] != "0" || (*at)[3] != "0") registry.insert((*at)[1]);
  }
  EXPECT_GE(registry.size(), 20u);
  const JsonSchemas asyncapi = JsonSchemas::of_file("docs/asyncapi.json");
  for (const JsonSchemas* document : {&openapi, &asyncapi}) {
    std::set<std::string> told;
    for (const Json& code : document->at("#/components/schemas/Code")["enum"].items()) {
      told.insert(code.text());
    }
    EXPECT_EQ(told, registry);
  }
  // Each code is listed under its status.
  std::map<std::string, std::string> status_of;
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    status_of[(*at)[1]] = (*at)[2];
  }
  for (const auto& [path, methods] : openapi.document()["paths"].members()) {
    for (const auto& [method, operation] : methods.members()) {
      for (const auto& [status, response] : operation["responses"].members()) {
        if (!response.has("$ref")) continue;
        const Json schema =
            openapi.resolved(response)["content"]["application/problem+json"]["schema"];
        for (const Json& code : schema["allOf"].at(1)["properties"]["code"]["enum"].items()) {
          EXPECT_EQ(status_of[code.text()], status) << method << " " << path;
        }
      }
    }
  }
}

// The client messages of these tests match the document. The server's messages are checked wherever
// a Session reads (support/session.cc).
TEST_F(Interface, EveryMessageOfAClientIsThere) {
  const JsonSchemas asyncapi = JsonSchemas::of_file("docs/asyncapi.json");
  const auto judge_client = [&asyncapi](const std::string& message) {
    const Json json = Json::parse(message);
    return asyncapi.judge(
        asyncapi.at("#/components/messages/client_" + json["type"].text())["payload"], json);
  };
  const std::vector<std::string> good = {
      R"({"type":"hello","token":"eyJ","client":"web/2.4.1"})",
      R"({"type":"unsubscribe","id":2,"sub":1})",
      R"({"type":"refresh","id":4,"token":"eyJ"})",
      R"({"type":"ping"})",
      R"({"type":"pong"})",
      R"({"type":"publish","id":3,"expectedversion":17,"event":)" + kGood + "}",
      subscribe_message({.sub = 1, .types = {"booking.*"}}),
      subscribe_message({.sub = 2, .from = R"("earliest")"}),
      subscribe_message({.sub = 3, .from = R"({"last":20})"}),
      subscribe_message({.sub = 4, .from = R"({"since":"2026-11-01T10:00:00Z"})"}),
      subscribe_message({.sub = 5, .from = after("k3f9:12")}),
      subscribe_message({.sub = 6, .more = R"(,"fields":["id","data"],"batch":true)"})};
  Session talk = session();
  for (const std::string& message : good) {
    EXPECT_EQ(judge_client(message), "");
    if (message.find("hello") != message.npos) continue;
    talk.say(message);
    // It is understood, whatever its result.
    talk.say(R"({"type":"ping"})");
    for (Json answer = talk.next(); answer["type"].text() != "pong"; answer = talk.next()) {
      if (answer["type"].text() != "error") continue;
      EXPECT_NE(answer["code"].text(), "bad_request") << message << answer.raw();
    }
  }
  for (const char* bad :
       {R"({"type":"subscribe","id":1,"sub":1})", R"({"type":"refresh","id":0,"token":"x"})",
        R"({"type":"unsubscribe","id":1})", R"({"type":"hello","token":1})"}) {
    EXPECT_NE(judge_client(bad), "") << bad;
  }
}

TEST_F(Interface, EveryServerSentEventIsThere) {
  const JsonSchemas asyncapi = JsonSchemas::of_file("docs/asyncapi.json");
  std::map<std::string, std::string> declared;  // the message's name by the event's name
  for (const auto& [name, message] : asyncapi.at("#/components/messages").members()) {
    if (name.starts_with("sse_")) declared[message["name"].text()] = name;
  }
  append_one(http, {.id = "1"});
  SseClient stream(port(), "/v1/events", "other:1");
  std::set<std::string> seen_names;
  while (seen_names.size() < declared.size()) {
    const SseClient::Event event = stream.next();
    const std::string name = declared.contains(event.type) ? event.type : "event";
    EXPECT_EQ(asyncapi.judge(asyncapi.at("#/components/messages/" + declared[name])["payload"],
                             Json::parse(event.data)),
              "");
    seen_names.insert(name);
  }
}

TEST(JsonSchema, FindsWhatIsWrong) {
  const JsonSchemas schemas(Json::parse(
      R"({"a":{"type":"object","required":["n"],"properties":{"n":{"type":"integer","minimum":1},)"
      R"("t":{"oneOf":[{"type":"null"},{"$ref":"#/b"}]},"l":{"type":"array","minItems":1,"items":{"$ref":"#/b"}}}},)"
      R"("b":{"type":"string","pattern":"^x"}})"));
  const auto judge_it = [&](const char* json) {
    return schemas.judge(schemas.at("#/a"), Json::parse(json));
  };
  for (const char* right : {R"({"n":1})", R"({"n":2,"t":null,"l":["x"]})", R"({"n":2,"t":"xy"})"}) {
    EXPECT_EQ(judge_it(right), "");
  }
  for (const char* bad :
       {"[]", "{}", R"({"n":0})", R"({"n":1.5})", R"({"n":"1"})", R"({"n":1,"m":1})",
        R"({"n":1,"t":"y"})", R"({"n":1,"l":[]})", R"({"n":1,"l":["x","y"]})"}) {
    EXPECT_NE(judge_it(bad), "") << bad;
  }
}

}  // namespace
}  // namespace courtside::e2e
