// The vocabulary of the event log's tests: short events, verdicts as text, temporary folders.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/hash.h"
#include "eventlog/fold.h"
#include "eventlog/sequencer/event_log.h"
#include "tests/support/memory_log.h"

namespace courtside::story {

// A temporary folder, removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// An event from source "/test" of type "test.happened".
struct EventSpec {
  std::string id;
  std::string subject = "booking:b1";
  std::vector<std::string> channels = {};  // empty: only the subject
  std::optional<std::uint64_t> expected_version = {};
  std::size_t data_bytes = 0;
};
NewEvent event(const EventSpec& spec);
Append append(const std::vector<EventSpec>& specs);
Hash128 key_of(std::string_view id);

// "1v1 new" (offset, subject version) or "1v1 again" for each event; or "event 0 expected 3, is 1";
// or the name of a code.
std::string describe(const Verdict& verdict);
std::string describe(OffsetRange range);                // "1..4": both ends included; "none"
std::string describe(const std::vector<Offset>& list);  // "1 2 5"
std::string describe(const std::vector<Record>& records);
std::string describe(SubjectState state);  // "v3 first 1 last 7"

// All results of a scan, and the code's name if it ends with an error.
std::string describe(OffsetScan& scan);
std::string describe(RecordScan& scan);

// Commits these commands as one group; returns the verdicts, separated by "; ".
std::string commit(EventLog& log, const std::vector<Command>& commands, Timestamp now = {});
std::string commit(MemoryLog& log, const std::vector<Command>& commands, Timestamp now = {});

// Reads a file's bytes, and replaces them.
std::string file_bytes(const std::filesystem::path& path);
void overwrite_file(const std::filesystem::path& path, const std::string& bytes);
// The newest file with this extension in the folder; empty when there is none.
std::filesystem::path newest_file(const std::string& folder, const std::string& extension);

// Opens the log, or fails the test.
std::unique_ptr<EventLog> open_log(const EventLogOptions& options);
// The error code of opening; empty on success.
std::string open_error(const EventLogOptions& options);

// Waits until the condition holds, at most ten seconds.
template <typename Condition>
bool eventually(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace courtside::story
