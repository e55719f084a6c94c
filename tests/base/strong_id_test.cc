// Goal: ids of two kinds do not mix; ids of one kind compare and hash like their numbers.
#include "base/strong_id.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>
#include <unordered_set>

namespace courtside {
namespace {

using Apple = StrongId<struct AppleTag, std::uint64_t>;
using Pear = StrongId<struct PearTag, std::uint64_t>;

static_assert(!std::is_convertible_v<Apple, Pear>);
static_assert(!std::is_constructible_v<Apple, Pear>);
static_assert(!std::is_convertible_v<std::uint64_t, Apple>);
static_assert(!std::is_convertible_v<Apple, std::uint64_t>);
static_assert(sizeof(Apple) == sizeof(std::uint64_t));

TEST(StrongId, ComparesAndHashesLikeItsNumber) {
  EXPECT_EQ(Apple().value(), 0u);
  EXPECT_EQ(Apple(7), Apple(7));
  EXPECT_LT(Apple(7), Apple(8));
  EXPECT_EQ((std::unordered_set<Apple>{Apple(1), Apple(2), Apple(1)}).size(), 2u);
}

}  // namespace
}  // namespace courtside
