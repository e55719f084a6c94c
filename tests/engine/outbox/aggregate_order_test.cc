// Goal: each aggregate's events are released once and in version order, also across restarts;
// events that cannot be ordered are released too, and marked.
#include "engine/outbox/aggregate_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace courtside {
namespace {

using How = AggregateOrder::Ready::How;

// "b1/2": version 2 of aggregate b1. "b1": no version.
OutboxRow row(const std::string& text) {
  static int place = 0;
  OutboxRow out{.place = "7:" + std::to_string(++place), .aggregate_type = "booking"};
  const std::size_t slash = text.find('/');
  out.aggregate_id = text.substr(0, slash);
  out.payload = "{}";
  if (slash != std::string::npos) out.aggregate_version = std::stoull(text.substr(slash + 1));
  return out;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// An AggregateOrder and the notes that it writes.
class Story {
 public:
  explicit Story(AggregateOrder::Limits limits = {}) : limits_(limits) { restart(0); }

  // Takes rows and returns the released ones: "b1/2", "b1/4!3,5ms" (ahead of 3), "b1/2?" (late).
  std::string take(const std::string& rows, std::uint64_t now_ms = 0) {
    std::vector<OutboxRow> list;
    for (const std::string& word : words(rows)) list.push_back(row(word));
    return take_rows(std::move(list), now_ms);
  }
  std::string take_rows(std::vector<OutboxRow> list, std::uint64_t now_ms) {
    auto outcome = order_->take(std::move(list), now_ms);
    EXPECT_TRUE(outcome);
    for (const SourceNote& note : outcome->notes) {
      if (note.value.empty()) {
        notes_.erase(note.key);
      } else {
        notes_[note.key] = note.value;
      }
    }
    std::string out;
    for (const auto& ready : outcome->ready) out += (out.empty() ? "" : " ") + describe(ready);
    return out;
  }

  // Makes a new AggregateOrder from the notes only.
  void restart(std::uint64_t now_ms) {
    order_.emplace(limits_, AggregateOrder::Lookups{
                                .note = [this](const std::string& key) -> Result<std::string> {
                                  const auto found = notes_.find(key);
                                  return found == notes_.end() ? "" : found->second;
                                },
                                .lowest_unread =
                                    [this](const std::vector<AggregateKey>& keys) {
                                      return find_unread(keys);
                                    }});
    std::vector<SourceNote> held;
    for (const auto& [key, value] : notes_) {
      if (key.rfind(kWaitingPrefix, 0) == 0) held.push_back({key, value});
    }
    EXPECT_TRUE(order_->load(held, now_ms));
  }

  // The unread rows of the table: "b1/1".
  void set_unread(const std::string& rows) { unread_ = words(rows); }
  int asked() const { return asked_; }
  AggregateOrder& order() { return *order_; }
  const std::map<std::string, std::string>& notes() const { return notes_; }

 private:
  static std::string describe(const AggregateOrder::Ready& ready) {
    std::string out = ready.row.aggregate_id;
    if (ready.row.aggregate_version) out += "/" + std::to_string(*ready.row.aggregate_version);
    if (ready.how == How::kLate) out += "?";
    if (ready.how == How::kAhead) {
      out += "!" + std::to_string(ready.expected) + "," + std::to_string(ready.waited_ms) + "ms";
    }
    return out;
  }
  Result<std::vector<AggregateVersion>> find_unread(const std::vector<AggregateKey>& keys) {
    ++asked_;
    std::map<AggregateKey, std::uint64_t> lowest;
    for (const std::string& word : unread_) {
      const OutboxRow each = row(word);
      const AggregateKey key{each.aggregate_type, each.aggregate_id};
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
      const auto found = lowest.emplace(key, *each.aggregate_version).first;
      found->second = std::min(found->second, *each.aggregate_version);
    }
    std::vector<AggregateVersion> out;
    for (const auto& [key, version] : lowest) out.push_back({key, version});
    return out;
  }

  const AggregateOrder::Limits limits_;
  std::map<std::string, std::string> notes_;
  std::vector<std::string> unread_;
  int asked_ = 0;
  std::optional<AggregateOrder> order_;
};

TEST(AggregateOrder, WhatIsInOrderGoesAtOnce) {
  Story story;
  EXPECT_EQ(story.take("b1/1 b2/1 b1/2 x b2/2"), "b1/1 b2/1 b1/2 x b2/2");
  EXPECT_EQ(story.take("b1/3"), "b1/3");
  EXPECT_EQ(story.asked(), 0);  // A first version needs no lookup.
  EXPECT_EQ(story.notes(), (std::map<std::string, std::string>{{"version/booking:b1", "3"},
                                                               {"version/booking:b2", "2"}}));
}

TEST(AggregateOrder, ALaterVersionWaitsForTheEarlierOne) {
  Story story;
  EXPECT_EQ(story.take("b1/1"), "b1/1");
  EXPECT_EQ(story.take("b1/4 b1/3 b2/1"), "b2/1");
  EXPECT_EQ(story.order().held(), 2u);
  EXPECT_EQ(story.take("b1/2"), "b1/2 b1/3 b1/4");
  EXPECT_EQ(story.order().held(), 0u);
  EXPECT_EQ(story.notes().size(), 2u);
}

TEST(AggregateOrder, OthersDoNotWaitWithIt) {
  Story story;
  story.take("b1/1 b2/1");
  EXPECT_EQ(story.take("b1/3 b2/2 x b2/3"), "b2/2 x b2/3");
}

// Two transactions change a new booking, and the second one has the smaller id: version 2 of an
// unknown aggregate is read first.
TEST(AggregateOrder, AnUnknownAggregatesBaseIsTheLowestThatIsThere) {
  Story story;
  EXPECT_EQ(story.take("b1/2 b1/1"), "b1/1 b1/2");  // on one page
  EXPECT_EQ(story.asked(), 0);
  story.set_unread("b2/1 b3/9");
  EXPECT_EQ(story.take("b2/2 b3/7"), "b3/7");  // on the next
  EXPECT_EQ(story.asked(), 1);
  story.set_unread("b3/9");
  EXPECT_EQ(story.take("b2/1"), "b2/1 b2/2");
  EXPECT_EQ(story.take("b3/9 b3/8"), "b3/8 b3/9");
}

TEST(AggregateOrder, WaitingInVainEndsAndIsToldApart) {
  Story story({.held_max = 100, .held_ms = 50});
  story.take("b1/1", 0);
  EXPECT_EQ(story.order().next_expiry_ms(), std::nullopt);
  EXPECT_EQ(story.take("b1/5 b1/3", 10), "");
  EXPECT_EQ(story.take("b1/7", 40), "");
  EXPECT_EQ(story.order().next_expiry_ms(), 60u);
  EXPECT_EQ(story.take("", 59), "");
  // 5 has waited long enough; 3 waited as long and is released first.
  EXPECT_EQ(story.take("", 60), "b1/3!2,50ms b1/5!4,50ms");
  EXPECT_EQ(story.order().next_expiry_ms(), 90u);
  // Versions that come now are late and have no effect.
  EXPECT_EQ(story.take("b1/2 b1/5 b1/6", 61), "b1/2? b1/5? b1/6 b1/7");
  EXPECT_EQ(story.notes().at("version/booking:b1"), "7");
}

// The earlier version is committed, but delayed by another open transaction: do not go ahead of it.
TEST(AggregateOrder, NobodyGoesAheadOfWhatIsStillToBeRead) {
  Story story({.held_max = 100, .held_ms = 50});
  story.take("b1/1", 0);
  story.set_unread("b1/2");
  EXPECT_EQ(story.take("b1/3", 10), "");
  EXPECT_EQ(story.take("", 60), "");
  EXPECT_EQ(story.order().next_expiry_ms(), 110u);
  EXPECT_EQ(story.take("", 110), "");
  story.set_unread("");
  EXPECT_EQ(story.take("b1/2", 120), "b1/2 b1/3");
}

// Story: with no waiting time it asked again endlessly within one call.
TEST(AggregateOrder, WithoutTimeToWaitWhatIsStillToBeReadIsWaitedForAllTheSame) {
  Story story({.held_max = 100, .held_ms = 0});
  story.take("b1/1 b2/1", 0);
  story.set_unread("b1/2");
  EXPECT_EQ(story.take("b1/3 b2/3", 10), "b2/3!2,0ms");
  EXPECT_GT(*story.order().next_expiry_ms(), 10u);
  story.set_unread("");
  EXPECT_EQ(story.take("b1/2", 20), "b1/2 b1/3");
}

TEST(AggregateOrder, OneTooManyLetsTheFirstGo) {
  Story story({.held_max = 2, .held_ms = 1000});
  story.take("b1/1 b2/1 b3/1");
  EXPECT_EQ(story.take("b1/3 b2/3", 5), "");
  EXPECT_EQ(story.take("b3/3", 9), "b1/3!2,4ms");
  EXPECT_EQ(story.order().held(), 2u);
}

TEST(AggregateOrder, TheSameVersionTwiceIsDeliveredTwice) {
  Story story;
  EXPECT_EQ(story.take("b1/1 b1/1 b1/3 b1/3"), "b1/1 b1/1?");
  EXPECT_EQ(story.take("b1/2"), "b1/2 b1/3 b1/3?");
  EXPECT_EQ(story.order().held(), 0u);
}

TEST(AggregateOrder, WhatWaitsSurvivesARestart) {
  Story story({.held_max = 10, .held_ms = 50});
  story.take("b1/1");
  story.take("b1/3 b2/9", 10);
  story.restart(100);
  EXPECT_EQ(story.order().held(), 1u);
  EXPECT_EQ(story.take("", 149), "");  // waiting begins again
  EXPECT_EQ(story.take("b1/2 b2/10", 149), "b1/2 b1/3 b2/10");
  story.restart(200);
  EXPECT_EQ(story.order().held(), 0u);
  EXPECT_EQ(story.take("b1/4", 200), "b1/4");
}

TEST(AggregateOrder, ABrokenPayloadWaitsAsAFault) {
  Story story;
  story.take("b1/1");
  OutboxRow broken = row("b1/3");
  broken.payload = "{";
  EXPECT_EQ(story.take_rows({broken}, 0), "");
  story.restart(0);
  EXPECT_EQ(story.take("b1/2"), "b1/2 b1/3");
}

// In whatever order versions arrive, and wherever it is restarted, each aggregate's versions come
// out as 1, 2, 3 ..., each once.
TEST(AggregateOrder, AnyOrderWithinTheBoundsComesOutInOrder) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    Story story({.held_max = 1000, .held_ms = 1'000'000});
    std::vector<std::string> rows;
    for (int aggregate = 0; aggregate < 4; ++aggregate) {
      for (int version = 1; version <= 12; ++version) {
        rows.push_back("b" + std::to_string(aggregate) + "/" + std::to_string(version));
      }
    }
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      std::swap(rows[i], rows[i + random() % std::min<std::size_t>(9, rows.size() - i)]);
    }
    std::string out;
    for (std::size_t at = 0; at < rows.size();) {
      const std::size_t end = std::min(at + 1 + random() % 7, rows.size());
      std::string page;
      std::string unread;
      for (std::size_t i = at; i < end; ++i) page += rows[i] + " ";
      for (std::size_t i = end; i < rows.size(); ++i) unread += rows[i] + " ";
      story.set_unread(unread);
      if (random() % 4 == 0) {
        // Restarted before the page was read: the page and the rest are unread.
        story.set_unread(page + unread);
        story.restart(0);
        story.set_unread(unread);
      }
      const std::string went = story.take(page);
      if (!went.empty()) out += went + " ";
      at = end;
    }
    std::map<std::string, int> last;
    const std::vector<std::string> went = words(out);
    EXPECT_EQ(went.size(), rows.size());
    for (const std::string& word : went) {
      const std::size_t slash = word.find('/');
      ASSERT_EQ(word.substr(slash + 1), std::to_string(++last[word.substr(0, slash)])) << out;
    }
  }
}

}  // namespace
}  // namespace courtside
