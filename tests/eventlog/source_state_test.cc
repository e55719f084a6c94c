// Goal: the notes of a source's reader are committed with its events or not at all, and an
// overtaken reader changes nothing.
#include "eventlog/source_state.h"

#include <gtest/gtest.h>

#include "eventlog/sequencer/event_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

Append step(std::string from, std::string to, const std::vector<EventSpec>& events,
            std::vector<SourceNote> notes = {}) {
  Append command = append(events);
  command.step = {.source = "platform",
                  .from = std::move(from),
                  .to = std::move(to),
                  .notes = std::move(notes)};
  return command;
}

// "position | key=value ..."
std::string remembered(const SourceState& state, std::string_view source = "platform") {
  std::string out = *state.source_place(source) + " |";
  for (const std::string_view prefix : {"a/", "b/"}) {
    const Result<std::vector<SourceNote>> notes = state.source_notes(source, prefix, 100);
    for (const SourceNote& note : *notes) {
      out += " " + note.key + "=" + note.value;
      EXPECT_EQ(*state.source_note(source, note.key), note.value);
    }
  }
  return out;
}

TEST(SourceState, APlaceMovesWithItsEventsAndFromWhereItStandsOnly) {
  MemoryLog log("e");
  EXPECT_EQ(remembered(log), " |");
  EXPECT_EQ(commit(log, {step("", "7:1", {{"a"}}, {{"a/x", "1"}, {"b/y", "2"}})}), "1v1 new");
  EXPECT_EQ(remembered(log), "7:1 | a/x=1 b/y=2");
  // Another reader of the source, which also began at the beginning.
  EXPECT_EQ(commit(log, {step("", "7:2", {{"b"}}, {{"a/x", "9"}})}), "the source stands at 7:1");
  EXPECT_EQ(remembered(log), "7:1 | a/x=1 b/y=2");
  EXPECT_EQ(describe(log.held()), "1..1");
  // A note deleted, one replaced, one added; another source has a state of its own.
  EXPECT_EQ(commit(log, {step("7:1", "8:1", {}, {{"a/x", ""}, {"b/y", "3"}, {"b/z", "4"}})}), "");
  EXPECT_EQ(remembered(log), "8:1 | b/y=3 b/z=4");
  EXPECT_EQ(remembered(log, "plat"), " |");
}

TEST(SourceState, WithinABatchAStepStartsWhereTheLastOneEnded) {
  MemoryLog log("e");
  EXPECT_EQ(commit(log, {step("", "1", {{"a"}}), step("", "1", {{"b"}}), step("1", "2", {{"c"}})}),
            "1v1 new; the source stands at 1; 2v2 new");
  EXPECT_EQ(remembered(log), "2 |");
}

TEST(SourceState, AStepWhoseEventsConflictIsNotTaken) {
  MemoryLog log("e");
  EXPECT_EQ(commit(log, {step("", "1", {{.id = "a", .expected_version = 4}}, {{"a/x", "1"}})}),
            "event 0 expected 4, is 0");
  EXPECT_EQ(remembered(log), " |");
}

TEST(SourceState, AReopenedLogRemembersAlsoWhatCameWithoutEvents) {
  const TempFolder folder;
  const EventLogOptions options{.path = folder.path() + "/log"};
  {
    const auto log = open_log(options);
    commit(*log, {step("", "1", {{"a"}}, {{"a/x", "1"}, {"a/y", "1"}})});
    commit(*log, {step("1", "2", {}, {{"a/y", ""}, {"b/z", "5"}})});
    EXPECT_EQ(remembered(*log), "2 | a/x=1 b/z=5");
  }
  const auto log = open_log(options);
  EXPECT_EQ(remembered(*log), "2 | a/x=1 b/z=5");
  EXPECT_EQ(commit(*log, {step("1", "3", {{"b"}})}), "the source stands at 2");
  EXPECT_EQ(commit(*log, {step("2", "3", {{"b"}, {"a"}})}), "2v2 new 1v1 again");
  EXPECT_EQ(remembered(*log), "3 | a/x=1 b/z=5");
}

TEST(SourceState, NamesAreWordsThatFitIntoKeys) {
  for (const char* good : {"platform", "a", "eu-west_2"}) EXPECT_TRUE(is_source_name(good)) << good;
  for (const char* bad :
       {"", "A", "1a", "a/b", "a.b", "a b", "abcdefghijklmnopqrstuvwxyzabcdefg"}) {
    EXPECT_FALSE(is_source_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace courtside
