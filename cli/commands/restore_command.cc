#include <cstdio>

#include "cli/commands/commands.h"
#include "cli/commands/log_text.h"
#include "cli/terminal/progress_line.h"
#include "eventlog/backup/backup_log.h"

namespace courtside {

int run_restore(const RestoreCommand& command) {
  ProgressLine progress;
  const Result<Restored> restored = restore_backup({.backup = command.backup,
                                                    .folder = command.data,
                                                    .verify = command.verify,
                                                    .progress = teller(progress)});
  progress.clear();
  if (!restored) return report(restored.error());
  finish(progress, "restored", restored->log);
  for (const std::string& source : restored->log.sources) {
    say("note: source " + source +
        " goes on from its place in the backup: its rows since then must still be there "
        "(outbox.keep)");
  }
  if (command.output == OutputFormat::kTable) {
    std::printf("%s: %s, restored from %s\n", command.data.c_str(), log_text(restored->log).c_str(),
                restored->old_epoch.c_str());
    return 0;
  }
  JsonObject json;
  json.text("data", command.data).text("from", restored->old_epoch);
  add_log(json, restored->log);
  std::printf("%s\n", json.take().c_str());
  return 0;
}

}  // namespace courtside
