// Goal: after a kill at any moment, acknowledged commands are in the log and no command is there by
// half.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>

#include "eventlog/sequencer/event_log.h"
#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

// Runs the writer until it has acknowledged at least `lines_min` commands and `extra_us` longer,
// kills it, and returns its output.
std::string run_and_kill(const std::string& folder, std::uint64_t first, std::size_t lines_min,
                         unsigned extra_us) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string program = CRASH_WRITER;
  std::string path = folder;
  std::string number = std::to_string(first);
  char* arguments[] = {program.data(), path.data(), number.data(), nullptr};
  pid_t pid = 0;
  // Spawned, not forked: this process may have a database open.
  EXPECT_EQ(posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string said;
  const auto read_more = [&] {
    char buffer[65536];
    const ssize_t count = read(ends[0], buffer, sizeof(buffer));
    if (count > 0) said.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  };
  while (std::count(said.begin(), said.end(), '\n') < static_cast<std::ptrdiff_t>(lines_min)) {
    if (!read_more()) break;  // it ended on its own
  }
  usleep(extra_us);  // the moment of the kill is what varies
  kill(pid, SIGKILL);
  while (read_more()) continue;
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
  said.resize(said.rfind('\n') + 1);
  return said;
}

TEST(Crash, TwentyKillsLoseNothingAndHalveNothing) {
  const TempFolder folder;
  std::mt19937_64 random(7);
  std::map<std::uint64_t, std::uint64_t> acknowledged;  // first offset -> number
  std::uint64_t last_number = 0;
  for (int round = 0; round < 20; ++round) {
    const std::string said = run_and_kill(folder.path(), last_number + 100'000, 50 + random() % 800,
                                          static_cast<unsigned>(random() % 20'000));
    const char* at = said.c_str();
    while (*at != '\0') {
      char* end = nullptr;
      const std::uint64_t offset = std::strtoull(at, &end, 10);
      last_number = std::strtoull(end, &end, 10);
      ASSERT_TRUE(acknowledged.emplace(offset, last_number).second) << "offset given twice";
      at = end + 1;
    }
    const auto log = open_log({.path = folder.path(), .segment_events_max = 500});
    const OffsetRange held = log->held();
    ASSERT_FALSE(acknowledged.empty());
    ASSERT_GE(held.end.value(), acknowledged.rbegin()->first + 3);
    ASSERT_EQ((held.end.value() - 1) % 3, 0u) << "half a command";

    const auto scan = log->scan(held, Direction::kAscending);
    std::uint64_t offset = held.begin.value();
    for (;;) {
      const auto next = scan->next();
      ASSERT_TRUE(next) << next.error().message;
      if (!*next) break;
      const Record record = **next;
      ASSERT_EQ(record->offset(), Offset(offset));
      const auto command = acknowledged.find(offset - (offset - 1) % 3);
      if (command != acknowledged.end()) {
        const char letter = static_cast<char>('a' + (offset - 1) % 3);
        ASSERT_EQ(record->event().id(), std::to_string(command->second) + letter);
      }
      // The index agrees with the record, both in files and in memory.
      ASSERT_EQ(*log->find(key_of(record->event().id())), Offset(offset));
      ++offset;
    }
    ASSERT_EQ(Offset(offset), held.end);
    ASSERT_EQ(describe(*log->postings(channel_term("user:1"), held, Direction::kAscending)), [&] {
      std::vector<Offset> second;
      for (Offset o = held.begin; o < held.end; o = next(o)) {
        if (o.value() % 3 == 2) second.push_back(o);
      }
      return describe(second);
    }());
    ASSERT_EQ(log->subject("user:1")->version, (held.end.value() - 1) / 3);
  }
}

}  // namespace
}  // namespace courtside
