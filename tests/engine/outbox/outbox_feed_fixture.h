// A feed with a list as its table, and a real Fold over an in-memory log. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/outbox/outbox_feed.h"
#include "eventlog/fold.h"
#include "tests/support/memory_log.h"

namespace courtside {

// A list as the table; a source position is the number of rows before it.
class ListSource : public OutboxSource {
 public:
  std::vector<OutboxRow> rows;
  std::string id = "1/1/1";
  std::size_t page_rows = 2;
  std::size_t readable = SIZE_MAX;  // rows that may be read (below the guard)
  std::vector<std::string> rejected;
  std::optional<Code> broken;     // error of every read
  std::string fault;              // error of every check_place()
  bool is_unproven = false;       // check_place() returns false
  std::set<std::size_t> foreign;  // rows that passed() returns
  std::set<std::string> told;     // source positions of rejected rows
  std::string mark = "m1";
  std::string tidied_with;

  Result<std::string> identity() override { return id; }
  Result<bool> check_place(const std::string& place, const std::string& last_id) override {
    if (!fault.empty()) return fail(Code::bad_configuration, fault);
    const std::size_t at = number(place);
    if (at > rows.size()) return fail(Code::position_expired, "it was put back");
    if (at > 0 && !last_id.empty() && rows[at - 1].event_id != last_id) {
      return fail(Code::position_expired, "another row stands there");
    }
    return !is_unproven;
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
      told.insert(each.row.place);
    }
    return {};
  }
  // Returns one row at a time.
  Result<SkippedPage> passed(const std::string& from, const std::string& place,
                             const std::string& checked) override {
    SkippedPage page{.rows = {}, .end = place, .is_last = true, .mark = mark};
    const std::size_t at = number(from);
    if (at >= number(place)) return page;
    page.end = std::to_string(at + 1);
    page.is_last = at + 1 == number(place);
    const bool is_told = told.count(rows[at].place) > 0;
    if (!is_told && (foreign.count(at) > 0 || checked == kNothingIsChecked)) {
      page.rows.push_back(rows[at]);
    }
    return page;
  }
  Result<bool> tidy(const std::string&, const std::string& checked) override {
    tidied_with = checked;
    return false;
  }
  Result<OutboxLag> lag(const std::string&) override { return OutboxLag(); }
  Result<bool> wait(int, std::uint64_t) override { return false; }
  void interrupt() override {}
  void check_overdue() override {}

 private:
  static std::size_t number(const std::string& place) {
    return place.empty() ? 0 : std::stoul(place);
  }
};

// A real Fold over an in-memory log. An append, or its answer, may be lost.
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
  // Drops all events, as retention does.
  void drop_all() {
    Fold fold(*log_, log_->place(), Timestamp(1));
    EXPECT_TRUE(fold.apply(Drop{.below = log_->place().next}));
    log_->commit(fold.take(), fold.place());
  }

  // "e1 e2": the ids of the log's events; of the server's own events, the types.
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
  // Makes a feed as after a connect. Returns its refusal, or "".
  std::string begin() {
    feed_.emplace(settings_, source_, log_, status_);
    const Result<void> begun = feed_->begin(now_ms_);
    return begun ? "" : begun.error().message;
  }
  // Checks every row up to the source position once.
  void watch() {
    for (std::size_t i = 0; i <= source_.rows.size(); ++i) {
      ASSERT_TRUE(feed_->watch());
    }
  }
  // Steps until there are no rows. Returns an error's code, or "".
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

}  // namespace courtside
