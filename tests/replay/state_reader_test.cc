// Goal: the state at N is computed from the events 0..N, whatever snapshots, pages, restarts and
// retention did in between; otherwise the result says what is missing.
#include "replay/state/state_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "tests/replay/support/subject_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using test::SubjectEvent;
using test::SubjectLog;
using testing::HasSubstr;
using testing::Not;

// Counts what is stored and found; forgets on request.
class MemorySnapshots : public Snapshots {
 public:
  std::optional<Snapshot> find(const Hash128& key, Offset at) const override {
    auto found = kept.upper_bound({key, at});
    if (found == kept.begin() || (--found)->first.first != key) return std::nullopt;
    return Snapshot{found->first.second, found->second};
  }
  void put(const Hash128& key, Offset offset, std::string_view bytes) override {
    kept[{key, offset}] = bytes;
  }
  std::map<std::pair<Hash128, Offset>, std::string> kept;
};

SubjectEvent step(const std::string& subject, int n) {
  return {.subject = subject,
          .data = R"({"n":)" + std::to_string(n) + R"(,"f)" + std::to_string(n % 7) + R"(":1})"};
}

struct StateReaderTest : testing::Test {
  StateReader reader() { return StateReader(memory, pages, &snapshots); }
  // The JSON or the error's code, with the version of the first event that was used.
  static std::string told(const Result<State>& state) {
    if (!state) return std::string(info(state.error().code).name);
    const std::string from =
        state->folded_from > 0 ? "from " + std::to_string(state->folded_from) + ": " : "";
    return from + state->json;
  }
  std::string at(std::uint64_t offset, const std::string& subject = "thing:t") {
    return told(reader().state_at(subject, Offset(offset)));
  }
  void commit_many(const std::string& subject, int count) {
    for (int i = 0; i < count; ++i) log.commit({step(subject, i)});
  }

  MemoryLog memory{"e"};
  Tail tail{1 << 20};
  PageReader pages{memory, tail};
  MemorySnapshots snapshots;
  SubjectLog<MemoryLog> log{memory};
};

TEST_F(StateReaderTest, StandsAtTheOffsetThatIsAskedFor) {
  log.commit({{"thing:t", "thing.was", R"({"a":1})"}, {"thing:u", "thing.was"}});
  log.commit({{"thing:t", "thing.is", R"({"a":2})"}});
  EXPECT_EQ(at(1), R"({"a":1,"lastType":"thing.was","version":1})");
  EXPECT_EQ(at(2), R"({"a":1,"lastType":"thing.was","version":1})");
  EXPECT_EQ(at(3), R"({"a":2,"lastType":"thing.is","version":2})");
  EXPECT_EQ(at(1, "thing:u"), "not_found");
  EXPECT_EQ(at(3, "thing:v"), "not_found");
  EXPECT_EQ(at(0), "not_found");
  const Result<State> state = reader().state_at("thing:t", Offset(2));
  EXPECT_EQ(state->version, 1u);
  EXPECT_EQ(state->last, Offset(1));
}

TEST_F(StateReaderTest, ALongOneIsReadInPiecesAndKept) {
  commit_many("thing:t", 3000);
  const StateReader states = reader();
  StateRead read{.subject = "thing:t", .at = Offset(3000)};
  int pieces = 1;
  while (!*states.read_on(read, 500)) ++pieces;
  EXPECT_GE(pieces, 5);
  EXPECT_EQ(StateReader::state(read).json, log.fold("thing:t", {Offset(1), Offset(3001)}));
  EXPECT_GE(snapshots.kept.size(), 5u);
  EXPECT_LE(snapshots.kept.size(), 13u);

  // Another process finds the snapshots: any offset costs at most the distance between two of them.
  for (const std::uint64_t offset : {3000U, 2999U, 1700U, 600U}) {
    const std::uint64_t before = pages.records_read();
    EXPECT_EQ(at(offset), log.fold("thing:t", {Offset(1), Offset(offset + 1)}));
    EXPECT_LE(pages.records_read() - before, 2 * StateReader::kKeepEvents) << offset;
  }
}

// However small the budget, each further call makes progress.
TEST_F(StateReaderTest, WhatWasReadOfALongOneIsNotReadAgain) {
  commit_many("thing:t", 100);
  const StateReader states = reader();
  int asked = 1;
  for (;; ++asked) {
    StateRead read{.subject = "thing:t", .at = Offset(100)};
    const Result<bool> done = states.read_on(read, 10);
    ASSERT_TRUE(done);
    if (!*done) continue;
    EXPECT_EQ(StateReader::state(read).json, log.fold("thing:t", {Offset(1), Offset(101)}));
    break;
  }
  EXPECT_LE(asked, 12);
  EXPECT_LE(pages.records_read(), 120u);
}

TEST_F(StateReaderTest, WhatWasAskedForIsRemembered) {
  commit_many("thing:t", 200);
  const StateReader states = reader();
  ASSERT_TRUE(states.state_at("thing:t", Offset(200)));
  log.commit({step("thing:u", 1)});
  const std::uint64_t before = pages.records_read();
  EXPECT_EQ(told(states.state_at("thing:t", Offset(201))),
            log.fold("thing:t", {Offset(1), Offset(202)}));
  EXPECT_EQ(pages.records_read(), before);
  log.commit({step("thing:t", 5)});
  EXPECT_EQ(told(states.state_at("thing:t", Offset(202))),
            log.fold("thing:t", {Offset(1), Offset(203)}));
  EXPECT_LE(pages.records_read(), before + 1);
  EXPECT_TRUE(snapshots.kept.empty());  // 200 events are few
}

TEST_F(StateReaderTest, ASnapshotKeepsAStateWholeAfterItsEventsAreGone) {
  commit_many("thing:t", 1000);
  const std::string whole = log.fold("thing:t", {Offset(1), Offset(1001)});
  ASSERT_EQ(at(1000), whole);
  ASSERT_EQ(std::prev(snapshots.kept.end())->first.second, Offset(1000));
  log.drop_below(Offset(900));
  EXPECT_EQ(at(1000), whole);
  EXPECT_EQ(at(768), log.fold("thing:t", {Offset(1), Offset(769)}));  // stored on the way
  EXPECT_EQ(at(890), "position_expired");
  EXPECT_EQ(at(950), "from 900: " + log.fold("thing:t", {Offset(900), Offset(951)}));
  // Also when no event of the subject is retained.
  log.drop_below(Offset(1001));
  EXPECT_EQ(at(1000), whole);
  log.commit({step("thing:u", 1)});
  EXPECT_EQ(at(1001), whole);
  log.commit({step("thing:t", 1)});
  EXPECT_EQ(at(1002), log.fold("thing:t", {Offset(1), Offset(1003)}));
}

TEST_F(StateReaderTest, WithoutOneTheAnswerSaysFromWhichVersionOnItWasFolded) {
  commit_many("thing:t", 20);
  log.drop_below(Offset(11));
  EXPECT_EQ(at(20), "from 11: " + log.fold("thing:t", {Offset(11), Offset(21)}));
  EXPECT_EQ(at(11), "from 11: " + log.fold("thing:t", {Offset(11), Offset(12)}));
  EXPECT_EQ(at(10), "position_expired");
  EXPECT_EQ(at(5), "position_expired");
}

// A snapshot followed by a hole would give a state that never existed.
TEST_F(StateReaderTest, ASnapshotIsNotUsedOverAHole) {
  commit_many("thing:t", 600);
  ASSERT_NE(at(512), "");
  ASSERT_EQ(std::prev(snapshots.kept.end())->first.second, Offset(512));
  log.drop_below(Offset(550));
  EXPECT_EQ(at(600), "from 550: " + log.fold("thing:t", {Offset(550), Offset(601)}));
}

TEST_F(StateReaderTest, RetentionInMidReadIsNoticed) {
  commit_many("thing:t", 1000);
  const StateReader states = reader();
  snapshots.kept.clear();
  StateRead read{.subject = "thing:t", .at = Offset(1000)};
  ASSERT_FALSE(*states.read_on(read, 256));
  log.drop_below(Offset(700));
  ASSERT_TRUE(*states.read_on(read, 10'000));
  EXPECT_EQ(told(StateReader::state(read)),
            "from 700: " + log.fold("thing:t", {Offset(700), Offset(1001)}));
  StateRead gone{.subject = "thing:t", .at = Offset(1000)};
  log.drop_below(Offset(1001));
  snapshots.kept.clear();
  const Result<bool> done = reader().read_on(gone, 10'000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::position_expired);
}

TEST_F(StateReaderTest, SnapshotsOfOtherRulesLogsAndViewsAreNotFound) {
  commit_many("thing:t", 600);
  ASSERT_NE(at(600), "");
  StateView odd{.key = "odd",
                .shows = [](RecordView record) { return record.subject_version() % 2 == 1; }};
  StateFold expected("thing:t");
  for (const std::string& bytes : log.records()) {
    if (RecordView(bytes).subject_version() % 2 == 1) expected.apply(RecordView(bytes), nullptr);
  }
  EXPECT_EQ(told(reader().state_at("thing:t", Offset(600), odd)), expected.text());
  EXPECT_EQ(reader().state_at("thing:t", Offset(600), odd)->version, 599u);
  // The reader sees no event: not found.
  StateView none{.key = "none", .shows = [](RecordView) { return false; }};
  EXPECT_EQ(told(reader().state_at("thing:t", Offset(600), none)), "not_found");
  // Damaged snapshots are not used.
  for (auto& [key, bytes] : snapshots.kept) bytes = "rubbish";
  EXPECT_EQ(at(600), log.fold("thing:t", {Offset(1), Offset(601)}));
}

TEST_F(StateReaderTest, AProjectionHidesFromTheStateWhatItHidesOfTheEvents) {
  log.commit({{"booking:b", "booking.created", R"({"bookingId":"b","amount":1,"note":"x"})"}});
  log.commit(
      {{"booking:b", "payment.captured", R"({"paymentId":"p","amount":77,"method":"UPI"})"}});
  const Projection projection{.name = "v",
                              .data_fields = {"amount", "paymentId", "method"},
                              .listed_are_hidden = true,
                              .hide_actor = false};
  const StateView view{
      .key = "v", .shows = {}, .projection = [&](RecordView) { return &projection; }};
  const std::string seen = told(reader().state_at("booking:b", Offset(2), view));
  for (const char* hidden : {"amount", "77", "UPI", "\"p\""}) {
    EXPECT_THAT(seen, Not(HasSubstr(hidden)));
  }
  EXPECT_THAT(seen, HasSubstr(R"("note":"x")"));
  EXPECT_THAT(told(reader().state_at("booking:b", Offset(2))), HasSubstr("77"));
}

// ---------------------------------------------------------------------------------------------
// On the disk: 1,000 random queries with restarts, retention and a small cache.

class OnDisk : public testing::Test {
 protected:
  void open() {
    pages.reset();
    snapshots.reset();
    log.reset();
    log = story::open_log({.path = folder.path(), .segment_events_max = 500});
    snapshots = std::move(*open_snapshots({.path = folder.path() + "/snapshots"}));
    pages.emplace(*log, tail);
    reader.emplace(*log, *pages, snapshots.get());
  }

  story::TempFolder folder;
  Tail tail{1 << 20};
  std::unique_ptr<EventLog> log;
  std::unique_ptr<Snapshots> snapshots;
  std::optional<PageReader> pages;
  std::optional<StateReader> reader;
};

TEST_F(OnDisk, AThousandRandomQuestionsAreAnsweredAsAnIndependentFoldAnswers) {
  open();
  std::mt19937 chance(11);
  const auto below = [&chance](std::size_t count) { return chance() % count; };
  std::vector<std::string> records;
  Offset first_held(1);
  std::size_t whole = 0;
  std::size_t partial = 0;
  std::size_t gone = 0;
  for (int round = 0; round < 10; ++round) {
    SubjectLog<EventLog> feed(*log);
    for (int i = 0; i < 30; ++i) {
      std::vector<SubjectEvent> events;
      for (std::size_t left = 1 + below(40); left > 0; --left) {
        // One subject has most of the events.
        const std::size_t which = below(3) > 0 ? 0 : below(20);
        events.push_back(step("thing:" + std::to_string(which), static_cast<int>(below(1000))));
      }
      feed.commit(events);
    }
    if (round >= 5) {
      first_held = Offset(log->held().begin.value() + below(log->held().count() / 4));
      feed.drop_below(first_held);
    }
    records.insert(records.end(), feed.records().begin(), feed.records().end());

    for (int i = 0; i < 100; ++i) {
      const std::string subject = "thing:" + std::to_string(below(2) == 0 ? 0 : below(21));
      const Offset at(below(records.size() + 1));
      const Result<State> state = reader->state_at(subject, at);
      StateFold expected(subject);
      StateFold held(subject);
      for (const std::string& bytes : records) {
        const RecordView record(bytes);
        if (record.offset() > at || record.event().subject() != subject) continue;
        expected.apply(record, nullptr);
        // The events from the version that the result names.
        if (state && record.subject_version() >= state->folded_from) held.apply(record, nullptr);
      }
      SCOPED_TRACE(subject + " at " + std::to_string(at.value()));
      if (!state && state.error().code == Code::position_expired) {
        ASSERT_FALSE(expected.empty());
        ASSERT_GT(first_held, Offset(1));
        ++gone;
      } else if (!state) {
        ASSERT_EQ(state.error().code, Code::not_found);
        ASSERT_TRUE(expected.empty());
      } else if (state->folded_from > 0) {
        ASSERT_GT(first_held, Offset(1));
        ASSERT_EQ(state->json, held.text());
        ++partial;
      } else {
        ASSERT_EQ(state->json, expected.text());
        ++whole;
      }
    }
    if (round % 2 == 1) open();
  }
  EXPECT_GT(whole, 500u);
  EXPECT_GT(partial, 10u);
  EXPECT_GT(gone, 10u);
}

TEST_F(OnDisk, SnapshotsAreFoundAgainAndCanBeThrownAway) {
  open();
  SubjectLog<EventLog> feed(*log);
  for (int i = 0; i < 10; ++i) feed.commit(std::vector<SubjectEvent>(100, step("thing:t", i)));
  const std::string expected = feed.fold("thing:t", {Offset(1), Offset(1001)});
  EXPECT_EQ(reader->state_at("thing:t", Offset(1000))->json, expected);
  feed.drop_below(Offset(900));
  open();
  EXPECT_EQ(reader->state_at("thing:t", Offset(1000))->folded_from, 0u);
  EXPECT_EQ(reader->state_at("thing:t", Offset(1000))->json, expected);

  reader.reset();
  snapshots.reset();
  std::filesystem::remove_all(folder.path() + "/snapshots");
  open();
  EXPECT_EQ(reader->state_at("thing:t", Offset(1000))->folded_from, 900u);
}

}  // namespace
}  // namespace courtside
