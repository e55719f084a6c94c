// Goal: whatever fails between a row and the log, and whoever else reads, each row is in the log
// once, and a place moves only with what it passed.
#include "engine/outbox/outbox_feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "eventlog/fold.h"
#include "eventlog/memory_log.h"

namespace courtside {
namespace {

// A table that is a list; a place is the count of rows before it.
class ListSource : public OutboxSource {
 public:
  std::vector<OutboxRow> rows;
  std::string id = "1/1/1";
  std::size_t page_rows = 2;
  std::size_t readable = SIZE_MAX;  // rows below the guard
  std::vector<std::string> rejected;
  std::optional<Code> broken;  // what every call answers

  Result<std::string> identity() override { return id; }
  Result<void> check_place(const std::string& place, const std::string& last_id) override {
    const std::size_t at = number(place);
    if (at > rows.size()) return fail(Code::position_expired, "it was put back");
    if (at > 0 && !last_id.empty() && rows[at - 1].event_id != last_id) {
      return fail(Code::position_expired, "another row stands there");
    }
    return {};
  }
  Result<OutboxPage> read(const std::string& place) override {
    if (broken) return fail(*broken, "broken");
    OutboxPage page{.rows = {}, .end = place, .is_full = false};
    const std::size_t begin = number(place);
    const std::size_t end = std::min({begin + page_rows, rows.size(), std::max(readable, begin)});
    for (std::size_t i = begin; i < end; ++i) page.rows.push_back(rows[i]);
    if (end > begin) page.end = std::to_string(end);
    page.is_full = end - begin == page_rows;
    return page;
  }
  bool is_in_commit_order() const override { return false; }
  Result<std::vector<AggregateVersion>> lowest_unread(
      const std::string& place, const std::vector<AggregateKey>& keys) override {
    std::vector<AggregateVersion> out;
    for (std::size_t i = number(place); i < rows.size(); ++i) {
      const AggregateKey key{rows[i].aggregate_type, rows[i].aggregate_id};
      if (!rows[i].aggregate_version) continue;
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
      out.push_back({key, *rows[i].aggregate_version});
    }
    return out;
  }
  Result<void> reject(const std::vector<Rejection>& rejections) override {
    for (const Rejection& each : rejections) {
      rejected.push_back(each.row.event_id + ": " + each.reason);
    }
    return {};
  }
  Result<bool> tidy(const std::string&) override { return false; }
  Result<OutboxLag> lag(const std::string&) override { return OutboxLag(); }
  Result<bool> wait(int, std::uint64_t) override { return false; }
  void interrupt() override {}
  void check_overdue() override {}

 private:
  static std::size_t number(const std::string& place) {
    return place.empty() ? 0 : std::stoul(place);
  }
};

// A real fold over a log in memory; an append may be lost on the way there, or its answer be.
class FoldedLog : public OutboxLog {
 public:
  enum class Fault { kNone, kLostBefore, kLostAfter };
  Fault next_fault = Fault::kNone;

  Result<NewEvent> address(IncomingEvent event) override {
    const EventView view(event.event);
    if (view.type() == "too.many") return fail(Code::invalid_event, "too many channels");
    return NewEvent{.event = event.event,
                    .key = id_key(view, IdScope::kSource),
                    .channels = {std::string(view.subject())},
                    .expected_version = {}};
  }
  Result<std::vector<Appended>> append(std::vector<NewEvent> events, SourceStep step) override {
    const Fault fault = std::exchange(next_fault, Fault::kNone);
    if (fault == Fault::kLostBefore) return fail(Code::draining, "the log takes no more");
    Fold fold(*log_, log_->place(), Timestamp(1));
    EXPECT_TRUE(fold.apply(Append{.author = {}, .events = std::move(events), .step = step}));
    const Batch batch = fold.take();
    log_->commit(batch, fold.place());
    if (fault == Fault::kLostAfter) return fail(Code::draining, "the log takes no more");
    const auto& outcome = batch.verdicts.at(0).outcome;
    if (const auto* appended = std::get_if<std::vector<Appended>>(&outcome)) return *appended;
    return fail(Code::version_conflict, std::get<Overtaken>(outcome).place);
  }
  const SourceState& state() const override { return *log_; }
  void clear() { log_.emplace("e"); }

  // "e1 e2": the ids of the log's events, those of the server's own as their types.
  std::string ids() const {
    std::string out;
    const auto scan = log_->scan(log_->held(), Direction::kAscending);
    for (auto record = scan->next(); *record; record = scan->next()) {
      const EventView event = (**record)->event();
      if (!out.empty()) out += " ";
      out += event.source() == "/platform" ? event.id() : event.type();
    }
    return out;
  }
  std::string place() const { return *log_->source_place("platform"); }

 private:
  std::optional<MemoryLog> log_{std::in_place, "e"};
};

class OutboxFeedTest : public testing::Test {
 protected:
  void add(const std::string& id, const std::string& booking = "b", std::uint64_t version = 0) {
    OutboxRow row{.place = std::to_string(source_.rows.size()),
                  .event_id = id,
                  .type = "a.b",
                  .aggregate_type = "booking",
                  .aggregate_id = booking,
                  .payload = "{}"};
    if (version > 0) row.aggregate_version = version;
    source_.rows.push_back(row);
  }
  // A feed as after a connect; its refusal, or "".
  std::string begin() {
    feed_.emplace(settings_, source_, log_, status_);
    const Result<void> begun = feed_->begin(now_ms_);
    return begun ? "" : begun.error().message;
  }
  // Steps until nothing is found; an error's code, or "".
  std::string drain() {
    for (;;) {
      const auto step = feed_->step(now_ms_);
      if (!step) return std::string(info(step.error().code).name);
      if (!step->found) return "";
    }
  }

  OutboxSettings settings_;
  ListSource source_;
  FoldedLog log_;
  OutboxStatus status_;
  std::optional<OutboxFeed> feed_;
  std::uint64_t now_ms_ = 0;
};

TEST_F(OutboxFeedTest, ReadsPageByPageAndRemembersWhereItIs) {
  for (const char* id : {"e1", "e2", "e3"}) add(id);
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(log_.place(), "1/1/1 ");
  EXPECT_TRUE(feed_->step(0)->is_full);
  EXPECT_EQ(log_.place(), "1/1/1 2");
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e2 e3");
  add("e4");
  begin();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e2 e3 e4");
  EXPECT_EQ(status_.events, 4u);
}

TEST_F(OutboxFeedTest, WhatIsKnownIsCountedAndNotDoubled) {
  add("e1");
  add("e1");
  begin();
  drain();
  EXPECT_EQ(log_.ids(), "e1");
  EXPECT_EQ(status_.duplicates, 1u);
}

TEST_F(OutboxFeedTest, AnAppendWhoseAnswerIsLostIsNotRepeated) {
  add("e1");
  begin();
  log_.next_fault = FoldedLog::Fault::kLostAfter;
  EXPECT_EQ(drain(), "draining");
  begin();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1");
  EXPECT_EQ(status_.duplicates, 0u);
}

TEST_F(OutboxFeedTest, OfTwoReadersOneGetsOnAndTheOtherLooksAgain) {
  add("e1");
  begin();
  OutboxStatus other_status;
  OutboxFeed other(settings_, source_, log_, other_status);
  ASSERT_TRUE(other.begin(0));
  drain();
  add("e2");
  EXPECT_EQ(other.step(0).error().code, Code::version_conflict);
  OutboxFeed again(settings_, source_, log_, other_status);
  ASSERT_TRUE(again.begin(0));
  ASSERT_TRUE(again.step(0));
  EXPECT_EQ(log_.ids(), "e1 e2");
  EXPECT_EQ(other_status.duplicates, 0u);
}

TEST_F(OutboxFeedTest, ABadRowIsRejectedAndItsVersionCounts) {
  add("e1", "b", 1);
  add("e2", "b", 2);
  add("e3", "b", 3);
  source_.rows[1].payload = "{";
  source_.rows.push_back(source_.rows[0]);
  source_.rows.back().event_id = "e4";
  source_.rows.back().type = "too.many";
  source_.rows.back().aggregate_version.reset();
  begin();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e3");
  ASSERT_EQ(source_.rejected.size(), 2u);
  EXPECT_EQ(source_.rejected[0].substr(0, 4), "e2: ");
  EXPECT_EQ(source_.rejected[1], "e4: too many channels");
  EXPECT_EQ(status_.rejected, 2u);
}

TEST_F(OutboxFeedTest, ALaterVersionWaitsWhileThePlaceGoesOn) {
  add("e1", "b", 1);
  add("e3", "b", 3);
  add("e2", "b", 2);
  source_.readable = 2;
  begin();
  drain();
  EXPECT_EQ(log_.ids(), "e1");
  EXPECT_EQ(log_.place(), "1/1/1 2");
  EXPECT_EQ(status_.held, 1u);
  begin();  // as after a crash
  EXPECT_EQ(status_.held, 1u);
  source_.readable = 3;
  drain();
  EXPECT_EQ(log_.ids(), "e1 e2 e3");
}

TEST_F(OutboxFeedTest, WaitingInVainEndsWithoutARowBeingRead) {
  settings_.hold_ms = 100;
  add("e1", "b", 1);
  add("e3", "b", 3);
  begin();
  drain();
  EXPECT_EQ(feed_->next_expiry_ms(), 100u);
  now_ms_ = 100;
  drain();
  EXPECT_EQ(log_.ids(), "e1 outbox.version_missing e3");
  EXPECT_EQ(status_.ahead, 1u);
}

TEST_F(OutboxFeedTest, AnotherDatabaseIsRefusedUntilTold) {
  add("e1", "b", 5);
  begin();
  drain();
  source_.id = "2/1/1";
  const std::string refusal = begin();
  EXPECT_NE(refusal.find("this is database 2/1/1, and what was read before is of 1/1/1"),
            std::string::npos);
  EXPECT_NE(refusal.find("`2/1/1:continue@1`"), std::string::npos);
  EXPECT_NE(refusal.find("`2/1/1:restart@1`"), std::string::npos);
  // What was said of another one, or of another place, counts for nothing.
  for (const char* other : {"1/1/1:restart@1", "2/1/1:restart@0", "2/1/1:restart", "2/1/1"}) {
    settings_.accept_database = other;
    EXPECT_EQ(begin(), refusal) << other;
  }
  settings_.accept_database = "2/1/1:continue@1";
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(log_.place(), "2/1/1 1");
  EXPECT_EQ(begin(), "");
}

TEST_F(OutboxFeedTest, ARestartForgetsWhatWasKnownOfTheOtherDatabase) {
  add("e1", "b", 5);
  add("e9", "b", 9);
  begin();
  drain();
  EXPECT_EQ(status_.held, 1u);
  source_.id = "2/1/1";
  source_.rows.clear();
  add("f1", "b", 1);
  settings_.accept_database = "2/1/1:restart@2";
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(status_.held, 0u);
  drain();
  EXPECT_EQ(log_.ids(), "e1 f1");
  EXPECT_EQ(status_.late, 0u);
  begin();  // once
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(status_.duplicates, 0u);
}

// It hands out places anew and comes to where it was read before by itself, with other rows: once
// that was seen it is not trusted again by itself.
TEST_F(OutboxFeedTest, ADatabaseThatWasPutBackIsRefusedUntilTold) {
  for (const char* id : {"e1", "e2", "e3"}) add(id);
  begin();
  drain();
  source_.rows.resize(1);
  const std::string refusal = begin();
  EXPECT_NE(refusal.find("it was put back; to read what it has from the beginning"),
            std::string::npos);
  for (const char* id : {"f2", "f3", "f4"}) add(id);
  EXPECT_NE(begin().find("another row stands there"), std::string::npos);
  source_.rows[2].event_id = "e3";  // Not even then.
  EXPECT_NE(begin(), "");
  settings_.accept_database = "1/1/1:continue@3";  // It would skip what is to come.
  EXPECT_NE(begin(), "");
  settings_.accept_database = "1/1/1:restart@3";
  EXPECT_EQ(begin(), "");
  drain();
  EXPECT_EQ(log_.ids(), "e1 e2 e3 f2 f4");
  EXPECT_EQ(status_.duplicates, 2u);
  // The setting stays, and accepts nothing of what comes later.
  source_.rows.resize(1);
  EXPECT_NE(begin(), "");
}

TEST_F(OutboxFeedTest, ADatabaseThatWasPutBackWhileNobodyLookedIsKnownByItsRow) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  source_.rows[1].event_id = "f2";
  add("f3");
  EXPECT_NE(begin().find("another row stands there"), std::string::npos);
}

// Random rows, pages, guards, lost appends, lost answers and restarts: each row once, each booking
// in order.
TEST_F(OutboxFeedTest, WhateverFailsEachRowIsInTheLogOnceAndInOrder) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    source_ = ListSource();
    log_.clear();
    std::vector<std::pair<std::string, std::uint64_t>> drafts;
    for (const char* booking : {"a", "b", "c"}) {
      for (std::uint64_t version = 1; version <= 8; ++version)
        drafts.emplace_back(booking, version);
    }
    for (std::size_t i = 0; i + 1 < drafts.size(); ++i) {
      std::swap(drafts[i], drafts[i + random() % std::min<std::size_t>(6, drafts.size() - i)]);
    }
    for (const auto& [booking, version] : drafts) {
      add(booking + std::to_string(version), booking, version);
    }
    source_.readable = 0;
    source_.page_rows = 1 + random() % 5;
    ASSERT_EQ(begin(), "");
    while (source_.readable < drafts.size() || status_.held > 0 ||
           log_.place() != "1/1/1 " + std::to_string(drafts.size())) {
      source_.readable = std::min(source_.readable + random() % 4, drafts.size());
      const auto fault = random() % 6;
      if (fault == 0) log_.next_fault = FoldedLog::Fault::kLostBefore;
      if (fault == 1) log_.next_fault = FoldedLog::Fault::kLostAfter;
      if (!feed_->step(0) || fault == 2) {
        ASSERT_EQ(begin(), "");
      }
      log_.next_fault = FoldedLog::Fault::kNone;
    }
    std::map<char, char> last;
    const std::string ids = log_.ids();
    ASSERT_EQ(ids.size(), drafts.size() * 3 - 1) << ids;
    for (std::size_t i = 0; i < ids.size(); i += 3) {
      char& before = last.emplace(ids[i], '0').first->second;
      ASSERT_EQ(ids[i + 1], before + 1) << ids;
      before = ids[i + 1];
    }
  }
}

}  // namespace
}  // namespace courtside
