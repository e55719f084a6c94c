// Goal: a filter accepts exactly what it names, by channels, types and attributes, and its compiled
// form (Matcher) always agrees with it.
#include "replay/filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "eventlog/term.h"
#include "replay/matcher.h"
#include "tests/replay/support/test_log.h"

namespace courtside {
namespace {

using test::make_batch;
using test::TestEvent;

bool passes(const Filter& filter, const TestEvent& event) {
  const SharedBatch batch = make_batch(Offset(10), {event});
  const bool matches = filter.matches(batch->at(Offset(10)));
  EXPECT_EQ(Matcher(filter).matches(batch->at(Offset(10))), matches);
  return matches;
}

TEST(MatchesChannel, AChannelItsKindOrEverything) {
  EXPECT_TRUE(matches_channel("user:42", "user:42"));
  EXPECT_FALSE(matches_channel("user:42", "user:420"));
  EXPECT_FALSE(matches_channel("user:420", "user:42"));
  EXPECT_TRUE(matches_channel("user:*", "user:42"));
  EXPECT_FALSE(matches_channel("user:*", "users:42"));
  EXPECT_FALSE(matches_channel("users:*", "user:42"));
  EXPECT_TRUE(matches_channel("*", "venue:7"));
}

TEST(MatchesType, ExactOrByPrefix) {
  EXPECT_TRUE(matches_type("booking.created", "booking.created"));
  EXPECT_FALSE(matches_type("booking.created", "booking.created2"));
  EXPECT_TRUE(matches_type("booking.*", "booking.created"));
  EXPECT_TRUE(matches_type("booking.*", "booking.slot.held"));
  EXPECT_FALSE(matches_type("booking.*", "booking"));
  EXPECT_FALSE(matches_type("booking.*", "booking."));
  EXPECT_FALSE(matches_type("booking.*", "bookings.created"));
}

TEST(IsTypePattern, AStarOnlyAtTheEndAfterADot) {
  EXPECT_TRUE(is_type_pattern("booking.created"));
  EXPECT_TRUE(is_type_pattern("booking.*"));
  EXPECT_TRUE(is_type_pattern("b.*"));
  EXPECT_TRUE(is_type_pattern(std::string(255, 'x')));
  EXPECT_FALSE(is_type_pattern(""));
  EXPECT_FALSE(is_type_pattern("*"));
  EXPECT_FALSE(is_type_pattern(".*"));
  EXPECT_FALSE(is_type_pattern("booking*"));
  EXPECT_FALSE(is_type_pattern("*.created"));
  EXPECT_FALSE(is_type_pattern("booking.*.x"));
  EXPECT_FALSE(is_type_pattern("booking.*.*"));
  EXPECT_FALSE(is_type_pattern(std::string(256, 'x')));
  EXPECT_FALSE(is_type_pattern("booking\xff.*")) << "no UTF-8";
  EXPECT_FALSE(is_type_pattern(std::string("booking\0.created", 16)));
}

TEST(Filter, EmptyLetsEverythingThrough) {
  EXPECT_TRUE(Filter().wants_every_channel());
  EXPECT_TRUE(passes({}, {.channels = {}}));
  EXPECT_TRUE(passes({.channels = {"user:1", "*"}}, {.channels = {}}));
}

TEST(Filter, OneOfItsChannels) {
  const Filter filter{.channels = {"user:1", "venue:*"}};
  EXPECT_FALSE(filter.wants_every_channel());
  EXPECT_TRUE(passes(filter, {.channels = {"booking:9", "user:1"}}));
  EXPECT_TRUE(passes(filter, {.channels = {"booking:9", "venue:3"}}));
  EXPECT_FALSE(passes(filter, {.channels = {"booking:9", "user:2"}}));
  EXPECT_FALSE(passes(filter, {.channels = {}}));
  EXPECT_TRUE(passes({.channels = {"user:1"}}, {.channels = {"a:b", "user:1"}}));
  EXPECT_FALSE(passes({.channels = {"user:1"}}, {.channels = {"a:b", "user:2"}}));
  EXPECT_FALSE(passes({.channels = {"user:*"}}, {.channels = {"a:b"}}));
}

TEST(Filter, EveryAttributeThatIsNamed) {
  const TestEvent event{.channels = {"user:1"},
                        .type = "booking.created",
                        .subject = "booking:7",
                        .actor = "42",
                        .correlationid = "k"};
  EXPECT_TRUE(passes({.types = {"x", "booking.*"}}, event));
  EXPECT_FALSE(passes({.types = {"x", "slot.*"}}, event));
  EXPECT_TRUE(passes({.subject = "booking:7"}, event));
  EXPECT_FALSE(passes({.subject = "booking:8"}, event));
  EXPECT_TRUE(passes({.actor = "42"}, event));
  EXPECT_FALSE(passes({.actor = "43"}, event));
  EXPECT_TRUE(passes({.correlationid = "k"}, event));
  EXPECT_FALSE(passes({.correlationid = "j"}, event));
  EXPECT_FALSE(passes({.channels = {"user:2"}, .types = {"booking.created"}}, event));
  EXPECT_FALSE(passes({.channels = {"user:1"}, .types = {"slot.held"}}, event));
}

// The test event at offset 10 was recorded at 10 s.
TEST(Filter, SinceIsInclusiveAndUntilExclusive) {
  const TestEvent event{.channels = {}};
  EXPECT_TRUE(passes({.since = Timestamp(10'000'000)}, event));
  EXPECT_FALSE(passes({.since = Timestamp(10'000'001)}, event));
  EXPECT_TRUE(passes({.until = Timestamp(10'000'001)}, event));
  EXPECT_FALSE(passes({.until = Timestamp(10'000'000)}, event));
}

// "sbooking:7 | cuser:1 cuser:2": the clauses and their terms.
std::string clauses_of(const Filter& filter) {
  std::string out;
  const Matcher matcher(filter);
  for (const Matcher::Clause& clause : matcher.clauses()) {
    if (!out.empty()) out += " |";
    for (const std::string& term : clause.terms) out += (out.empty() ? "" : " ") + term;
  }
  return out;
}

TEST(Matcher, EachThingThatIsAskedForIsAClause) {
  EXPECT_EQ(clauses_of({.channels = {"user:2", "user:*", "user:2"}, .subject = "booking:7"}),
            "sbooking:7 | cuser:* cuser:2");
  EXPECT_EQ(clauses_of({.channels = {"*"}, .types = {"b.c", "a.*"}, .actor = "7"}),
            "a7 | ta.* tb.c");
  EXPECT_EQ(clauses_of({.correlationid = "k"}), "rk");
  EXPECT_EQ(clauses_of({.since = Timestamp(1)}), "");
}

TEST(Matcher, InABatchOnlySubjectOrChannelsAreLookedFor) {
  const SharedBatch batch = make_batch(
      Offset(1), {{.channels = {"user:1"}, .subject = "booking:1"}, {.channels = {"user:2"}}});
  const auto candidates = [&](const Filter& filter) { return Matcher(filter).candidates(*batch); };
  EXPECT_EQ(candidates({.channels = {"user:2"}, .subject = "booking:1"}),
            std::vector<std::uint32_t>{0});
  EXPECT_EQ(candidates({.types = {"no.such"}}), (std::vector<std::uint32_t>{0, 1}));
}

// Two terms of a record have one hash: the record must be a candidate only once.
TEST(Matcher, ACollisionDoesNotDoubleARecord) {
  const SharedBatch batch = make_batch(Offset(1), {{.channels = {"user:1"}}});
  Batch collided = *batch;
  const std::uint64_t hash = term_hash(channel_term("user:1"));
  for (TermEntry& entry : collided.terms) entry.term_hash = hash;
  ASSERT_GT(collided.terms.size(), 1u);
  const Filter filter{.channels = {"user:1"}};
  EXPECT_EQ(Matcher(filter).candidates(collided), std::vector<std::uint32_t>{0});
}

TEST(Matcher, AgreesWithItsFilterAndFindsAllOfABatch) {
  std::mt19937_64 random(7);
  const std::vector<std::string> words = {"user:1", "user:2",    "user:3", "venue:1", "venue:2",
                                          "chat:1", "booking:1", "a:b",    "a:c",     "a:d"};
  const auto pick = [&](std::size_t most) {
    std::vector<std::string> picked;
    for (std::size_t i = random() % (most + 1); i > 0; --i) {
      picked.push_back(words[random() % words.size()]);
    }
    return picked;
  };
  int matched = 0;
  for (int round = 0; round < 2'000; ++round) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 6; ++i) {
      std::vector<std::string> channels = pick(3);
      std::sort(channels.begin(), channels.end());
      channels.erase(std::unique(channels.begin(), channels.end()), channels.end());
      events.push_back({.channels = channels, .type = random() % 2 ? "x.a" : "y.b"});
    }
    Filter filter{.channels = pick(12)};
    if (random() % 3 == 0) filter.channels.push_back("venue:*");
    if (random() % 2 == 0) filter.types = {"x.*"};
    const SharedBatch batch = make_batch(Offset(1), events);
    const Matcher matcher(filter);
    const std::vector<std::uint32_t> candidates = matcher.candidates(*batch);
    EXPECT_TRUE(std::is_sorted(candidates.begin(), candidates.end()));
    for (std::uint32_t i = 0; i < batch->size(); ++i) {
      const RecordView record = batch->at(std::size_t{i});
      ASSERT_EQ(matcher.matches(record), filter.matches(record));
      if (!filter.matches(record)) continue;
      ++matched;
      ASSERT_TRUE(std::binary_search(candidates.begin(), candidates.end(), i));
    }
  }
  EXPECT_GT(matched, 1'000);
}

}  // namespace
}  // namespace courtside
