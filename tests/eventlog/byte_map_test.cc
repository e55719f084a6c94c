// Goal: the table behaves like the standard one through every growth, and its values do not move.
#include "eventlog/index/byte_map.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <unordered_map>

#include "eventlog/index/sorted_entries.h"

namespace courtside {
namespace {

TEST(ByteMap, AnswersAsAStandardMap) {
  for (const std::size_t expected : {std::size_t{0}, std::size_t{5000}}) {
    std::mt19937_64 random(3);
    ByteMap<std::uint64_t> map(random(), expected);
    std::unordered_map<std::string, std::uint64_t> model;
    for (int i = 0; i < 20'000; ++i) {
      // Lengths around those at which the hash takes another word; zeros inside.
      const std::string key = std::string(random() % 40, static_cast<char>(random() % 3)) +
                              std::to_string(random() % 500);
      ASSERT_EQ(map.find(key) != nullptr, model.contains(key));
      ASSERT_EQ(map[key]++, model[key]++);
    }
    ASSERT_EQ(map.size(), model.size());
    ASSERT_GT(map.size(), 1000u);
    for (const auto& [key, count] : model) ASSERT_EQ(*map.find(key), count);
    for (std::size_t i = 0; i < map.size(); ++i) {
      ASSERT_EQ(model.at(std::string(map.at(i).key)), map.at(i).value);
    }
  }
}

TEST(ByteMap, TheEmptyKeyAndAVeryLongOneAreKeysLikeOthers) {
  ByteMap<int> map(1, 0);
  const std::string large(200'000, 'x');
  map[""] = 1;
  map[large] = 2;
  EXPECT_EQ(*map.find(""), 1);
  EXPECT_EQ(*map.find(large), 2);
  EXPECT_EQ(map.find(large.substr(1)), nullptr);
}

TEST(ByteMap, ValuesStayWhereTheyAre) {
  ByteMap<int> map(1, 0);
  int* first = &map["first"];
  *first = 7;
  for (int i = 0; i < 10'000; ++i) map[std::to_string(i)] = i;
  EXPECT_EQ(&map["first"], first);
  EXPECT_EQ(*first, 7);
}

TEST(SortedEntries, AreInTheOrderOfTheirKeys) {
  std::mt19937_64 random(9);
  for (const auto prefix_size : {no_prefix, kind_prefix}) {
    ByteMap<int> map(1, 0);
    std::set<std::string> model;
    for (int i = 0; i < 3000; ++i) {
      // Similar kinds, no kind at all, and ends that differ late or only by a zero.
      std::string key(random() % 4, 'a');
      if (random() % 8 != 0) key += ':';
      key.append(random() % 12, static_cast<char>(random() % 3));
      key += std::to_string(random() % 100);
      map[key] = i;
      model.insert(key);
    }
    const auto entries = sorted_entries(map, prefix_size);
    ASSERT_EQ(entries.size(), model.size());
    auto expected = model.begin();
    for (const auto* entry : entries) ASSERT_EQ(entry->key, *expected++);
  }
}

}  // namespace
}  // namespace courtside
