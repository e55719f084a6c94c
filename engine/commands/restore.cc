#include <cstdio>

#include "engine/commands/commands.h"
#include "engine/commands/log_text.h"
#include "engine/commands/progress.h"
#include "eventlog/backup.h"

namespace courtside {

int run_restore(const RestoreCommand& command) {
  const Result<Restored> restored = [&] {
    ProgressLine progress;
    return restore_backup({.backup = command.backup,
                           .folder = command.data,
                           .verify = command.verify,
                           .progress = progress.teller()});
  }();
  if (!restored) return report(restored.error());
  for (const std::string& source : restored->log.sources) {
    std::fprintf(stderr,
                 "note: source %s goes on from its place in the backup: its rows since then must "
                 "still be there (outbox.keep)\n",
                 source.c_str());
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
