// Goal: an id finds its own value or nothing, however often its slot is reused.
#include "base/slot_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/strong_id.h"

namespace courtside {
namespace {

using Id = StrongId<struct SlotMapTestTag, std::uint64_t>;

TEST(SlotMap, FindsWhatIsThereAndNothingElse) {
  SlotMap<Id, std::string> map;
  const Id a = map.insert("a");
  const Id b = map.insert("b");
  EXPECT_NE(a, b);
  EXPECT_EQ(map.size(), 2u);
  ASSERT_NE(map.find(a), nullptr);
  EXPECT_EQ(*map.find(a), "a");
  EXPECT_EQ(*map.find(b), "b");
  EXPECT_EQ(map.find(Id(0)), nullptr);  // a default id
  EXPECT_EQ(map.find(Id(~0ULL)), nullptr);
}

TEST(SlotMap, ForgetsWhatIsErasedForGood) {
  SlotMap<Id, std::string> map;
  const Id old = map.insert("old");
  EXPECT_TRUE(map.erase(old));
  EXPECT_FALSE(map.erase(old));
  EXPECT_EQ(map.find(old), nullptr);
  EXPECT_EQ(map.size(), 0u);

  // The next value takes the same slot; the old id still finds nothing.
  const Id next = map.insert("new");
  EXPECT_EQ(next.value() & 0xffffffff, old.value() & 0xffffffff);
  EXPECT_EQ(map.find(old), nullptr);
  EXPECT_FALSE(map.erase(old));
  EXPECT_EQ(*map.find(next), "new");
}

TEST(SlotMap, DropsTheValueAtErase) {
  SlotMap<Id, std::shared_ptr<int>> map;
  const auto value = std::make_shared<int>(1);
  const Id id = map.insert(value);
  EXPECT_EQ(value.use_count(), 2);
  map.erase(id);
  EXPECT_EQ(value.use_count(), 1);
}

TEST(SlotMap, AgreesWithAMapOverAnyHistory) {
  std::mt19937 random(20261101);
  SlotMap<Id, int> map;
  std::map<Id, int> model;
  std::vector<Id> ever;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0 || model.empty()) {
      const Id id = map.insert(step);
      ASSERT_TRUE(model.emplace(id, step).second) << "an id was given twice";
      ever.push_back(id);
    } else {
      const Id id = ever[random() % ever.size()];
      ASSERT_EQ(map.erase(id), model.erase(id) == 1);
    }
    const Id asked = ever[random() % ever.size()];
    const auto known = model.find(asked);
    const int* found = map.find(asked);
    ASSERT_EQ(found != nullptr, known != model.end());
    if (found != nullptr) {
      ASSERT_EQ(*found, known->second);
    }
    ASSERT_EQ(map.size(), model.size());
  }
}

}  // namespace
}  // namespace courtside
