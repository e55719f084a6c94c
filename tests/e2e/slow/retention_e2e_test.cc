// Goal: when retention removed events that a client has not received, the client is told exactly
// which, before any later event; when it removed none of them, there is no gap.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tests/e2e/support/live_answer.h"
#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

constexpr std::size_t kDataBytes = 4000;

struct Retention : ServerTest {
  Retention() : ServerTest({"--retention-bytes", "2MiB", "--tail-bytes", "1MiB"}) {}

  // Appends this many megabytes in events of kDataBytes.
  void append_megabytes(int megabytes) {
    const std::string data = json_string(std::string(kDataBytes, 'x'));
    for (int i = 0; i < megabytes; ++i) {
      std::vector<Draft> batch;
      for (int j = 0; j < 250; ++j) {
        batch.push_back(
            {.id = "fill" + std::to_string(next_++), .subject = "fill:f", .data = data});
      }
      append(http, batch);
    }
  }

  std::uint64_t earliest() {
    return logged(http.get("/v1/events?limit=1", "application/json").json()["events"].at(0)).offset;
  }

  void wait_until_earliest_is_beyond(std::uint64_t offset) {
    const Deadline deadline;
    while (earliest() <= offset) {
      if (deadline.expired())
        give_up("retention did not act; earliest is still " + position(earliest()));
      std::this_thread::sleep_for(milliseconds(20));  // between two checks
    }
  }

  // Fills the log until retention has cut it; returns an earliest offset that no longer moves.
  std::uint64_t cut_log() {
    append_megabytes(24);
    wait_until_earliest_is_beyond(1000);
    std::uint64_t first = 0;
    do {
      first = earliest();
      std::this_thread::sleep_for(seconds(6));  // longer than retention may take to cut again
    } while (earliest() != first);
    return first;
  }

  std::string position(std::uint64_t offset) {
    if (epoch_.empty()) epoch_ = read_head_place(http).epoch;
    return epoch_ + ":" + std::to_string(offset);
  }

  static void expect_gap(const Json& gap, const std::string& reason, const std::string& from,
                         const std::string& to) {
    EXPECT_EQ(gap["type"].text(), "gap") << gap.raw();
    EXPECT_EQ(gap["reason"].text(), reason);
    EXPECT_EQ(gap["from"].text(), from);
    EXPECT_EQ(gap["to"].text(), to);
  }

 private:
  std::string epoch_;
  int next_ = 0;
};

// The state of an export names where it began, and those events may be gone when it is resumed.
// That is a loss only if the user named the beginning.
TEST_F(Retention, AnExportIsTakenUpWhereTheLogBeginsByThen) {
  const std::uint64_t first = cut_log();
  const std::uint64_t last = read_head_place(http).offset;
  const TempFolder folder;
  const auto resume = [&](const std::string& name, const std::string& path,
                          const std::string& filter, std::uint64_t events,
                          const std::string& reached) {
    std::ofstream(folder.path() / (name + ".partial"));
    std::ofstream(folder.path() / (name + ".partial.state"))
        << R"({"asked":"","form":"jsonl","path":")" << path << R"(","filter":)" << filter
        << R"(,"export":"x","after":")" << position(0) << R"(","through":")" << position(last)
        << R"(","started":"2026-01-01T00:00:00Z","limit":0,"bytes":0,"events":)" << events
        << R"(,"first":")" << reached << R"(","last":")" << reached << "\"}\n";
    Process process({courtside_binary(), "export", name, "--resume", "--url",
                     "http://127.0.0.1:" + std::to_string(port())},
                    {}, folder.path());
    return process.wait();
  };
  const auto range_of = [&](const std::string& name) {
    std::ifstream manifest(folder.path() / (name + ".manifest.json"));
    return Json::parse({std::istreambuf_iterator<char>(manifest), {}})["range"];
  };
  EXPECT_EQ(resume("up", "/v1/events?export=x", R"({"order":"asc"})", 0, ""), 0);
  EXPECT_EQ(range_of("up")["after"].text(), position(first - 1));
  EXPECT_EQ(range_of("up")["first"].text(), position(first));
  EXPECT_EQ(range_of("up")["last"].text(), position(last));
  const std::string back = "/v1/events?export=x&order=desc";
  EXPECT_EQ(resume("back", back, R"({"order":"desc"})", 0, ""), 0);
  EXPECT_EQ(range_of("back")["last"].text(), position(first));
  EXPECT_EQ(range_of("back")["after"].text(), position(first - 1))
      << "what is before was not there";
  EXPECT_EQ(resume("gone", back, R"({"order":"desc"})", 1, position(7)), 0) << "nothing is left";
  EXPECT_EQ(range_of("gone")["last"].text(), position(7));
  EXPECT_EQ(range_of("gone")["after"].text(), position(6));

  const std::string named = R"({"after":")" + position(0) + R"(","order":"asc"})";
  EXPECT_EQ(resume("named", "/v1/events?export=x", named, 0, ""), 66) << "some of it is lost";
  EXPECT_EQ(resume("lost", "/v1/events?export=x", R"({"order":"asc"})", 1, position(7)), 66);
}

TEST_F(Retention, TheGapIsExactOnEveryPath) {
  const std::uint64_t first = cut_log();
  const std::string head = read_head_place(http).text();

  Session all = session();
  all.subscribe({.from = after(position(10))});
  expect_gap(all.next(), "expired", position(11), position(first - 1));
  EXPECT_EQ(all.expect_event().place.text(), position(first));

  Session other = session();  // gaps refer to the log, whatever the channels
  other.subscribe({.channels = {"thing:none"}, .from = after(position(10))});
  expect_gap(other.next(), "expired", position(11), position(first - 1));
  EXPECT_EQ(other.expect("live")["position"].text(), head);

  SseClient stream(port(), "/v1/events", position(10));
  const SseClient::Event event = stream.next_event();
  EXPECT_EQ(event.type, "gap");
  EXPECT_EQ(Json::parse(event.data)["from"].text(), position(11));
  EXPECT_EQ(Json::parse(event.data)["to"].text(), position(first - 1));
  EXPECT_EQ(stream.next_event().id, position(first));

  const HttpResponse page =
      http.get("/v1/events?after=" + percent_encoded(position(10)), "application/json");
  EXPECT_EQ(page.status, 410);
  EXPECT_EQ(page.json()["code"].text(), "position_expired");
  const std::string from_there = page.json()["details"]["earliest"].text();
  EXPECT_EQ(
      logged(http.get("/v1/events?limit=1&after=" + percent_encoded(from_there), "application/json")
                 .json()["events"]
                 .at(0))
          .offset,
      first);
  EXPECT_EQ(http.get("/v1/events/" + position(10)).status, 404);
  EXPECT_EQ(http.get("/v1/events/" + position(first)).status, 200);

  // Off by one, on both sides of the cut.
  Session edge = session();
  edge.subscribe({.channels = {"thing:none"}, .from = after(position(first - 1))});
  edge.expect("live");
  edge.subscribe(
      {.sub = 2, .channels = {"thing:none"}, .from = after(position(first - 2)), .id = 2});
  expect_gap(edge.next(), "expired", position(first - 1), position(first - 1));
  edge.expect("live");
  for (const char* from :
       {R"("earliest")", R"({"since":"2001-01-01T00:00:00Z"})", R"({"last":3})"}) {
    Session whole = session();
    whole.subscribe({.channels = {"thing:none"}, .from = from});
    whole.expect("live");  // none of these asks for removed events
  }
}

TEST_F(Retention, AnotherEpochAndBeyondTheHeadAreGapsOfTheirOwn) {
  const std::uint64_t first = cut_log();
  const std::string head = read_head_place(http).text();
  const std::string beyond = position(Place::parse(head).offset + 1);
  for (const std::string& foreign :
       {std::string("zzzz:5"), beyond, position(18'446'744'073'709'551'615u)}) {
    Session client = session();
    client.subscribe({.from = after(foreign)});
    const Json gap = client.next();
    expect_gap(gap, "epoch", foreign, position(first - 1));
    EXPECT_EQ(client.expect_event().place.text(), position(first));

    Session again = session();  // the position in the gap is a valid one to resume from
    again.subscribe({.channels = {"thing:none"}, .from = after(gap["to"].text())});
    EXPECT_EQ(again.expect("live")["position"].text(), head);
  }
}

TEST_F(Retention, AThousandResumesThatMissNothingHearOfNoGap) {
  append_megabytes(24);
  wait_until_earliest_is_beyond(1000);
  Workers load;  // the log keeps growing, and retention keeps cutting
  load.add([&] {
    HttpClient client(port());
    const std::string data = json_string(std::string(kDataBytes, 'x'));
    Pace pace(milliseconds(10));
    for (int i = 0; !load.stopped(); ++i, pace.next()) {
      append(client, {{.id = "a" + std::to_string(i), .data = data},
                      {.id = "b" + std::to_string(i), .data = data}});
    }
  });
  const int resumes = scaled(1000, 200);
  Random random(seed());
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
  Workers clients;
  for (int worker = 0; worker < 4; ++worker) {
    clients.add([&, worker_random = Random(random())]() mutable {
      HttpClient own_http(port());
      for (int i = 0; i < resumes / 4; ++i) {
        const Place head = read_head_place(own_http);
        Session client = session();
        const std::uint64_t from = head.offset - pick(worker_random, 50);
        client.subscribe({.from = after(Place{head.epoch, from}.text())});
        for (std::uint64_t offset = from + 1;; ++offset) {
          const Json message = client.next();
          if (message["type"].text() == "live") break;
          if (delivered(message).place.offset != offset) give_up("not " + std::to_string(offset));
        }
      }
    });
  }
  clients.join();
  load.stop();
  load.join();
}

// Its client would not notice a gap within an answer: the answer ends, and the next one is an
// error.
TEST_F(Retention, OvertakenInMidStreamAReaderOfDurableStreamsIsRefused) {
  append_megabytes(1);
  HttpClient client(port());
  LiveAnswer slow(client, "/v1/streams/*?offset=-1&live=sse");
  const std::uint64_t before = read_head_place(http).offset;
  append_megabytes(40);
  wait_until_earliest_is_beyond(before);

  std::uint64_t seen = 0;
  std::string offset;
  while (slow.next()) {
    for (const Json& event : Json::parse(slow.data.empty() ? "[]" : slow.data).items()) {
      ASSERT_EQ(logged(event).offset, seen + 1);
      ++seen;
    }
    offset = slow.control["streamNextOffset"].text();
  }
  EXPECT_GT(seen, 0u);
  EXPECT_LT(seen, read_head_place(http).offset);
  const HttpResponse next = client.get("/v1/streams/*?live=sse&offset=" + offset);
  EXPECT_EQ(next.status, 410);
  EXPECT_EQ(next.json()["code"].text(), "position_expired");
}

TEST_F(Retention, OvertakenInMidStreamTheGapComesWhereItIs) {
  append_megabytes(1);
  Session slow(port(), {.receive_buffer_bytes = 4096});
  slow.subscribe({.from = R"("earliest")"});
  // More than all buffers can hold, and more than the log retains.
  const std::uint64_t before = read_head_place(http).offset;
  append_megabytes(40);
  wait_until_earliest_is_beyond(before);
  const std::uint64_t head = read_head_place(http).offset;

  std::uint64_t cursor = 0;
  int gaps = 0;
  while (cursor < head) {
    const Json message = slow.next();
    const std::string type = message["type"].text();
    if (type == "event") {
      ASSERT_EQ(delivered(message).place.offset, cursor + 1);
      ++cursor;
    } else if (type == "gap") {
      ASSERT_EQ(message["reason"].text(), "expired");
      ASSERT_EQ(message["from"].text(), position(cursor + 1));
      const Place to = Place::parse(message["to"].text());
      ASSERT_GT(to.offset, cursor);
      cursor = to.offset;
      ++gaps;
    }
  }
  EXPECT_GE(gaps, 1);
  while (slow.next()["type"].text() != "live") {
  }
}

struct ShortMemory : ServerTest {
  ShortMemory() : ServerTest({"--retention-age", "2s"}) {}
};

TEST_F(ShortMemory, WhatIsTooOldGoesAndSubjectsKeepCounting) {
  for (int i = 0; i < 3; ++i) append_one(http, {.id = std::to_string(i), .subject = "thing:old"});
  const Deadline deadline;
  while (http.get("/v1/events?limit=1", "application/json").json()["events"].size() > 0) {
    ASSERT_FALSE(deadline.expired()) << "retention by age did not act";
    std::this_thread::sleep_for(milliseconds(20));  // between two checks
  }
  EXPECT_EQ(read_head_place(http).offset, 3u);
  // The id is forgotten with its event; the subject's version is not.
  const Json again =
      append(http, {{.id = "0", .subject = "thing:old", .more = R"(,"expectedversion":3)"}})
          .front();
  EXPECT_FALSE(again["duplicate"].boolean());
  EXPECT_EQ(again["subjectversion"].number(), 4);
  EXPECT_EQ(Place::parse(again["position"].text()).offset, 4u);
}

}  // namespace
}  // namespace courtside::e2e
