// The story of crash_writer: what it acknowledged before it was ended, and whether the log still
// has that. Threads: one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "eventlog/sequencer/event_log.h"

namespace courtside::story {

// crash_writer (its output has a line for each acknowledged command), as a child process.
class CrashWriter {
 public:
  // `environment` entries ("NAME=value") are added to this process's environment.
  CrashWriter(const std::string& folder, std::uint64_t first_number,
              const std::vector<std::string>& environment = {});
  CrashWriter(const CrashWriter&) = delete;
  CrashWriter& operator=(const CrashWriter&) = delete;
  ~CrashWriter() { end(); }

  // Until it has printed so many lines or has ended.
  void wait_for_lines(std::size_t lines_min);
  // Kills it if it still runs. Returns whole lines, and whether the kill ended it.
  std::string end();
  bool was_killed() const { return was_killed_; }

 private:
  bool read_more();

  pid_t pid_ = 0;
  int output_ = -1;
  std::string said_;
  bool was_killed_ = false;
};

class AcknowledgedLog {
 public:
  // The lines of a writer. Returns what is wrong with them; empty: nothing.
  std::string add(const std::string& lines);
  // The number with which the next writer begins: never one that was used.
  std::uint64_t next_number() const { return last_number_ + 100'000; }
  std::size_t count() const { return acknowledged_.size(); }
  // Forgets everything: the next writer has an empty folder.
  void clear() { acknowledged_.clear(); }

  // Compares the log with everything that was acknowledged: it is at its place, whole, and only
  // there, and the index agrees. Returns the first thing that is wrong; empty: nothing.
  std::string check(const EventLog& log) const;

 private:
  std::string check_record(const EventLog& log, const Record& record) const;

  std::map<std::uint64_t, std::uint64_t> acknowledged_;  // first offset -> number
  std::uint64_t last_number_ = 0;
};

}  // namespace courtside::story
