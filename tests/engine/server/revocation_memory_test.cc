// Goal: a revoked token stays revoked across every restart: whenever it was revoked, however much
// was committed later, whatever retention removed, and through a restore. An error aborts the
// start.
#include "engine/server/revocation_memory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/routing/publisher.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHourUs = 3600 * kSecond;

// A log whose pages cannot be read.
class BrokenLog : public LogReader {
 public:
  explicit BrokenLog(const LogReader& log) : log_(log) {}
  const std::string& epoch() const override { return log_.epoch(); }
  OffsetRange held() const override { return log_.held(); }
  Result<std::vector<Record>> read(const std::vector<Offset>&) const override { return broken(); }
  std::unique_ptr<RecordScan> scan(OffsetRange, Direction) const override {
    return std::make_unique<Scan<RecordScan, Record>>();
  }
  std::unique_ptr<OffsetScan> postings(std::string_view, OffsetRange, Direction) const override {
    return std::make_unique<Scan<OffsetScan, Offset>>();
  }
  Result<Offset> first_at_or_after(Timestamp) const override { return broken(); }
  Result<SubjectState> subject(std::string_view) const override { return broken(); }

 private:
  static tl::unexpected<Error> broken() { return fail(Code::data_corrupt, "a sector is gone"); }
  template <typename Base, typename Item>
  struct Scan : Base {
    Result<std::optional<Item>> next() override { return broken(); }
  };
  const LogReader& log_;
};

class RevocationMemoryTest : public ::testing::Test {
 protected:
  // Starts a server: only the log is left of earlier state.
  void start(bool with_database = true) {
    config.database.url = with_database ? "host=somewhere" : "";
    access = std::make_unique<Access>(
        config, rules, cache,
        [](std::string_view, std::int64_t) -> Result<Identity> { return Identity{}; });
    ASSERT_TRUE(memory.begin());
    const Result<void> loaded = memory.load(*access);
    ASSERT_TRUE(loaded) << loaded.error().message;
  }

  void happened(std::string_view type, std::string_view account) {
    const std::string id = std::to_string(++last_id);
    std::vector<IncomingEvent> events;
    const std::string data = "{\"accountId\":\"" + std::string(account) + "\"}";
    events.push_back({.event = build_event({.id = id,
                                            .source = "/test",
                                            .type = type,
                                            .subject = "account:" + std::string(account),
                                            .data_kind = DataKind::kJson,
                                            .data = data})});
    take(small.commit(*make_append(router, std::move(events), Identity{}, Author{})));
  }
  // Applies a commit as AccessControl does.
  void take(const Batch& batch) {
    const CommitRights rights = find_rights(batch);
    ASSERT_TRUE(memory.on_commit(batch, rights, *access));
    for (const CommitRights::Change& each : rights.changes) {
      access->on_change(each.change, batch.at(each.index).recorded());
    }
  }

  bool is_revoked(const std::string& account, std::int64_t issued_us) const {
    return access->revocations().is_revoked(account, Timestamp(issued_us));
  }

  Config config;
  fixtures::SmallLog small;
  const Router router = *Router::make(default_routes());
  const AccessRules rules = *AccessRules::make(config);
  FactCache cache{config.database, FactCache::Sources{}, [] { return std::uint64_t{0}; }};
  RevocationMemory memory{small.log, small.pages, small.log};
  std::unique_ptr<Access> access;
  int last_id = 0;
};

TEST_F(RevocationMemoryTest, ARestartForgetsNothingHoweverLongAgoItWas) {
  start();
  small.recorded = Timestamp(1000 * kHourUs);
  happened("session.revoked", "42");
  small.recorded = Timestamp(1030 * kHourUs);
  for (int i = 0; i < 200; ++i) happened("venue.updated", "v");
  start();
  EXPECT_TRUE(is_revoked("42", 997 * kHourUs));
  EXPECT_FALSE(is_revoked("42", 1001 * kHourUs));
  EXPECT_FALSE(is_revoked("43", 997 * kHourUs));
}

TEST_F(RevocationMemoryTest, ALogWithoutNotesIsLookedThrough) {
  access = std::make_unique<Access>(config, rules, cache, Access::Identify{});
  small.recorded = Timestamp(1000 * kHourUs);
  std::vector<IncomingEvent> events;
  events.push_back({.event = build_event({.id = "1",
                                          .source = "/test",
                                          .type = "session.revoked",
                                          .subject = "account:42",
                                          .data_kind = DataKind::kJson,
                                          .data = R"({"accountId":"42"})"})});
  small.commit(*make_append(router, std::move(events), Identity{}, Author{}));
  small.commit(5000, "other:1");
  start();
  EXPECT_TRUE(is_revoked("42", 997 * kHourUs));
}

TEST_F(RevocationMemoryTest, WhatRetentionDroppedStaysRevoked) {
  start();
  small.recorded = Timestamp(1000 * kHourUs);
  happened("session.revoked", "42");
  happened("venue.updated", "v");
  take(small.drop_below(3));
  ASSERT_TRUE(small.held().empty());
  start();
  EXPECT_TRUE(is_revoked("42", 997 * kHourUs));
  EXPECT_FALSE(is_revoked("43", 997 * kHourUs));
  EXPECT_FALSE(is_revoked("42", 1001 * kHourUs));
}

// The process was killed between an event and its note. The next start finds the event; the one
// after it has only the note.
TEST_F(RevocationMemoryTest, AnEventWithoutItsNoteGetsOneBeforeItIsDropped) {
  start();
  small.recorded = Timestamp(1000 * kHourUs);
  happened("session.revoked", "42");
  ASSERT_TRUE(small.log.write_notes({{.key = "revoked/42", .value = {}}}));
  start();
  take(small.drop_below(2));
  start();
  EXPECT_TRUE(is_revoked("42", 997 * kHourUs));
}

TEST_F(RevocationMemoryTest, ALogThatDroppedEventsBeforeThereWereNotesRefusesWhatIsOlder) {
  small.recorded = Timestamp(1000 * kHourUs);
  small.commit(10, "other:1");
  small.recorded = Timestamp(1010 * kHourUs);
  small.commit(1, "other:1");
  small.drop_below(11);
  for (int starts = 0; starts < 2; ++starts) {
    start();
    EXPECT_TRUE(is_revoked("anybody", 1009 * kHourUs));
    EXPECT_FALSE(is_revoked("anybody", 1011 * kHourUs));
  }
}

TEST_F(RevocationMemoryTest, ALogThatWasRestoredRefusesWhatIsOlder) {
  start();
  ASSERT_TRUE(small.log.write_notes(
      {{.key = std::string(kRestoredNote), .value = std::to_string(1000 * kHourUs + 1)}}));
  start();
  EXPECT_TRUE(is_revoked("anybody", 1000 * kHourUs - 1));
  EXPECT_FALSE(is_revoked("anybody", 1000 * kHourUs)) << "made in the same second";
}

TEST_F(RevocationMemoryTest, WithoutADatabaseARoleThatChangedRevokesToo) {
  start();
  small.recorded = Timestamp(1000 * kHourUs);
  happened("account.role_changed", "42");
  happened("venue.staff_removed", "43");
  take(small.drop_below(3));
  start();
  EXPECT_FALSE(is_revoked("42", 997 * kHourUs)) << "the database knows its role";
  start(/*with_database=*/false);
  EXPECT_TRUE(is_revoked("42", 997 * kHourUs));
  EXPECT_TRUE(is_revoked("43", 997 * kHourUs));
  EXPECT_FALSE(is_revoked("44", 997 * kHourUs));
}

TEST_F(RevocationMemoryTest, ALogThatCannotBeReadEndsTheStart) {
  start();
  happened("session.revoked", "42");
  const BrokenLog broken(small.log);
  const PageReader pages(broken, small.tail);
  const fixtures::SmallLog empty;
  const Tail no_tail(1 << 20);
  const PageReader broken_pages(broken, no_tail);
  RevocationMemory memory_of_broken(broken, broken_pages, small.log);
  const Result<void> loaded = memory_of_broken.load(*access);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::data_corrupt);
}

TEST_F(RevocationMemoryTest, ADamagedNoteEndsTheStart) {
  start();
  ASSERT_TRUE(small.log.write_notes({{.key = "revoked/42", .value = "yesterday"}}));
  const Result<void> loaded = memory.load(*access);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::data_corrupt);
}

}  // namespace
}  // namespace courtside
