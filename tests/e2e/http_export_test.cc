// Goal: history files over HTTP have the same events as the pages, are compressed on request, are
// cut (not ended cleanly) when something is missing, and their number is limited.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/server_test.h"
#include "tests/support/decompress.h"

namespace courtside::e2e {
namespace {

constexpr int kExported = 3000;

struct HttpExport : ServerTest {
  explicit HttpExport(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {
    for (int i = 0; i < kExported; i += 500) {
      std::vector<Draft> drafts;
      for (int j = i; j < i + 500; ++j) {
        drafts.push_back({.id = std::to_string(j + 1),
                          .type = j % 2 == 0 ? "play.begun" : "play.ended",
                          .subject = "court:c_" + std::to_string(j % 7),
                          .data = "{\"n\":" + std::to_string(j) + ",\n\"text\":\"" +
                                  std::string(120, 'x') + "\"}"});
      }
      append(http, drafts);
    }
  }

  HttpResponse ask(const std::string& accept, const std::string& query = "",
                   const std::string& coding = "") {
    HttpRequest request;
    request.target = "/v1/events" + (query.empty() ? "" : "?" + query);
    request.headers = {{"accept", accept}};
    if (!coding.empty()) request.headers.emplace_back("accept-encoding", coding);
    return http.send(request);
  }
  HttpResponse ndjson(const std::string& query = "", const std::string& coding = "") {
    return ask("application/x-ndjson", query, coding);
  }

  // The events of the pages, one per line.
  std::string expected(const std::string& filters) {
    std::string lines;
    for (const Logged& event : read_log(http, filters)) {
      std::string line(event.event.raw());
      for (char& c : line) c = c == '\n' ? ' ' : c;
      lines += line + "\n";
    }
    return lines;
  }
};

TEST_F(HttpExport, NdjsonIsWhatThePagesSay) {
  for (const char* filters : {"order=asc", "order=desc", "subject=court:c_3",
                              "type=play.ended&order=desc", "subject=court:nowhere"}) {
    const HttpResponse answer = ndjson(filters);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), "application/x-ndjson");
    EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
    EXPECT_EQ(answer.body, expected(filters)) << filters;
  }
  EXPECT_EQ(ndjson("limit=2500").body, expected("").substr(0, ndjson("limit=2500").body.size()));
}

TEST_F(HttpExport, ItSaysWhichPartOfTheLogItIsAndResumesThere) {
  const std::string epoch = read_head_place(http).epoch;
  const HttpResponse whole = ndjson();
  EXPECT_EQ(whole.header("courtside-after"), epoch + ":0");
  EXPECT_EQ(whole.header("courtside-through"), epoch + ":3000");
  append_one(http, {.id = "later"});
  const HttpResponse rest = ndjson("after=" + epoch + ":2990&before=" + epoch + ":3001");
  EXPECT_EQ(rest.header("courtside-after"), epoch + ":2990");
  EXPECT_EQ(rest.header("courtside-through"), epoch + ":3000");
  EXPECT_EQ(rest.body, whole.body.substr(whole.body.size() - rest.body.size()));
  EXPECT_EQ(std::count(rest.body.begin(), rest.body.end(), '\n'), 10);
  EXPECT_EQ(ndjson("after=" + epoch + ":3001&before=" + epoch + ":3002").body, "");
  EXPECT_EQ(ndjson("before=" + epoch + ":3003").status, 410);
}

TEST_F(HttpExport, CsvHasAHeadAndARowForEach) {
  const HttpResponse answer = ask("text/csv", "limit=2");
  EXPECT_EQ(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
  const std::string head =
      "sequence,recordedtime,id,source,type,subject,subjectversion,time,actorid,correlationid,"
      "causationid,actortype,actorrole,position,data\r\n";
  ASSERT_EQ(answer.body.substr(0, head.size()), head);
  const std::string row =
      answer.body.substr(head.size(), answer.body.find("\r\n", head.size()) - head.size());
  EXPECT_EQ(row.substr(0, 21), "00000000000000000001,");
  EXPECT_NE(row.find(",1,/e2e,play.begun,court:c_0,1,"), std::string::npos) << row;
  const std::string position = read_head_place(http).epoch + ":1";
  EXPECT_NE(row.find(",,,,," + position + R"(,"{""n"":0, ""text"":""xxx)"), std::string::npos)
      << row;
  EXPECT_EQ(ask("text/csv", "subject=court:nowhere").body, head);
}

TEST_F(HttpExport, StreamsAndLongPagesAreCompressedForWhoAsks) {
  const std::string plain = ndjson().body;
  const HttpResponse gzip = ndjson("", "gzip");
  EXPECT_EQ(gzip.header("content-encoding"), "gzip");
  EXPECT_LT(gzip.body.size() * 3, plain.size());
  ASSERT_TRUE(gunzip(gzip.body));
  EXPECT_EQ(gunzip(gzip.body)->text, plain);
  EXPECT_TRUE(gunzip(gzip.body)->whole);
  const HttpResponse zstd = ndjson("", "gzip, zstd");
  EXPECT_EQ(zstd.header("content-encoding"), "zstd");
  ASSERT_TRUE(unzstd(zstd.body));
  EXPECT_EQ(unzstd(zstd.body)->text, plain);
  EXPECT_TRUE(unzstd(zstd.body)->whole);

  const HttpResponse page = ask("application/json", "limit=50", "gzip");
  EXPECT_EQ(page.header("content-encoding"), "gzip");
  EXPECT_NE(page.header("vary").find("accept-encoding"), std::string::npos);
  EXPECT_EQ(gunzip(page.body)->text, ask("application/json", "limit=50").body);
  const HttpResponse small = ask("application/json", "limit=1", "gzip");
  EXPECT_EQ(small.header("content-encoding"), "");
  EXPECT_NE(small.header("vary").find("accept-encoding"), std::string::npos);
  // When no accepted coding is known and identity is excluded, the answer is plain all the same.
  EXPECT_EQ(ndjson("", "identity;q=0, br").body, plain);
  EXPECT_EQ(ask("application/json", "limit=1", "identity;q=0, gzip").header("content-encoding"),
            "gzip");
}

TEST_F(HttpExport, TheFormIsWhatIsNamed) {
  EXPECT_EQ(ask("*/*").header("content-type"), "application/json");
  EXPECT_EQ(ask("text/html").header("content-type"), "application/json");
  EXPECT_EQ(ask("text/csv, */*;q=0.1", "limit=1").status, 200);
  EXPECT_EQ(ask("text/csv;q=0.5, application/x-ndjson", "limit=1").header("content-type"),
            "application/x-ndjson");
  EXPECT_EQ(ask("text/csv;q=0.5, */*").header("content-type"), "application/json");
}

TEST_F(HttpExport, WhatIsWrongIsToldBeforeTheFirstByte) {
  for (const char* query :
       {"limit=0", "order=up", "colour=red", "after=nonsense", "export=", "export=no%20spaces"}) {
    EXPECT_EQ(ndjson(query).status, 400) << query;
  }
  EXPECT_EQ(ndjson("after=zzzz:5").status, 410);
  EXPECT_EQ(ask("application/json", "export=x").status, 400);
  EXPECT_EQ(ask("text/event-stream", "export=x").status, 400);
}

TEST_F(HttpExport, AnExportLeavesATrace) {
  EXPECT_EQ(ndjson("export=e_1&subject=court:c_1&limit=20").status, 200);
  append_one(http, {.id = "fence"});
  const std::vector<Logged> traces = read_log(http, "type=audit.exported");
  ASSERT_EQ(traces.size(), 1u);
  const Json data = traces[0].event["data"];
  EXPECT_EQ(data["export"].text(), "e_1");
  EXPECT_EQ(data["rows"].number(), 20);
  EXPECT_TRUE(data["complete"].boolean());
  EXPECT_EQ(data["filter"]["subject"].text(), "court:c_1");
  // A longer one leaves one event when it begins and one when it ends.
  EXPECT_EQ(ndjson("export=e_2").status, 200);
  append_one(http, {.id = "fence 2"});
  const std::vector<Logged> more = read_log(http, "type=audit.exported");
  ASSERT_EQ(more.size(), 3u);
  EXPECT_EQ(more[2].event["data"]["rows"].number(), kExported + 2);
  EXPECT_EQ(more[2].event["causationid"].text(), more[1].id);
}

// A reader that sends a request and does not read.
struct Standing {
  Standing(std::uint16_t port, const std::string& accept = "application/x-ndjson") : http(port) {
    http.write({.target = "/v1/events", .headers = {{"accept", accept}}, .body = {}});
    head = http.read_stream_head();
  }
  HttpClient http;
  HttpResponse head;
};

// Long enough that kernel buffers cannot hold the whole answer.
struct LongExport : HttpExport {
  explicit LongExport(std::vector<std::string> flags) : HttpExport(std::move(flags)) {
    for (int i = 0; i < 20; ++i) {
      std::vector<Draft> drafts;
      for (int j = 0; j < 15; ++j) {
        drafts.push_back({.id = "long " + std::to_string(i * 15 + j),
                          .data = "\"" + std::string(200'000, 'y') + "\""});
      }
      append(http, drafts);
    }
  }
};

struct FewExports : LongExport {
  FewExports() : LongExport({"--limits-history-streams", "2"}) {}
};

TEST_F(FewExports, MoreThanThereMayBeAreTurnedAway) {
  {
    Standing first(port());
    Standing second(port());
    EXPECT_EQ(second.head.status, 200);
    const HttpResponse third = ndjson("limit=1");
    EXPECT_EQ(third.status, 503);
    EXPECT_EQ(third.json()["code"].text(), "overloaded");
    EXPECT_EQ(ask("application/json", "limit=1").status, 200) << "pages go on";
  }
  // When they leave, their places become free.
  wait_until("there is a place", [&] { return ndjson("limit=1").status == 200; });
}

struct ImpatientExports : LongExport {
  ImpatientExports() : LongExport({"--limits-history-stall", "300ms"}) {}
};

TEST_F(ImpatientExports, AReaderThatTakesNothingIsCutAndNotEnded) {
  Standing reader(port());
  server.process().wait_for_output("its reader takes too little");
  // Buffered data arrives, and then no end of the stream.
  bool was_cut = false;
  try {
    while (!reader.http.read_piece().empty()) {
    }
  } catch (const Failure&) {
    was_cut = true;
  }
  EXPECT_TRUE(was_cut);
}

struct WatchfulExports : LongExport {
  WatchfulExports()
      : LongExport({"--limits-history-stall", "1s", "--limits-history-bytes-per-second", "16KiB"}) {
  }
};

// Story: the server's kernel buffers megabytes for a reader and accepts more when a third is gone.
// So a reader twelve times faster than the minimum was cut for taking nothing.
TEST_F(WatchfulExports, AReaderThatTakesEnoughIsNotCut) {
  Socket reader = Socket::connect(port(), 4096);
  reader.write("GET /v1/events HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n");
  Pace pace(milliseconds(10));
  for (int taken = 0; taken < 300; ++taken, pace.next()) {
    ASSERT_EQ(reader.fill(Deadline(seconds(1)), 2000), Socket::Filled::kBytes)
        << "cut after " << taken * 10 << " ms";
  }
  EXPECT_EQ(metric(http, "courtside_history_streams").value(), 1);
}

struct PatientExports : LongExport {
  PatientExports() : LongExport({}) {}
};

TEST_F(PatientExports, AReaderMayStopForAWhileAndGetsEverything) {
  Standing reader(port());
  // The stream stalls: nothing is read for it while its queue is full.
  std::optional<double> before;
  int same = 0;
  wait_until("the stream stands still", [&] {
    const auto read = metric(http, "courtside_records_read_total");
    same = std::exchange(before, read) == read ? same + 1 : 0;
    return same == 40;
  });
  EXPECT_LT(*before, kExported + 300) << "it read on without a reader";
  std::string body;
  for (std::string piece = reader.http.read_piece(); !piece.empty();
       piece = reader.http.read_piece()) {
    body += piece;
  }
  EXPECT_EQ(body, ndjson().body);
  EXPECT_GT(body.size(), 60'000'000u);
}

// Story: the log accepted no more appends when the streams were cut, so an export that a shutdown
// had cut seemed never to end in the log.
TEST_F(PatientExports, AServerThatGoesDownSaysHowFarAnExportCame) {
  HttpClient reader(port());
  reader.write({.target = "/v1/events?export=e_9",
                .headers = {{"accept", "application/x-ndjson"}},
                .body = {}});
  EXPECT_EQ(reader.read_stream_head().status, 200);
  EXPECT_EQ(stop_server(), 0);
  server.start();
  const std::vector<Logged> traces = read_log(http, "type=audit.exported");
  ASSERT_EQ(traces.size(), 2u);
  EXPECT_EQ(traces[1].event["causationid"].text(), traces[0].id);
  const Json data = traces[1].event["data"];
  EXPECT_EQ(data["export"].text(), "e_9");
  EXPECT_FALSE(data["complete"].boolean());
  EXPECT_GT(data["rows"].number(), 0);
  EXPECT_LT(data["rows"].number(), kExported + 300);
}

// Live events pass the same filters as history.
TEST_F(HttpExport, EveryFilterHoldsForLiveEvents) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"subject=court:live", "by subject"},
      {"type=match.*", "by type"},
      {"actor=somebody", "by actor"},
      {"correlationid=k_live", "by correlation"},
      {"channel=user:live", "by channel"}};
  std::vector<std::unique_ptr<SseClient>> streams;
  for (const auto& [filter, id] : cases) {
    streams.push_back(std::make_unique<SseClient>(port(), "/v1/events?" + filter));
  }
  append(http, {{.id = "nobody's"},
                {.id = "by subject", .subject = "court:live"},
                {.id = "by type", .type = "match.begun"},
                {.id = "by actor", .more = R"(,"actorid":"somebody")"},
                {.id = "by correlation", .more = R"(,"correlationid":"k_live")"},
                {.id = "by channel", .channels = {"user:live"}},
                {.id = "the end",
                 .type = "match.ended",
                 .subject = "court:live",
                 .channels = {"user:live"},
                 .more = R"(,"actorid":"somebody","correlationid":"k_live")"}});
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(Json::parse(streams[i]->next_event().data)["id"].text(), cases[i].second);
    EXPECT_EQ(Json::parse(streams[i]->next_event().data)["id"].text(), "the end");
  }
}

}  // namespace
}  // namespace courtside::e2e
