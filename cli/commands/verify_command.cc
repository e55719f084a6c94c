#include <cstdio>
#include <optional>

#include "cli/commands/commands.h"
#include "cli/commands/log_text.h"
#include "cli/commands/verify_export.h"
#include "cli/terminal/progress_line.h"
#include "eventlog/verify/verify_log.h"

namespace courtside {
namespace {

Error with_advice(Error error) {
  if (error.code == Code::data_in_use) error.message += ": verify a backup of it instead";
  return error;
}

}  // namespace

int run_verify(const VerifyCommand& command) {
  if (!command.export_file.empty()) return verify_export(command.export_file, command.output);
  ProgressLine progress;
  const Result<LogDescription> log =
      verify_log({.path = command.data, .progress = teller(progress)});
  progress.clear();
  if (!log) return report(with_advice(log.error()));
  finish(progress, "verified", *log);
  for (const std::string& note : log->notes) say("note: " + note);
  if (command.output == OutputFormat::kTable) {
    std::printf("sound: %s\n", log_text(*log).c_str());
    return 0;
  }
  JsonObject json;
  json.boolean("sound", true);
  add_log(json, *log);
  std::printf("%s\n", json.take().c_str());
  return 0;
}

}  // namespace courtside
