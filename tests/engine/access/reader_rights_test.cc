// Goal: a reader's right is rechecked when it is time; an unknown right pauses the reader, and is
// refused only after a while.
#include "engine/access/reader_rights.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

using Answer = ReaderRights::Answer;

constexpr std::uint64_t kRecheckMs = 60'000;

Result<ReadGrant> granted() { return ReadGrant{}; }
Result<ReadGrant> refused() { return fail(Code::forbidden, "no"); }
Result<ReadGrant> unknown() { return fail(Code::overloaded, "the database does not answer"); }

TEST(ReaderRights, AreAskedForAgainEveryNowAndThen) {
  ReaderRights rights(1000, kRecheckMs);
  EXPECT_FALSE(rights.is_due(1000 + kRecheckMs - 1));
  EXPECT_TRUE(rights.is_due(1000 + kRecheckMs));
  rights.ask(1);
  EXPECT_FALSE(rights.is_due(1000 + 2 * kRecheckMs)) << "its answer is awaited";
  EXPECT_EQ(rights.on_answer(granted(), 70'000), Answer::kGranted);
  EXPECT_FALSE(rights.is_due(70'000 + kRecheckMs - 1));
  EXPECT_TRUE(rights.is_due(70'000 + kRecheckMs));
}

TEST(ReaderRights, ThatAreRefusedEnd) {
  ReaderRights rights(0, kRecheckMs);
  rights.ask(1);
  EXPECT_EQ(rights.on_answer(refused(), 1), Answer::kRefused);
}

TEST(ReaderRights, ThatAreUnknownAreAskedForAtEachTickAndAreRefusedInTheEnd) {
  ReaderRights rights(0, kRecheckMs);
  rights.ask(1);
  EXPECT_EQ(rights.on_answer(unknown(), 100), Answer::kUnknown);
  EXPECT_TRUE(rights.is_due(100));
  rights.ask(2);
  EXPECT_FALSE(rights.is_due(5000)) << "its answer is awaited";
  EXPECT_EQ(rights.on_answer(unknown(), 100 + ReaderRights::kUnknownMsMax - 1), Answer::kUnknown);
  rights.ask(3);
  EXPECT_EQ(rights.on_answer(unknown(), 100 + ReaderRights::kUnknownMsMax), Answer::kRefused);
}

TEST(ReaderRights, ThatAreKnownAgainHaveTheirWholeTimeNextTime) {
  ReaderRights rights(0, kRecheckMs);
  rights.ask(1);
  EXPECT_EQ(rights.on_answer(unknown(), 0), Answer::kUnknown);
  rights.ask(2);
  EXPECT_EQ(rights.on_answer(granted(), 9000), Answer::kGranted);
  rights.ask(3);
  EXPECT_EQ(rights.on_answer(unknown(), 12'000), Answer::kUnknown);
}

TEST(ReaderRights, ConcernAnAccountOrAChannel) {
  Identity reader;
  reader.kind = Identity::Kind::kAccount;
  reader.actor = "42";
  RightsChange change{.fact = {.kind = FactKind::kAccount, .id = "42"}};
  EXPECT_TRUE(concerns(change, reader, {}));
  change.fact.id = "43";
  EXPECT_FALSE(concerns(change, reader, {"user:43"}));
  reader.kind = Identity::Kind::kService;
  reader.actor = "43";
  EXPECT_FALSE(concerns(change, reader, {})) << "a service of the same name";
  change.fact = {.kind = FactKind::kRoom, .id = "r"};
  EXPECT_TRUE(concerns(change, reader, {"user:1", "chat:r"}));
  EXPECT_FALSE(concerns(change, reader, {"chat:q"}));
}

TEST(ReaderRights, EndWithTheTokenAndItsLeeway) {
  Identity reader;
  EXPECT_FALSE(has_expired(reader, 1'000'000, 0));
  reader.expires_s = 100;
  EXPECT_FALSE(has_expired(reader, 104, 5));
  EXPECT_TRUE(has_expired(reader, 105, 5));
}

}  // namespace
}  // namespace courtside
