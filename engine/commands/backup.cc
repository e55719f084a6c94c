#include "eventlog/backup.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/utf8.h"
#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "engine/commands/http.h"
#include "engine/commands/log_text.h"
#include "engine/http/backup_door.h"
#include "engine/server/serving_file.h"
#include "engine/version.h"
#include "eventlog/backup_file.h"

namespace courtside {
namespace {

// A copy to another disk takes as long as it takes.
constexpr std::uint32_t kPatienceMs = 24 * 3600 * 1000;

// Empty where no server says that it is here.
std::optional<ServingAt> serving_at(const std::string& data) {
  std::ifstream file(ServingFile::path(data));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!is_utf8(text)) return std::nullopt;
  const ServerWords words(text);
  if (words.text("url").empty()) return std::nullopt;
  return ServingAt{.url = words.text("url"), .key = words.text("key")};
}

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

}  // namespace

int run_backup(const BackupCommand& command) {
  const Result<BackupMade> made = back_up(command);
  if (!made) return report(made.error());
  if (command.output == OutputFormat::kTable) {
    std::printf("%s: %s\n", made->target.c_str(), log_text(made->log).c_str());
  } else {
    std::printf("%s\n", backup_answer(*made).c_str());
  }
  return 0;
}

}  // namespace courtside
