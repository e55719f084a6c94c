#include "acknowledged_log.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside::story {
namespace {

// Each command has three events.
constexpr std::uint64_t kEventsOfACommand = 3;

std::vector<char*> text_pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::string at(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

}  // namespace

CrashWriter::CrashWriter(const std::string& folder, std::uint64_t first_number,
                         const std::vector<std::string>& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<std::string> arguments = {CRASH_WRITER, folder, std::to_string(first_number)};
  std::vector<std::string> variables = environment;
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  // Spawned, not forked: this process may have a database open.
  const int error = posix_spawn(&pid_, CRASH_WRITER, &actions, nullptr,
                                text_pointers(arguments).data(), text_pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = ends[0];
  if (error != 0) throw std::runtime_error("the writer cannot be started");
}

bool CrashWriter::read_more() {
  char buffer[65536];
  const ssize_t count = read(output_, buffer, sizeof(buffer));
  if (count > 0) said_.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

void CrashWriter::wait_for_lines(std::size_t lines_min) {
  const auto lines = [this] { return std::count(said_.begin(), said_.end(), '\n'); };
  while (lines() < static_cast<std::ptrdiff_t>(lines_min) && read_more()) continue;
}

std::string CrashWriter::end() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    while (read_more()) continue;
    close(output_);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    was_killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    said_.resize(said_.rfind('\n') + 1);
  }
  return said_;
}

std::string AcknowledgedLog::add(const std::string& lines) {
  const char* text = lines.c_str();
  while (*text != '\0') {
    char* end = nullptr;
    const std::uint64_t offset = std::strtoull(text, &end, 10);
    last_number_ = std::strtoull(end, &end, 10);
    if (!acknowledged_.emplace(offset, last_number_).second) return "given twice:" + at(offset);
    text = end + 1;
  }
  return {};
}

std::string AcknowledgedLog::check_record(const EventLog& log, const Record& record) const {
  const std::uint64_t offset = record->offset().value();
  const std::uint64_t part = (offset - 1) % kEventsOfACommand;
  const std::string id(record->event().id());
  if (id.back() != static_cast<char>('a' + part)) return "half a command" + at(offset);
  const auto command = acknowledged_.find(offset - part);
  if (command != acknowledged_.end() &&
      id.substr(0, id.size() - 1) != std::to_string(command->second)) {
    return "another event" + at(offset) + ": " + id;
  }
  // The index agrees with the record, both in files and in memory.
  const auto found = log.find(key_of(id));
  if (!found) return found.error().message;
  if (*found != record->offset()) return id + " is not found" + at(offset);
  return {};
}

std::string AcknowledgedLog::check(const EventLog& log) const {
  const OffsetRange held = log.held();
  const std::uint64_t end = held.end.value();
  if (!acknowledged_.empty() && end < acknowledged_.rbegin()->first + kEventsOfACommand) {
    return "lost: the log ends" + at(end) + ", acknowledged was" +
           at(acknowledged_.rbegin()->first);
  }
  if ((end - 1) % kEventsOfACommand != 0) return "half a command" + at(end);

  const auto scan = log.scan(held, Direction::kAscending);
  std::vector<Offset> second;  // of user:1, the second event of each command
  for (Offset offset = held.begin; offset < held.end; offset = next(offset)) {
    const auto found = scan->next();
    if (!found) return found.error().message;
    if (!*found || (**found)->offset() != offset) return "a hole" + at(offset.value());
    if (std::string wrong = check_record(log, **found); !wrong.empty()) return wrong;
    if (offset.value() % kEventsOfACommand == 2) second.push_back(offset);
  }
  const auto postings = log.postings(channel_term("user:1"), held, Direction::kAscending);
  if (describe(*postings) != describe(second)) return "the postings of user:1 differ";
  const auto state = log.subject("user:1");
  if (!state) return state.error().message;
  if (state->version != (end - 1) / kEventsOfACommand) return "the version of user:1 differs";
  return {};
}

}  // namespace courtside::story
