// Goal: what a batch changes in rights is found once, with the records that nothing may pass before
// rights are looked at again.
#include "engine/server/commit.h"

#include <gtest/gtest.h>

#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

class CommitTest : public ::testing::Test {
 protected:
  NewEvent event(std::string_view type, std::string_view data) {
    const std::string id = std::to_string(++last_id_);
    NewEvent made;
    made.event = build_event({.id = id,
                              .source = "/test",
                              .type = type,
                              .subject = "thing:1",
                              .data_kind = DataKind::kJson,
                              .data = data});
    made.key = hash128("/test", id);
    made.channels = {"user:1"};
    return made;
  }

  SharedCommit commit(std::vector<NewEvent> events) {
    Append append;
    append.events = std::move(events);
    return make_commit(std::make_shared<const Batch>(small_.commit(std::move(append))));
  }

 private:
  fixtures::SmallLog small_;
  int last_id_ = 0;
};

TEST_F(CommitTest, MostBatchesChangeNothing) {
  const SharedCommit made = commit({event("test.happened", "{}"), event("test.happened", "{}")});
  EXPECT_EQ(made->batch->size(), 2u);
  EXPECT_TRUE(made->rights.changes.empty());
  EXPECT_TRUE(made->rights.barriers.empty());
}

TEST_F(CommitTest, AChangeThatEndsRightsIsABarrier) {
  const SharedCommit made = commit({
      event("test.happened", "{}"),
      event("booking.created", R"({"bookingId":"b1"})"),  // nobody could read it before
      event("chat.participant_removed", R"({"roomId":"r1","accountId":"7"})"),
      event("test.happened", "{}"),
      event("session.revoked", R"({"accountId":"7"})"),
  });
  const CommitRights& rights = made->rights;
  ASSERT_EQ(rights.changes.size(), 3u);
  EXPECT_EQ(rights.changes[0].index, 1u);
  EXPECT_EQ(rights.changes[0].change.fact, (FactKey{FactKind::kBooking, "b1"}));
  EXPECT_EQ(rights.changes[1].index, 2u);
  EXPECT_EQ(rights.changes[2].index, 4u);

  EXPECT_EQ(rights.barriers, (std::vector<std::size_t>{2, 4}));
  ASSERT_EQ(rights.ending.size(), 2u);
  EXPECT_EQ(rights.ending[0].fact, (FactKey{FactKind::kRoom, "r1"}));
  EXPECT_FALSE(rights.ending[0].revokes_credentials);
  EXPECT_EQ(rights.ending[1].fact, (FactKey{FactKind::kAccount, "7"}));
  EXPECT_TRUE(rights.ending[1].revokes_credentials);
}

}  // namespace
}  // namespace courtside
