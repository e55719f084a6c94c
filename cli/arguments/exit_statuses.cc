#include "cli/arguments/exit_statuses.h"

#include <algorithm>
#include <utility>

namespace courtside {
namespace {

bool has_option(const CommandInfo& command, const std::string& name) {
  return std::any_of(command.options.begin(), command.options.end(), [&](const OptionInfo& each) {
    return std::find(each.names.begin(), each.names.end(), name) != each.names.end();
  });
}

}  // namespace

const std::vector<ExitStatus>& exit_statuses() {
  static const std::vector<ExitStatus> statuses = {
      {0, kEveryCommand, "done"},
      {0, kServes, "stopped as asked"},
      {1, kAsksServer, "nothing was found, or there is no such thing"},
      {64, kEveryCommand, "the command line, or the request that it makes, is wrong"},
      {65, kServes | kHasFolder, "the log is damaged, or was written by a newer version"},
      {65, kHasFolder, "(`verify FILE`) the file is not what was exported"},
      {65, kAsksServer,
       "an event is not valid or too large, or its subject has another version than it expects; "
       "the "
       "log of the server is damaged"},
      {66, kServes | kHasFolder | kHasSettings,
       "the data folder, the configuration file or another file cannot be opened"},
      {66, kAsksServer,
       "a file cannot be opened; events at the position are gone, or the position is of another "
       "log"},
      {69, kServes, "the address is taken, or the next program of a restart cannot be executed"},
      {69, kHasFolder,
       "(`backup`, `connections`, `health`) the server that holds the folder cannot be reached"},
      {69, kAsksServer,
       "the server cannot be reached, has a certificate that does not hold, or is not Courtside; "
       "(`outbox status`) a source is refused"},
      {70, kServes | kAsksServer, "a defect of the server"},
      {71, kEveryCommand,
       "the system has no thread, memory or file descriptor left for this process"},
      {74, kEveryCommand, "a write or sync failed, or stdout takes no more"},
      {75, kServes | kHasFolder, "another process holds the data folder"},
      {75, kServes,
       "the disk can be written again and has more events than were shown: start again; or the "
       "folder is a copy on a disk that cannot be written"},
      {75, kAsksServer,
       "the server is busy, stops, does not answer in time, or its disk is full or read-only: try "
       "again later"},
      {77, kAsksServer, "the credential is not accepted, or may not do this"},
      {78, kServes | kHasFolder | kHasSettings, "the configuration is wrong"},
  };
  return statuses;
}

std::string kinds_text(std::uint8_t kinds) {
  if (kinds == kEveryCommand) return "every command";
  const std::pair<CommandKind, const char*> words[] = {
      {kServes, "`serve`"},
      {kAsksServer, "commands that ask a server"},
      {kHasFolder, "commands on a folder"},
      {kHasSettings, "commands that read settings"}};
  std::string out;
  for (const auto& [kind, word] : words) {
    if ((kinds & kind) != 0) out.append(out.empty() ? "" : ", ").append(word);
  }
  return out;
}

std::uint8_t kinds_of(const CommandInfo& command) {
  if (command.name == "serve") return kServes;
  unsigned kinds = 16;  // of every command
  if (has_option(command, "--token-file")) kinds |= kAsksServer;
  const bool has_settings = has_option(command, "--config");
  if (has_settings) kinds |= kHasSettings;
  // Those that take every setting as a flag only look at them.
  const bool is_on_folder = has_option(command, "--data") && !has_option(command, "--listen");
  if (has_settings && is_on_folder) kinds |= kHasFolder;
  return static_cast<std::uint8_t>(kinds);
}

}  // namespace courtside
