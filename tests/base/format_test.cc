// Goal: an id prints its number in a sentence; a time, which has a form of its own, is refused.
#include "base/format.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/timestamp.h"

namespace courtside {
namespace {

using Id = StrongId<struct IdTag, std::uint64_t>;
using SmallId = StrongId<struct SmallIdTag, std::uint8_t>;

static_assert(fmt::is_formattable<Id>());
static_assert(!fmt::is_formattable<Timestamp>());

TEST(Format, PutsTextsAndNumbersIntoASentence) {
  const std::string name = "k3f9";
  EXPECT_EQ(format("log {} has {} events: {}", name, 3, std::string_view("sound", 5)),
            "log k3f9 has 3 events: sound");
}

TEST(Format, PrintsAnIdAsItsNumber) {
  EXPECT_EQ(format("offset {}", Id(std::numeric_limits<std::uint64_t>::max())),
            "offset 18446744073709551615");
  const SmallId id(65);
  EXPECT_EQ(format("{} is no letter", id), "65 is no letter");
}

}  // namespace
}  // namespace courtside
