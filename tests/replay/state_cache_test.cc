// Goal: the cache of states is bounded and finds the last one before an offset; a snapshot's bytes
// are decoded or refused.
#include "replay/state/state_cache.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

const Hash128 kOne{1, 1};
const Hash128 kTwo{1, 2};

StateSnapshot snapshot(std::uint64_t last_event, std::uint64_t through, std::string text = "{}") {
  return {.through = Offset(through),
          .last_event = Offset(last_event),
          .last_shown = Offset(last_event),
          .version = last_event,
          .folded_from = 0,
          .text = std::move(text),
          .memory = "{}"};
}

std::string found(StateCache& cache, const Hash128& key, std::uint64_t at) {
  const auto snapshot = cache.find(key, Offset(at));
  if (!snapshot) return "none";
  return std::to_string(snapshot->last_event.value()) + ".." +
         std::to_string(snapshot->through.value());
}

TEST(StateCache, FindsTheLastOneAtOrBeforeAnOffset) {
  StateCache cache(1 << 20);
  cache.put(kOne, snapshot(5, 9));
  cache.put(kOne, snapshot(20, 20));
  cache.put(kTwo, snapshot(7, 7));
  EXPECT_EQ(found(cache, kOne, 4), "none");
  EXPECT_EQ(found(cache, kOne, 5), "5..9");
  EXPECT_EQ(found(cache, kOne, 19), "5..9");
  EXPECT_EQ(found(cache, kOne, 99), "20..20");
  EXPECT_EQ(found(cache, kTwo, 6), "none");
  cache.put(kOne, snapshot(5, 6));
  EXPECT_EQ(found(cache, kOne, 5), "5..9");
  cache.put(kOne, snapshot(5, 12));
  EXPECT_EQ(found(cache, kOne, 5), "5..12");
}

TEST(StateCache, TheLeastRecentlyUsedGoesFirst) {
  StateCache cache(3000);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    cache.put(Hash128{0, i}, snapshot(1, 1, std::string(700, 'x')));
  }
  EXPECT_EQ(found(cache, {0, 1}, 1), "1..1");
  cache.put(Hash128{0, 4}, snapshot(1, 1, std::string(700, 'x')));
  EXPECT_EQ(found(cache, {0, 1}, 1), "1..1");
  EXPECT_EQ(found(cache, {0, 2}, 1), "none");
  EXPECT_EQ(found(cache, {0, 4}, 1), "1..1");
  EXPECT_LE(cache.size_bytes(), 3000u);
  cache.put(Hash128{0, 5}, snapshot(1, 1, std::string(5000, 'x')));
  EXPECT_EQ(cache.size_bytes(), 0u);
}

TEST(StateCache, ASnapshotsBytesAreReadBackOrRefused) {
  const StateSnapshot one{.through = Offset(9),
                          .last_event = Offset(9),
                          .last_shown = Offset(7),
                          .version = 4,
                          .folded_from = 2,
                          .text = "{\"a\":\n1}",
                          .memory = "{\"deleted\":{}}"};
  const std::string bytes = encode(one);
  const auto read = decode_snapshot(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode(*read), bytes);
  EXPECT_EQ(read->last_shown, Offset(7));
  EXPECT_EQ(read->text, one.text);
  EXPECT_EQ(read->memory, one.memory);
  for (const char* bad : {"", "1", "1 2 3 4", "1 2 3 4\n{}", "a 2 3 4 0\n{}", "1  2 3 4 0\n{}",
                          "1 2 3 4 3\n{}", "1 2 3 4 -1\n{}"}) {
    EXPECT_FALSE(decode_snapshot(bad)) << bad;
  }
}

}  // namespace
}  // namespace courtside
