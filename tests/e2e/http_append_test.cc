// Goal: POST /v1/events accepts events in all three CloudEvents modes, appends a batch completely
// or not at all, and reports exactly what is wrong.
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

struct HttpAppend : ServerTest {
  HttpResponse post(const std::string& type, const std::string& body, Headers more = {}) {
    return http.post("/v1/events", type, body, std::move(more));
  }

  // A problem document (RFC 9457) with this status and code.
  static void expect_problem(const HttpResponse& answer, int status, const std::string& code) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    const Json problem = answer.json();
    EXPECT_EQ(problem["code"].text(), code) << answer.body;
    EXPECT_EQ(problem["status"].number(), status);
    EXPECT_TRUE(problem["type"].is_text());
    EXPECT_FALSE(problem["title"].text().empty());
    EXPECT_TRUE(problem.has("retryable"));
  }

  // The pointers of an invalid_event problem, separated by blanks.
  static std::string pointers(const HttpResponse& answer) {
    expect_problem(answer, 422, "invalid_event");
    std::string all;
    for (const Json& error : answer.json()["errors"].items()) {
      EXPECT_FALSE(error["detail"].text().empty());
      all += (all.empty() ? "" : " ") + error["pointer"].text();
    }
    return all;
  }

  Json single(const HttpResponse& answer) {
    if (answer.status != 200) give_up(std::to_string(answer.status) + " " + answer.body);
    return http.get("/v1/events/" + answer.json()["results"].at(0)["position"].text()).json();
  }
};

const std::string kOne(kOneEvent);
const std::string kMany(kBatch);

TEST_F(HttpAppend, OneEventInStructuredMode) {
  const HttpResponse answer = post(kOne, Draft{.id = "1", .data = R"({"a":1})"}.json());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "application/json");
  const Json results = answer.json()["results"];
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results.at(0)["id"].text(), "1");
  EXPECT_EQ(Place::parse(results.at(0)["position"].text()).offset, 1u);
  EXPECT_EQ(results.at(0)["subjectversion"].number(), 1);
  EXPECT_FALSE(results.at(0)["duplicate"].boolean());
  EXPECT_EQ(single(answer)["data"].raw(), R"({"a":1})");
  EXPECT_EQ(post(kOne + "; charset=utf-8", Draft{.id = "2"}.json()).status, 200);
}

TEST_F(HttpAppend, BatchAnswersEachInItsOrder) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 1000; ++i) {
    drafts.push_back({.id = std::to_string(i), .subject = "thing:" + std::to_string(i % 7)});
  }
  const std::vector<Json> results = append(http, drafts);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i]["id"].text(), drafts[i].id);
    EXPECT_EQ(Place::parse(results[i]["position"].text()).offset, i + 1);
    EXPECT_EQ(results[i]["subjectversion"].number(), static_cast<std::int64_t>(i / 7 + 1));
  }
}

TEST_F(HttpAppend, BatchHoldsOneTo1000) {
  expect_problem(post(kMany, "[]"), 400, "bad_request");
  std::vector<Draft> drafts;
  for (int i = 0; i <= 1000; ++i) drafts.push_back({.id = std::to_string(i)});
  expect_problem(post(kMany, batch_json(drafts)), 413, "payload_too_large");
  EXPECT_TRUE(read_log(http).empty());
}

TEST_F(HttpAppend, BatchIsAllOrNothing) {
  const HttpResponse invalid = post(kMany, "[" + Draft{.id = "1"}.json() +
                                               R"(,{"specversion":"1.0","id":"2","source":"/s",)" +
                                               R"("type":7,"subject":"a:b"}])");
  EXPECT_EQ(pointers(invalid), "/1/type");

  append_one(http, {.id = "first", .subject = "thing:a"});
  const HttpResponse conflict = post(
      kMany, batch_json({{.id = "3", .subject = "thing:b"},
                         {.id = "4", .subject = "thing:a", .more = R"(,"expectedversion":0)"}}));
  expect_problem(conflict, 409, "version_conflict");
  EXPECT_EQ(conflict.json()["details"]["current"].number(), 1);
  EXPECT_EQ(read_log(http).size(), 1u);
}

TEST_F(HttpAppend, ABatchMayRepeatItselfAndExpectItsOwnVersions) {
  const std::vector<Json> results =
      append(http, {{.id = "1", .subject = "thing:a", .more = R"(,"expectedversion":0)"},
                    {.id = "1", .subject = "thing:a"},
                    {.id = "2", .subject = "thing:a", .more = R"(,"expectedversion":1)"}});
  EXPECT_EQ(results[1]["position"].text(), results[0]["position"].text());
  EXPECT_TRUE(results[1]["duplicate"].boolean());
  EXPECT_EQ(results[2]["subjectversion"].number(), 2);
  EXPECT_EQ(read_log(http).size(), 2u);
}

TEST_F(HttpAppend, BinaryModeTakesAttributesFromHeaders) {
  const Headers attributes = {{"ce-specversion", "1.0"},       {"ce-id", "a%20b%C3%A9"},
                              {"ce-source", "/e2e"},           {"ce-type", "test.happened"},
                              {"Ce-Subject", "thing:a"},       {"ce-correlationid", "k"},
                              {"ce-channels", "user:1,user:2"}};
  const HttpResponse json = post("application/json", R"({ "a" : 1e2 })", attributes);
  const Json event = single(json);
  EXPECT_EQ(event["id"].text(), "a b\xc3\xa9");
  EXPECT_EQ(event["subject"].text(), "thing:a");
  EXPECT_EQ(event["correlationid"].text(), "k");
  EXPECT_EQ(event["data"].raw(), R"({ "a" : 1e2 })");
  EXPECT_EQ(event["datacontenttype"].text(), "application/json");
  EXPECT_FALSE(event.has("channels"));
  EXPECT_EQ(read_log(http, "channel=user:2").size(), 1u);

  Headers again = attributes;
  again[1].second = "text";
  const Json text = single(post("text/plain; charset=utf-8", "h\xc3\xa9llo \"you\"\n", again));
  EXPECT_EQ(text["data"].text(), "h\xc3\xa9llo \"you\"\n");

  again[1].second = "bytes";
  const Json bytes = single(post("image/png", std::string("\0\xff\x01", 3), again));
  EXPECT_EQ(bytes["data_base64"].text(), "AP8B");
  EXPECT_EQ(bytes["datacontenttype"].text(), "image/png");

  again[1].second = "nothing";
  EXPECT_FALSE(single(post("", "", again)).has("data"));

  again[1].second = "broken";
  EXPECT_EQ(post("application/json", "{nope", again).status, 422);
  EXPECT_EQ(
      pointers(post(
          "application/json", "{}",
          {{"ce-id", "1"}, {"ce-specversion", "1.0"}, {"ce-source", "/s"}, {"ce-subject", "a:b"}})),
      "/type");
}

TEST_F(HttpAppend, EveryMistakeHasItsPointer) {
  EXPECT_EQ(pointers(post(kOne, R"({"specversion":"1.0","id":"1","source":"/s","subject":"a:b"})")),
            "/type");
  const std::string all = pointers(post(kOne, R"({"specversion":"1.0","subject":"a:b"})"));
  for (const char* pointer : {"/id", "/source", "/type"}) {
    EXPECT_NE(all.find(pointer), std::string::npos) << all;
  }
  EXPECT_EQ(pointers(post(kOne, Draft{.id = "1",
                                      .type = "booking.created",
                                      .subject = "booking:b_1",
                                      .data = R"({"bookingId":"b_1","start":"soon"})"}
                                    .json())),
            "/data/start");
  EXPECT_EQ(pointers(post(kMany, R"([17])")), "/0");
}

TEST_F(HttpAppend, WhatIsNoEventAtAllIsABadRequest) {
  for (const char* body : {"", "nonsense", "17", "[]", R"({"id":)"}) {
    expect_problem(post(kOne, body), 400, "bad_request");
  }
  for (const char* body : {"", "{}", "nonsense"})
    expect_problem(post(kMany, body), 400, "bad_request");
}

TEST_F(HttpAppend, OtherMediaTypesAreNotTaken) {
  for (const char* type : {"", "application/json", "text/xml"}) {
    const HttpResponse answer = post(type, Draft{.id = "1"}.json());
    expect_problem(answer, 415, "unsupported_media_type");
    EXPECT_NE(answer.json()["details"]["known"].raw().find("application/cloudevents+json"),
              std::string_view::npos);
  }
}

TEST_F(HttpAppend, BodiesAreBounded) {
  HttpClient large(port());
  large.write_raw(
      "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
      "Content-Length: 1000000000\r\n\r\n");
  expect_problem(large.read_response(), 413, "payload_too_large");  // before the body has arrived

  HttpClient chunked(port());
  chunked.write_raw(
      "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(65536, ' ') + "\r\n";
  try {
    for (int i = 0; i < 100; ++i) chunked.write_raw(chunk);
  } catch (const Disconnected&) {
    // The server may stop reading; its answer must arrive all the same.
  }
  EXPECT_EQ(chunked.read_response().status, 413);
}

TEST_F(HttpAppend, ChunkedBodiesAreTaken) {
  const std::string event = Draft{.id = "1"}.json();
  http.write_raw(
      "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (const char byte : event) http.write_raw(std::string("1\r\n") + byte + "\r\n");
  http.write_raw("0\r\n\r\n");
  EXPECT_EQ(http.read_response().status, 200);
  EXPECT_EQ(read_log(http).size(), 1u);
}

TEST_F(HttpAppend, AskedToWaitForContinueTheServerSaysIt) {
  const std::string event = Draft{.id = "1"}.json();
  http.write_raw(
      "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
      "Expect: 100-continue\r\nContent-Length: " +
      std::to_string(event.size()) + "\r\n\r\n");
  EXPECT_EQ(http.read_response().status, 100);
  http.write_raw(event);
  EXPECT_EQ(http.read_response().status, 200);
}

TEST_F(HttpAppend, RepeatIsADuplicateOverHttpToo) {
  const std::string first = append_one(http, {.id = "1"});
  const std::vector<Json> again = append(http, {{.id = "1", .more = R"(,"expectedversion":55)"}});
  EXPECT_TRUE(again[0]["duplicate"].boolean());
  EXPECT_EQ(again[0]["position"].text(), first);
  EXPECT_TRUE(session().publish(Draft{.id = "1"}.json())["duplicate"].boolean());
}

}  // namespace
}  // namespace courtside::e2e
