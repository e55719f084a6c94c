// Goal: shared bytes live as long as any slice of them, and never change.
#include "base/bytes.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(SharedBytes, AreEmptyUntilTheyHoldSomething) {
  const SharedBytes none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.view(), "");
}

TEST(SharedBytes, ShareOneBlockBetweenCopies) {
  const SharedBytes first(std::string("frame bytes that are too long to be held inline"));
  const SharedBytes second = first;
  EXPECT_EQ(first.view().data(), second.view().data());
}

TEST(SharedBytes, OutliveTheOneWhoMadeThem) {
  SharedBytes kept;
  {
    const SharedBytes made(std::string("short"));  // stored inline: the view must not dangle
    kept = made;
  }
  EXPECT_EQ(kept.view(), "short");
}

TEST(SharedBytes, LoseTheirBeginningEachForItself) {
  const SharedBytes whole(std::string("0123456789"));
  SharedBytes rest = whole;
  rest.remove_prefix(4);
  EXPECT_EQ(rest.view(), "456789");
  rest.remove_prefix(6);
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(whole.view(), "0123456789");
}

TEST(SharedBytes, MayBeASliceOfABlockThatOthersOwn) {
  auto block = std::make_shared<const std::string>("head|body|tail");
  const SharedBytes body(block, std::string_view(*block).substr(5, 4));
  EXPECT_EQ(body.view(), "body");
  EXPECT_EQ(block.use_count(), 2);
  block.reset();
  EXPECT_EQ(body.view(), "body");
}

}  // namespace
}  // namespace courtside
