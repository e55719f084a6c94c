// Goal: following `next` forward or backward with any filter returns each matching event exactly
// once, while others append between and during the pages. Uses the real log with its index on disk,
// and compares with a full scan.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"
#include "engine/history/history.h"
#include "engine/routing/router.h"
#include "eventlog/sequencer/event_log.h"
#include "tests/simulation/interrupted_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

struct Known {
  std::vector<std::string> channels;
  std::string type;
  std::string subject;
  std::string actor;
  std::string correlation;
  std::uint64_t second = 0;  // when it was recorded
};

// A query as data, and as the query's text.
struct Question {
  std::vector<std::string> channels;
  std::vector<std::string> types;
  std::string subject;
  std::string actor;
  std::string correlation;
  std::uint64_t since = 0;
  std::uint64_t until = ~std::uint64_t{0};
  std::uint64_t after = 0;
  std::uint64_t before = ~std::uint64_t{0};
  bool descending = false;

  static bool has(const std::string& pattern, const std::string& text) {
    if (pattern.back() != '*') return pattern == text;
    return text.starts_with(pattern.substr(0, pattern.size() - 1));
  }
  bool wants(const Known& event) const {
    const auto any = [](const std::vector<std::string>& patterns, auto&& fits) {
      return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), fits);
    };
    return any(channels,
               [&](const std::string& pattern) {
                 return std::any_of(event.channels.begin(), event.channels.end(),
                                    [&](const std::string& name) { return has(pattern, name); });
               }) &&
           any(types, [&](const std::string& pattern) { return has(pattern, event.type); }) &&
           (subject.empty() || subject == event.subject) &&
           (actor.empty() || actor == event.actor) &&
           (correlation.empty() || correlation == event.correlation) && event.second >= since &&
           event.second < until;
  }
};

class Walks {
 public:
  explicit Walks(std::uint64_t seed)
      : random_(seed),
        log_(story::open_log({.path = folder_.path(), .segment_events_max = 100})),
        tail_(random_() % 2 == 0 ? 1 << 20 : 5'000),
        interrupted_(*log_, [this] {
          if (random_() % 200 == 0) append();
        }) {
    while (known_.size() < 200) append();
  }

  // One walk from the first page until `complete`.
  void walk() {
    const Question question = any_question();
    const std::string filters = text_of(question);
    SCOPED_TRACE(filters);
    std::size_t head = known_.size();  // of the last page; backward, of the first
    std::vector<std::uint64_t> found;
    std::string next;
    bool is_first = true;
    do {
      if (is_first || !question.descending) head = known_.size();
      const std::string page = ask(filters, question, next);
      ASSERT_FALSE(page.empty());
      for (const std::uint64_t offset : offsets_in(page)) found.push_back(offset);
      const std::string last = next;
      next = next_of(page);
      ASSERT_EQ(next.empty(), page.find("\"complete\":true") != std::string::npos);
      ASSERT_TRUE(next.empty() || next != last) << "the walk stands still";
      is_first = false;
      if (random_() % 10 == 0) append();
    } while (!next.empty());
    ASSERT_EQ(found, expected(question, head));
    ++walks;
    events += found.size();
  }

  std::uint64_t walks = 0;
  std::uint64_t pages = 0;
  std::uint64_t events = 0;
  std::size_t log_events() const { return known_.size(); }

 private:
  std::string number(std::uint64_t below) { return std::to_string(random_() % below); }
  bool one_in(std::uint64_t count) { return random_() % count == 0; }

  void append() {
    ++now_;
    Append append;
    for (std::uint64_t left = 1 + random_() % 3; left > 0; --left) {
      append.events.push_back(any_event());
    }
    Fold fold(*log_, log_->place(), Timestamp(static_cast<std::int64_t>(now_) * kMicrosPerSecond));
    ASSERT_TRUE(fold.apply(Command(std::move(append))));
    const FoldPlace after = fold.place();
    const auto batch = std::make_shared<const Batch>(fold.take());
    ASSERT_TRUE(log_->commit(*batch, after));
    tail_.add(batch);
  }

  NewEvent any_event() {
    Known event;
    event.channels = {"user:" + number(12)};
    if (one_in(3)) event.channels.push_back("venue:" + number(3));
    event.type = one_in(9) ? "t2.x1.y.z" : "t" + number(3) + ".x" + number(4);
    event.subject = "booking:" + number(20);
    if (!one_in(3)) event.actor = "a" + number(8);
    if (!one_in(3)) event.correlation = "k" + number(60);
    event.second = now_;
    const std::string id = std::to_string(known_.size() + 1);
    EventFields fields;
    fields.id = id;
    fields.source = "/test";
    fields.type = event.type;
    fields.subject = event.subject;
    fields.actorid = event.actor;
    fields.correlationid = event.correlation;
    NewEvent made;
    made.event = build_event(fields);
    made.key = hash128("/test", id);
    made.channels = event.channels;
    known_.push_back(std::move(event));
    return made;
  }

  Question any_question() {
    Question any;
    if (!one_in(3)) any.channels.push_back("user:" + number(12));
    if (one_in(3)) any.channels.push_back("venue:" + number(3));
    if (one_in(6)) any.channels.emplace_back("venue:*");
    if (one_in(3)) any.types.push_back(one_in(2) ? "t" + number(3) + ".*" : "t1.x" + number(4));
    if (one_in(8)) any.types.emplace_back("t2.x1.y.*");
    if (one_in(5)) any.subject = "booking:" + number(20);
    if (one_in(3)) any.actor = "a" + number(8);
    if (one_in(4)) any.correlation = "k" + number(60);
    if (one_in(5)) any.since = random_() % now_;
    if (one_in(5)) any.until = any.since + random_() % (now_ + 5 - any.since);
    if (one_in(4)) any.after = random_() % known_.size();
    if (one_in(4)) any.before = 1 + random_() % known_.size();
    any.descending = one_in(2);
    return any;
  }

  static std::string time_of(std::uint64_t second) {
    return format_rfc3339(Timestamp(static_cast<std::int64_t>(second) * kMicrosPerSecond));
  }

  std::string text_of(const Question& question) {
    std::string text = "limit=" + std::to_string(1 + random_() % 30);
    for (const std::string& channel : question.channels) text += "&channel=" + channel;
    for (const std::string& type : question.types) text += "&type=" + type;
    if (!question.subject.empty()) text += "&subject=" + question.subject;
    if (!question.actor.empty()) text += "&actor=" + question.actor;
    if (!question.correlation.empty()) text += "&correlationid=" + question.correlation;
    if (question.since != 0) text += "&since=" + time_of(question.since);
    if (question.until != ~std::uint64_t{0}) text += "&until=" + time_of(question.until);
    return text + (question.descending ? "&order=desc" : "");
  }

  // The page after `next`, or the first page.
  std::string ask(const std::string& filters, const Question& question, const std::string& next) {
    std::string after = question.after == 0 ? "" : position(question.after);
    std::string before = question.before == ~std::uint64_t{0} ? "" : position(question.before);
    if (!next.empty()) (question.descending ? before : after) = next;
    std::string text = filters;
    if (!after.empty()) text += "&after=" + after;
    if (!before.empty()) text += "&before=" + before;
    const auto query = parse_history_query(text, 1000, Timestamp(0));
    const std::size_t scanned_max = one_in(3) ? 1 + random_() % 40 : 20'000;
    const auto answer =
        answer_history(*query, interrupted_, log_->held(), pages_, scanned_max, projections_, {});
    ++pages;
    if (answer) return answer->body;
    ADD_FAILURE() << answer.error().message;
    return {};
  }

  std::string position(std::uint64_t offset) const {
    return format_position(log_->epoch(), Offset(offset));
  }

  static std::vector<std::uint64_t> offsets_in(std::string_view page) {
    constexpr std::string_view kMember = "\"sequence\":\"";
    std::vector<std::uint64_t> offsets;
    for (auto at = page.find(kMember); at != std::string_view::npos; at = page.find(kMember, at)) {
      at += kMember.size();
      offsets.push_back(std::stoull(std::string(page.substr(at, 20))));
    }
    return offsets;
  }

  static std::string next_of(std::string_view page) {
    const auto at = page.find("\"next\":") + 7;
    if (page.substr(at, 4) == "null") return "";
    return std::string(page.substr(at + 1, page.find('"', at + 1) - at - 1));
  }

  std::vector<std::uint64_t> expected(const Question& question, std::size_t head) const {
    std::vector<std::uint64_t> offsets;
    for (std::uint64_t offset = question.after + 1; offset <= head && offset < question.before;
         ++offset) {
      if (question.wants(known_[offset - 1])) offsets.push_back(offset);
    }
    if (question.descending) std::reverse(offsets.begin(), offsets.end());
    return offsets;
  }

  std::mt19937_64 random_;
  story::TempFolder folder_;
  std::unique_ptr<EventLog> log_;
  Tail tail_;
  simulation::InterruptedLog interrupted_;
  PageReader pages_{interrupted_, tail_};
  Projections projections_;
  std::vector<Known> known_;  // index 0 is offset 1
  std::uint64_t now_ = 1'000'000;
};

TEST(HistoryPaging, WalksByNextYieldEachMatchingEventOnceWhileOthersAppend) {
  constexpr std::uint64_t kLogs = 25;
  constexpr std::uint64_t kWalks = 400;  // forward and backward each
  std::uint64_t walks = 0;
  std::uint64_t pages = 0;
  std::uint64_t events = 0;
  std::size_t appended = 0;
  for (std::uint64_t seed = 1; seed <= kLogs; ++seed) {
    Walks log(seed);
    for (std::uint64_t i = 0; i < kWalks && !testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", walk " + std::to_string(i));
      log.walk();
    }
    walks += log.walks;
    pages += log.pages;
    events += log.events;
    appended += log.log_events();
  }
  std::cout << walks << " walks of " << pages << " pages found " << events << " events in logs of "
            << appended << "\n";
  EXPECT_EQ(walks, kLogs * kWalks);
  EXPECT_GT(pages, 2 * walks);
  EXPECT_GT(events, 10 * walks);
}

}  // namespace
}  // namespace courtside
