// Goal: the fold's verdicts depend only on the commands, and a refused command leaves no trace.
#include "eventlog/fold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

// The tests look at the last commit's batch, so they fold directly.
Batch fold(const MemoryLog& log, const std::vector<Command>& commands, Timestamp now = {}) {
  Fold fold(log, log.place(), now);
  for (const Command& command : commands) EXPECT_TRUE(fold.apply(command));
  return fold.take();
}

TEST(Fold, NewEventsTakeTheNextOffsetsAndTheirSubjectsNextVersions) {
  MemoryLog log("e");
  EXPECT_EQ(commit(log, {append({{"a"}, {"b"}}), append({{"c", "user:1"}})}),
            "1v1 new 2v2 new; 3v1 new");
  EXPECT_EQ(commit(log, {append({{"d"}})}), "4v3 new");
  EXPECT_EQ(describe(*log.subject("booking:b1")), "v3 first 1 last 4");
  EXPECT_EQ(describe(log.held()), "1..4");
}

TEST(Fold, ARepeatAnswersTheFirstWhateverElseItCarries) {
  MemoryLog log("e");
  commit(log, {append({{"a"}})});
  EXPECT_EQ(commit(log, {append({{.id = "a", .expected_version = 7}})}), "1v1 again");
  EXPECT_EQ(commit(log, {append({{.id = "a", .subject = "user:9"}})}), "1v1 again");
  // In the same batch, and in the same command.
  EXPECT_EQ(commit(log, {append({{"b"}}), append({{"b"}, {"c"}, {"c"}})}),
            "2v2 new; 2v2 again 3v3 new 3v3 again");
  EXPECT_EQ(describe(log.held()), "1..3");
}

TEST(Fold, AnIdCountsPerSource) {
  MemoryLog log("e");
  commit(log, {append({{"a"}})});
  Append other = append({{"a"}});
  other.events[0].key = hash128("/other", "a");
  EXPECT_EQ(commit(log, {other}), "2v2 new");
}

TEST(Fold, AnExpectationHoldsAgainstWhatTheBatchHasSoFar) {
  MemoryLog log("e");
  EXPECT_EQ(commit(log, {append({{.id = "a", .expected_version = 0}}),
                         append({{.id = "b", .expected_version = 0}}),
                         append({{.id = "c", .expected_version = 1}}),
                         append({{.id = "d", .expected_version = 1}})}),
            "1v1 new; event 0 expected 0, is 1; 2v2 new; event 0 expected 1, is 2");
  EXPECT_EQ(commit(log, {append({{.id = "e", .expected_version = 3}})}),
            "event 0 expected 3, is 2");
  EXPECT_EQ(commit(log, {append({{.id = "f", .expected_version = 2}})}), "3v3 new");
}

TEST(Fold, AConflictRefusesItsWholeCommandAndLeavesNoTrace) {
  MemoryLog with("e");
  MemoryLog without("e");
  const Append first = append({{"a"}});
  const Append refused = append({{.id = "x", .subject = "user:1", .channels = {"venue:1"}},
                                 {.id = "a"},
                                 {.id = "y"},
                                 {.id = "z", .subject = "user:1", .expected_version = 9}});
  const Append after = append({{"y"}, {"x", "user:1"}});
  Batch one = fold(with, {first, refused, after});
  const Batch other = fold(without, {first, after});
  EXPECT_EQ(describe(one.verdicts[1]), "event 3 expected 9, is 1");
  // Except for its verdict, the batch equals the one without the command.
  one.verdicts.erase(one.verdicts.begin() + 1);
  EXPECT_EQ(*one.storage, *other.storage);
  EXPECT_EQ(one.begins, other.begins);
  EXPECT_EQ(one.terms.size(), other.terms.size());
  EXPECT_EQ(one.index_entries.size(), other.index_entries.size());
  EXPECT_EQ(describe(one.range), describe(other.range));
  EXPECT_EQ(describe(one.verdicts[1]), describe(other.verdicts[1]));
}

TEST(Fold, ARefusedIdIsNewWhenItComesAgain) {
  MemoryLog log("e");
  EXPECT_EQ(commit(log, {append({{"a"}, {.id = "b", .expected_version = 9}}), append({{"a"}})}),
            "event 1 expected 9, is 1; 1v1 new");
}

TEST(Fold, ADropForgetsIdsAndKeepsVersions) {
  MemoryLog log("e");
  commit(log, {append({{"a"}, {"b"}, {"c"}})});
  EXPECT_EQ(commit(log, {Drop{Offset(3)}, append({{"a"}, {"c"}})}), "4v4 new 3v3 again");
  EXPECT_EQ(describe(log.held()), "3..4");
  EXPECT_EQ(describe(*log.subject("booking:b1")), "v4 first 1 last 4");
  // Within one batch too: the drop forgets the earlier event.
  EXPECT_EQ(commit(log, {append({{"d"}}), Drop{Offset(6)}, append({{"d"}})}), "5v5 new; 6v6 new");
  EXPECT_EQ(describe(log.held()), "6..6");
}

TEST(Fold, ADropStaysWithinTheLog) {
  MemoryLog log("e");
  commit(log, {append({{"a"}, {"b"}})});
  commit(log, {Drop{Offset(2)}});
  commit(log, {Drop{Offset(1)}});
  EXPECT_EQ(describe(log.held()), "2..2");
  commit(log, {Drop{Offset(1000)}});
  EXPECT_EQ(describe(log.held()), "none");
  EXPECT_EQ(commit(log, {append({{"c"}})}), "3v3 new");
}

TEST(Fold, RecordedTimeNeverGoesBack) {
  MemoryLog log("e");
  commit(log, {append({{"a"}})}, Timestamp(1000));
  commit(log, {append({{"b"}})}, Timestamp(500));
  commit(log, {append({{"c"}})}, Timestamp(1001));
  std::string times;
  const auto records = log.read({Offset(1), Offset(2), Offset(3)});
  for (const Record& record : *records) {
    times += std::to_string(record->recorded().value()) + ' ';
  }
  EXPECT_EQ(times, "1000 1000 1001 ");
}

TEST(Fold, TimeDoesNotMoveWithoutAnEvent) {
  MemoryLog log("e");
  commit(log, {append({{"a"}})}, Timestamp(1000));
  const FoldPlace before = log.place();
  Fold repeat(log, before, Timestamp(9000));
  ASSERT_TRUE(repeat.apply(append({{"a"}})));
  EXPECT_EQ(repeat.place(), before);
}

TEST(Fold, BytesBeforeAddUpOverRecordsAndBatches) {
  MemoryLog log("e");
  commit(log, {append({{.id = "a", .data_bytes = 100}, {"b"}})});
  commit(log, {append({{"c"}}), Drop{Offset(2)}});
  const auto records = log.read({Offset(2), Offset(3)});
  ASSERT_EQ(records->size(), 2u);
  const RecordView second = (*records)[0].view();
  const RecordView third = (*records)[1].view();
  EXPECT_GT(second.bytes_before(), 100u);
  EXPECT_EQ(third.bytes_before(), second.bytes_through());
  EXPECT_EQ(log.place().bytes_through, third.bytes_through());
}

TEST(Fold, TermsAreSortedAndSayWhereEachIs) {
  MemoryLog log("e");
  const Batch batch = fold(log, {append({{"a", "booking:b1", {"user:1", "user:2", "venue:7"}},
                                         {"b", "booking:b2", {"venue:8", "user:1", "venue:8"}}})});
  const auto has = [&batch](const std::string& term) {
    std::string out;
    for (const TermEntry& entry : batch.terms) {
      if (entry.term_hash == term_hash(term)) out += std::to_string(entry.index) + ' ';
    }
    return out;
  };
  EXPECT_EQ(has(channel_term("user:1")), "0 1 ");
  EXPECT_EQ(has(channel_term("user:2")), "0 ");
  EXPECT_EQ(has(channel_term("venue:8")), "1 ");
  EXPECT_EQ(has(channel_term("venue:*")), "0 1 ");
  EXPECT_EQ(has(subject_term("booking:b2")), "1 ");
  EXPECT_EQ(has(channel_term("booking:b2")), "");  // the subject, not a channel
  EXPECT_TRUE(std::is_sorted(
      batch.terms.begin(), batch.terms.end(), [](const TermEntry& a, const TermEntry& b) {
        return std::tie(a.term_hash, a.index) < std::tie(b.term_hash, b.index);
      }));
}

// New events, duplicates, wrong expected versions, and drops.
std::vector<Command> mixed_commands() {
  std::vector<Command> all;
  for (int i = 0; i < 50; ++i) {
    const std::string number = std::to_string(i % 30);  // some occur twice
    const int expected = i % 11 == 10 ? 999 : i - i / 11;
    all.emplace_back(append({{"a" + number, "booking:b" + std::to_string(i % 7)},
                             {.id = "b" + number,
                              .subject = "user:1",
                              .expected_version = static_cast<std::uint64_t>(expected)}}));
    if (i % 10 == 9) all.emplace_back(Drop{Offset(static_cast<std::uint64_t>(i) / 2)});
  }
  return all;
}

TEST(Fold, TheSameCommandsGiveTheSameBytesHoweverTheyAreCutIntoBatches) {
  const std::vector<Command> commands = mixed_commands();
  std::vector<std::string> logs;
  std::vector<std::string> verdicts;
  for (const std::size_t batch_size : {std::size_t{1}, std::size_t{7}, commands.size()}) {
    MemoryLog log("e");
    std::string said;
    for (std::size_t begin = 0; begin < commands.size(); begin += batch_size) {
      const std::size_t end = std::min(begin + batch_size, commands.size());
      const auto at = [&](std::size_t i) { return commands.begin() + static_cast<long>(i); };
      said += commit(log, {at(begin), at(end)}, Timestamp(5)) + '\n';
    }
    std::string bytes;
    const auto scan = log.scan(log.held(), Direction::kAscending);
    while (const auto record = *scan->next()) bytes += (*record)->bytes();
    logs.push_back(bytes);
    std::erase_if(said, [](char c) { return c == ';' || c == '\n' || c == ' '; });
    verdicts.push_back(said);
  }
  EXPECT_FALSE(logs[0].empty());
  EXPECT_EQ(logs[0], logs[1]);
  EXPECT_EQ(logs[0], logs[2]);
  EXPECT_EQ(verdicts[0], verdicts[1]);
  EXPECT_EQ(verdicts[0], verdicts[2]);
  EXPECT_NE(verdicts[0].find("expected"), std::string::npos);
  EXPECT_NE(verdicts[0].find("again"), std::string::npos);
}

// What these commands are answered when nothing can be written.
std::string fold_without_room(const MemoryLog& log, const std::vector<Command>& commands,
                              Batch* out = nullptr) {
  Fold fold(log, log.place(), Timestamp(), Error{Code::storage_full, "no room"});
  for (const Command& command : commands) EXPECT_TRUE(fold.apply(command));
  const FoldPlace place = fold.place();
  EXPECT_EQ(place.next, log.place().next);
  EXPECT_EQ(place.bytes_through, log.place().bytes_through);
  const Batch batch = fold.take();
  EXPECT_EQ(batch.size(), 0u);
  EXPECT_TRUE(batch.terms.empty());
  EXPECT_TRUE(batch.source_writes.empty());
  std::string said;
  for (const Verdict& verdict : batch.verdicts) {
    said += (said.empty() ? "" : "; ") + describe(verdict);
  }
  if (out != nullptr) *out = batch;
  return said;
}

TEST(Fold, WithoutRoomOnlyWhatWouldBeWrittenIsRefused) {
  MemoryLog log("e");
  commit(log, {append({{"a"}, {"b"}})});
  EXPECT_EQ(fold_without_room(log, {append({{"a"}}), append({{"c"}}), append({{"a"}, {"c"}}),
                                    append({{.id = "d", .expected_version = 9}}),
                                    append({{.id = "d", .expected_version = 2}}), append({})}),
            "1v1 again; storage_full; storage_full; event 0 expected 9, is 2; storage_full; ");
}

TEST(Fold, WithoutRoomASourceDoesNotMove) {
  MemoryLog log("e");
  Append step;
  step.step = SourceStep{.source = "shop", .from = "", .to = "1", .notes = {{"k", "v"}}};
  Append late = step;
  late.step->from = "7";
  EXPECT_EQ(fold_without_room(log, {step, late}), "storage_full; the source stands at ");
}

TEST(Fold, WithoutRoomADropIsApplied) {
  MemoryLog log("e");
  commit(log, {append({{"a"}, {"b"}})});
  Batch batch;
  EXPECT_EQ(fold_without_room(log, {Drop{Offset(2)}, append({{"a"}}), append({{"b"}})}, &batch),
            "storage_full; 2v2 again");
  EXPECT_EQ(batch.first_held, Offset(2));
}

// A log of which one id and one subject cannot be read.
class DamagedLog : public FoldState {
 public:
  explicit DamagedLog(const MemoryLog& log) : log_(log) {}

  Result<std::optional<Offset>> find(const Hash128& key) const override {
    if (key == key_of("bad")) return fail(code, "a block");
    return log_.find(key);
  }
  Result<SubjectState> subject(std::string_view subject) const override {
    if (subject == "bad:subject") return fail(code, "a block");
    return log_.subject(subject);
  }
  Result<std::uint64_t> subject_version_at(Offset offset) const override {
    return log_.subject_version_at(offset);
  }
  Result<std::string> source_place(std::string_view source) const override {
    return log_.source_place(source);
  }

  Code code = Code::data_corrupt;

 private:
  const MemoryLog& log_;
};

TEST(Fold, DamageRefusesTheCommandThatMeetsItAndNoOther) {
  MemoryLog log("e");
  commit(log, {append({{"a"}})});
  const DamagedLog damaged(log);
  Fold fold(damaged, log.place(), Timestamp());
  for (const Append& command : {append({{"b"}}), append({{"c"}, {"bad"}, {"d"}}),
                                append({{"e", "bad:subject"}}), append({{"c"}}), append({{"a"}})}) {
    EXPECT_TRUE(fold.apply(command));
  }
  const Batch batch = fold.take();
  std::string said;
  for (const Verdict& verdict : batch.verdicts) said += describe(verdict) + "; ";
  EXPECT_EQ(said, "2v2 new; data_corrupt; data_corrupt; 3v3 new; 1v1 again; ");
  EXPECT_EQ(batch.size(), 2u);
}

TEST(Fold, AnyOtherErrorEndsTheFold) {
  MemoryLog log("e");
  DamagedLog damaged(log);
  damaged.code = Code::internal;
  Fold fold(damaged, log.place(), Timestamp());
  EXPECT_FALSE(fold.apply(append({{"bad"}})));
}

}  // namespace
}  // namespace courtside
