#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "base/version.h"
#include "cli/commands/command_client.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/log_text.h"
#include "cli/commands/serving_at.h"
#include "engine/http/backup_endpoint.h"
#include "eventlog/backup/backup_log.h"
#include "eventlog/verify/backup_file.h"

namespace courtside {
namespace {

// A copy to another disk takes as long as it takes.
constexpr std::uint32_t kPatienceMs = 24 * 3600 * 1000;

Result<BackupMade> ask_for_backup(const ServingAt& at, const std::string& target) {
  const Result<Remote> server =
      open_remote({.url = at.url, .token = at.key, .token_file = {}, .ca_file = {}});
  if (!server) return fail(server.error());
  JsonObject body;
  body.text("target", target);
  const Result<std::string> answer = ask_server(*server, {.method = "POST",
                                                          .path = "/v1/backup",
                                                          .content_type = "application/json",
                                                          .body = body.take(),
                                                          .idle_ms = kPatienceMs});
  if (!answer && answer.error().code == Code::internal) {
    return fail(Code::write_failed, answer.error().message);
  }
  if (!answer) return fail(answer.error());
  const ServerWords words(*answer);
  const Offset first(words.number("first"));
  return BackupMade{.target = words.text("target"),
                    .log = {.epoch = words.text("epoch"),
                            .held = {first, next(Offset(words.number("last")))},
                            .sources = {},
                            .notes = {}}};
}

// By the server that holds the folder, or, where there is none, by ourselves. A stale serving.json
// may lead to a stranger: what that says counts only when the folder is held indeed, and that it
// was made only when it is there.
Result<BackupMade> back_up(const BackupCommand& command) {
  const auto at = serving_at(command.data);
  if (!at) return back_up_folder(command.data, command.target, kVersion);
  const bool was_there = is_backup(command.target);
  auto asked = ask_for_backup(*at, command.target);
  const bool is_made = !was_there && is_backup(command.target);
  if (asked && is_made) return asked;
  auto made = back_up_folder(command.data, command.target, kVersion);
  if (made || made.error().code != Code::data_in_use) return made;
  if (!asked) return asked;
  return fail(Code::unavailable, at->url + " answered, but made no backup");
}

// The bytes of the files in a folder; 0 where it is not there.
std::uint64_t size_of(const std::string& folder) {
  std::error_code error;
  std::uint64_t bytes = 0;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    std::error_code gone;  // files come and go while they are counted
    const std::uintmax_t size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

// Whoever makes the backup makes it in a folder that we see: how far it is shows there.
class Watch {
 public:
  Watch(ProgressLine& line, const BackupCommand& command)
      : line_(line),
        total_(size_of(command.data)),
        partial_(command.target + ".partial"),
        thread_([this] { run(); }) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLookEvery, [this] { return is_over_; })) {
      const std::uint64_t done = size_of(partial_);
      if (done == 0) continue;
      line_.show(
          {.doing = "copied", .unit = "bytes", .done = std::min(done, total_), .total = total_});
    }
  }

  static constexpr std::chrono::milliseconds kLookEvery{200};
  ProgressLine& line_;
  const std::uint64_t total_;
  const std::string partial_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace

int run_backup(const BackupCommand& command) {
  ProgressLine progress;
  const Result<BackupMade> made = [&] {
    const Watch watch(progress, command);
    return back_up(command);
  }();
  progress.clear();
  if (!made) return report(made.error());
  finish(progress, "backed up", made->log);
  if (command.output == OutputFormat::kTable) {
    std::printf("%s: %s\n", made->target.c_str(), log_text(made->log).c_str());
  } else {
    std::printf("%s\n", backup_answer(*made).c_str());
  }
  return 0;
}

}  // namespace courtside
