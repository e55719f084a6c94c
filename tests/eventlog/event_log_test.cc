// Goal: after every kind of reopening, the log holds exactly the committed events, whole and in
// order.
#include "eventlog/sequencer/event_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <system_error>

#include "eventlog/term.h"
#include "tests/support/faulty_env.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

class EventLogTest : public testing::Test {
 protected:
  EventLogOptions options() const { return {.path = folder_.path() + "/log"}; }
  // Segments of a few events, so that most look-ups read files.
  EventLogOptions tiny_segments() const {
    EventLogOptions tiny = options();
    tiny.segment_events_max = 4;
    return tiny;
  }
  TempFolder folder_;
};

std::string postings(const EventLog& log, const std::string& term,
                     Direction direction = Direction::kAscending) {
  return describe(*log.postings(term, log.held(), direction));
}

TEST_F(EventLogTest, ANewLogIsEmptyAndHasAnEpochThatStays) {
  std::string epoch;
  {
    const auto log = open_log(options());
    epoch = log->epoch();
    EXPECT_EQ(epoch.size(), 6u);
    EXPECT_EQ(describe(log->held()), "none");
    EXPECT_EQ(log->place(), FoldPlace());
    EXPECT_EQ(describe(*log->scan({Offset(0), Offset(100)}, Direction::kAscending)), "");
  }
  EXPECT_EQ(open_log(options())->epoch(), epoch);
}

TEST_F(EventLogTest, AReopenedLogGoesOnWhereItStopped) {
  FoldPlace place;
  {
    const auto log = open_log(options());
    EXPECT_EQ(commit(*log, {append({{"a"}, {"b"}})}, Timestamp(70)), "1v1 new 2v2 new");
    place = log->place();
  }
  const auto log = open_log(options());
  EXPECT_EQ(log->place(), place);
  EXPECT_EQ(log->place().recorded, Timestamp(70));
  EXPECT_EQ(commit(*log, {append({{"c"}})}), "3v3 new");
  EXPECT_EQ(describe(*log->scan(log->held(), Direction::kAscending)), "1 2 3");
  EXPECT_EQ((*log->read({Offset(3)}))[0]->recorded(), Timestamp(70));
  EXPECT_EQ((*log->read({Offset(3)}))[0]->event().id(), "c");
}

TEST_F(EventLogTest, ASecondOpenerIsRefusedAndToldWhichFolder) {
  const auto log = open_log(options());
  const auto second = EventLog::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::data_in_use);
  EXPECT_NE(second.error().message.find(options().path), std::string::npos);
  EXPECT_EQ(commit(*log, {append({{"a"}})}), "1v1 new");
}

TEST_F(EventLogTest, AFolderThatCannotBeMadeIsNoInput) {
  EXPECT_EQ(open_error({.path = "/proc/nowhere/log"}), "no_input");
}

TEST_F(EventLogTest, ARepeatIsKnownInMemoryAfterARestartAndFromFiles) {
  {
    const auto log = open_log(options());
    commit(*log, {append({{"a"}})});
    EXPECT_EQ(commit(*log, {append({{"a"}})}), "1v1 again");
  }
  {
    const auto log = open_log(tiny_segments());
    EXPECT_EQ(commit(*log, {append({{"a"}})}), "1v1 again");
    for (const char* id : {"b", "c", "d", "e", "f", "g", "h"}) commit(*log, {append({{id}})});
    EXPECT_EQ(commit(*log, {append({{"a"}, {"d"}, {"h"}})}), "1v1 again 4v4 again 8v8 again");
  }
  const auto log = open_log(options());
  EXPECT_EQ(commit(*log, {append({{"a"}, {"d"}, {"h"}})}), "1v1 again 4v4 again 8v8 again");
  EXPECT_EQ(describe(log->held()), "1..8");
}

// Story: after a restart the rebuilt index used every record's key as if its scope were the source.
// The event of an account that reused another publisher's source and id was then lost as a
// duplicate.
TEST_F(EventLogTest, AnActorsIdsAreItsOwnAlsoAfterARestart) {
  const auto of_actor = [](const std::string& id) {
    NewEvent own = event({id});
    own.id_scope = IdScope::kActor;
    own.key = id_key(EventView(own.event), IdScope::kActor);
    return Append{.author = {}, .events = {own}};
  };
  {
    const auto log = open_log(options());
    EXPECT_EQ(commit(*log, {of_actor("a")}), "1v1 new");
    EXPECT_EQ(commit(*log, {of_actor("a")}), "1v1 again");
  }
  {
    const auto log = open_log(tiny_segments());
    EXPECT_EQ(commit(*log, {of_actor("a")}), "1v1 again");
    EXPECT_EQ(commit(*log, {append({{"a"}})}), "2v2 new");
    for (const char* id : {"b", "c", "d", "e", "f", "g"}) commit(*log, {append({{id}})});
  }
  const auto log = open_log(options());
  EXPECT_EQ(commit(*log, {of_actor("a"), append({{"a"}})}), "1v1 again; 2v2 again");
}

// Ids looked up together have the same offsets as alone: on disk, in memory, unknown, or dropped.
TEST_F(EventLogTest, IdsLookedUpTogetherAreThoseLookedUpAlone) {
  const auto log = open_log(tiny_segments());
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g", "h"}) commit(*log, {append({{id}})});
  commit(*log, {Drop{Offset(3)}});
  const std::vector<std::string> ids = {"h", "new", "d", "a", "b", "c", "h", "other", "g"};
  const auto say = [&] {
    std::string said;
    for (const std::string& id : ids) {
      const auto offset = log->find(key_of(id));
      EXPECT_TRUE(offset);
      said += *offset ? std::to_string((*offset)->value()) + " " : "- ";
    }
    return said;
  };
  const std::string alone = say();
  EXPECT_EQ(alone, "8 - 4 - - 3 8 - 7 ");
  std::vector<Hash128> keys;
  for (const std::string& id : ids) keys.push_back(key_of(id));
  ASSERT_TRUE(log->look_up(keys));
  EXPECT_EQ(say(), alone);

  // The looked-up offsets are out of date after the next commit.
  commit(*log, {append({{"new"}})});
  EXPECT_EQ(say(), "8 9 4 - - 3 8 - 7 ");
}

TEST_F(EventLogTest, PostingsAreWholeAcrossSegmentsAndFilesInBothDirections) {
  const auto log = open_log(tiny_segments());
  std::string even;
  std::string even_backwards;
  for (int i = 1; i <= 50; ++i) {
    const std::string number = std::to_string(i);
    commit(*log, {append({{"e" + number,
                           "booking:b" + number,
                           {i % 2 == 0 ? "user:even" : "user:odd", "venue:" + number}}})});
    if (i % 2 == 0) {
      even += (even.empty() ? "" : " ") + number;
      even_backwards = number + (even_backwards.empty() ? "" : " ") + even_backwards;
    }
    ASSERT_EQ(postings(*log, channel_term("user:even")), even);
    ASSERT_EQ(postings(*log, channel_term("user:even"), Direction::kDescending), even_backwards);
    ASSERT_EQ(postings(*log, channel_term("venue:" + number)), number);
  }
  EXPECT_EQ(postings(*log, channel_term("venue:1")), "1");
  EXPECT_EQ(postings(*log, subject_term("booking:b17")), "17");
  EXPECT_EQ(postings(*log, channel_term("user:nobody")), "");
  EXPECT_EQ(postings(*log, channel_term("user:eve")), "");  // a prefix of a term is another term
  const OffsetRange part{Offset(11), Offset(21)};
  EXPECT_EQ(describe(*log->postings(channel_term("user:even"), part, Direction::kAscending)),
            "12 14 16 18 20");
  EXPECT_EQ(describe(*log->postings(channel_term("user:*"), part, Direction::kDescending)),
            "20 19 18 17 16 15 14 13 12 11");
}

TEST_F(EventLogTest, SubjectsAreKnownFromMemoryAndFromFiles) {
  const auto log = open_log(tiny_segments());
  commit(*log, {append({{"old", "user:1"}})});
  for (int i = 0; i < 40; ++i) commit(*log, {append({{"n" + std::to_string(i), "user:2"}})});
  EXPECT_EQ(describe(*log->subject("user:1")), "v1 first 1 last 1");
  EXPECT_EQ(describe(*log->subject("user:2")), "v40 first 2 last 41");
  EXPECT_EQ(describe(*log->subject("user:3")), "v0 first 0 last 0");
  EXPECT_EQ(commit(*log, {append({{"new", "user:1"}})}), "42v2 new");
  EXPECT_EQ(describe(*log->subject("user:1")), "v2 first 1 last 42");
}

TEST_F(EventLogTest, ReadsGiveWhatIsHeldInTheOrderOfTheQuestion) {
  const auto log = open_log(options());
  std::vector<EventSpec> specs;
  for (int i = 1; i <= 200; ++i) specs.push_back({"e" + std::to_string(i)});
  commit(*log, {append(specs)});
  commit(*log, {Drop{Offset(10)}});
  const auto read = [&log](const std::vector<std::uint64_t>& numbers) {
    std::vector<Offset> offsets;
    for (const std::uint64_t number : numbers) offsets.emplace_back(number);
    return describe(*log->read(offsets));
  };
  EXPECT_EQ(read({}), "");
  EXPECT_EQ(read({0, 1, 9, 201, 5000}), "");
  EXPECT_EQ(read({9, 10, 11, 13}), "10 11 13");  // close together
  EXPECT_EQ(read({13, 11, 10, 9}), "13 11 10");
  EXPECT_EQ(read({10, 150, 200}), "10 150 200");                // far apart
  EXPECT_EQ(read({150, 10, 200, 10, 10}), "150 10 200 10 10");  // in no order
  EXPECT_EQ((*log->read({Offset(77)}))[0]->event().id(), "e77");
}

TEST_F(EventLogTest, ScansStayWithinTheirRangeAndTheLog) {
  const auto log = open_log(options());
  for (int i = 1; i <= 9; ++i) commit(*log, {append({{"e" + std::to_string(i)}})});
  commit(*log, {Drop{Offset(3)}});
  const OffsetRange all{Offset(0), Offset(1000)};
  EXPECT_EQ(describe(*log->scan(all, Direction::kAscending)), "3 4 5 6 7 8 9");
  EXPECT_EQ(describe(*log->scan(all, Direction::kDescending)), "9 8 7 6 5 4 3");
  EXPECT_EQ(describe(*log->scan({Offset(5), Offset(7)}, Direction::kAscending)), "5 6");
  EXPECT_EQ(describe(*log->scan({Offset(5), Offset(7)}, Direction::kDescending)), "6 5");
  EXPECT_EQ(describe(*log->scan({Offset(7), Offset(7)}, Direction::kAscending)), "");
  EXPECT_EQ(describe(*log->scan({Offset(1), Offset(3)}, Direction::kDescending)), "");
}

TEST_F(EventLogTest, ALongScanOfLargeRecordsMissesNone) {
  const auto log = open_log(options());
  std::vector<EventSpec> specs;
  for (int i = 0; i < 40; ++i) {
    specs.push_back({.id = std::to_string(i), .data_bytes = i % 8 == 0 ? 200'000u : 5'000u});
  }
  commit(*log, {append(specs)});
  for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
    const auto scan = log->scan(log->held(), direction);
    for (std::uint64_t i = 1; i <= 40; ++i) {
      const auto record = scan->next();
      ASSERT_TRUE(record && *record);
      const std::uint64_t expected = direction == Direction::kAscending ? i : 41 - i;
      ASSERT_EQ((**record)->offset(), Offset(expected));
      ASSERT_EQ((**record)->event().id(), std::to_string(expected - 1));
    }
    EXPECT_FALSE(*scan->next());
  }
}

TEST_F(EventLogTest, TimesFindOffsets) {
  const auto log = open_log(options());
  for (int i = 1; i <= 8; ++i) {
    commit(*log, {append({{"e" + std::to_string(i)}})}, Timestamp(i / 2 * 10));
  }  // 0 10 10 20 20 30 30 40
  commit(*log, {Drop{Offset(2)}});
  EXPECT_EQ(*log->first_at_or_after(Timestamp(-5)), Offset(2));
  EXPECT_EQ(*log->first_at_or_after(Timestamp(10)), Offset(2));
  EXPECT_EQ(*log->first_at_or_after(Timestamp(11)), Offset(4));
  EXPECT_EQ(*log->first_at_or_after(Timestamp(40)), Offset(8));
  EXPECT_EQ(*log->first_at_or_after(Timestamp(41)), Offset(9));
}

TEST_F(EventLogTest, DroppedIdsAreForgottenAlsoAfterARestart) {
  {
    const auto log = open_log(tiny_segments());
    for (int i = 1; i <= 30; ++i) commit(*log, {append({{"e" + std::to_string(i)}})});
    commit(*log, {Drop{Offset(21)}});
    EXPECT_EQ(commit(*log, {append({{"e20"}, {"e21"}})}), "31v31 new 21v21 again");
    EXPECT_EQ(postings(*log, subject_term("booking:b1")), "21 22 23 24 25 26 27 28 29 30 31");
  }
  const auto log = open_log(tiny_segments());
  EXPECT_EQ(describe(log->held()), "21..31");
  EXPECT_EQ(commit(*log, {append({{"e1"}, {"e20"}, {"e30"}})}),
            "32v32 new 31v31 again 30v30 again");
}

TEST_F(EventLogTest, SubjectVersionsOutliveTheirEventsAndARestart) {
  // Everything is dropped before the index is written to files. It must still be rebuilt, however
  // eagerly space is reclaimed.
  EventLogOptions eager = options();
  eager.reclaim_bytes_min = 1;
  {
    const auto log = open_log(eager);
    commit(*log, {append({{"a"}, {"b"}}), Drop{Offset(3)}});
    ASSERT_TRUE(log->reclaim());
  }
  {
    const auto log = open_log(options());
    EXPECT_EQ(describe(log->held()), "none");
    EXPECT_EQ(describe(*log->subject("booking:b1")), "v2 first 1 last 2");
    EXPECT_EQ(commit(*log, {append({{.id = "a", .expected_version = 2}})}), "3v3 new");
  }
  EXPECT_EQ(describe(*open_log(options())->subject("booking:b1")), "v3 first 1 last 3");
}

TEST_F(EventLogTest, ReclaimFreesTheDiskAndTakesNothingThatIsHeld) {
  const auto disk_bytes = [this] {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options().path)) {
      std::error_code gone;  // a file may be removed between being listed and being measured
      const std::uintmax_t size = std::filesystem::file_size(entry.path(), gone);
      if (entry.path().extension() == ".sst" && !gone) bytes += size;
    }
    return bytes;
  };
  // Each reopening writes the write-ahead log to a file; after several of them RocksDB moves the
  // files to a level where whole files can be removed.
  std::uint64_t events = 0;
  const auto append_one = [&events](EventLog& log) {
    commit(log, {append({{.id = std::to_string(++events), .data_bytes = 200'000}})});
  };
  for (int round = 0; round < 6; ++round) {
    const auto log = open_log(tiny_segments());
    for (int i = 0; i < 10; ++i) append_one(*log);
  }
  const auto log = open_log(tiny_segments());
  const std::uintmax_t full = disk_bytes();
  ASSERT_GT(full, 6'000'000u);
  commit(*log, {Drop{Offset(51)}});
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(log->reclaim());
    append_one(*log);  // the index files for dropped events are written with later ones
    return disk_bytes() < full / 2;
  }));
  EXPECT_EQ(describe(log->held()), "51.." + std::to_string(events));
  const std::string all = describe(*log->scan(log->held(), Direction::kAscending));
  EXPECT_TRUE(all.starts_with("51 52 ") && all.ends_with(' ' + std::to_string(events))) << all;
  EXPECT_EQ(describe(*log->subject("booking:b1")),
            'v' + std::to_string(events) + " first 1 last " + std::to_string(events));
}

TEST_F(EventLogTest, AfterAFailedCommitNothingIsAcceptedAnyMore) {
  FaultyEnv disk;
  EventLogOptions on_it = options();
  on_it.env = &disk;
  const auto log = open_log(on_it);
  commit(*log, {append({{"a"}})});
  disk.fail_once(disk.calls() + 1);
  EXPECT_EQ(commit(*log, {append({{"b"}})}), "write_failed");
  EXPECT_TRUE(disk.has_failed());
  // The disk is well again. What it holds of the failed commit is not known, so nothing is added.
  EXPECT_EQ(commit(*log, {append({{"c"}})}), "write_failed");
  EXPECT_EQ(describe(log->held()), "1..1");
  EXPECT_EQ(describe(*log->scan({Offset(0), Offset(9)}, Direction::kAscending)), "1");
}

}  // namespace
}  // namespace courtside
