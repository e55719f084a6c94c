#include "eventlog/verify.h"

#include <cstdio>
#include <optional>

#include "engine/commands/commands.h"
#include "engine/commands/log_text.h"
#include "engine/commands/progress.h"

namespace courtside {
namespace {

Error with_advice(Error error) {
  if (error.code == Code::data_in_use) error.message += ": verify a backup of it instead";
  return error;
}

}  // namespace

int run_verify(const VerifyCommand& command) {
  const Result<VerifiedLog> log = [&] {
    ProgressLine progress;
    return verify_log({.path = command.data, .progress = progress.teller()});
  }();
  if (!log) return report(with_advice(log.error()));
  for (const std::string& note : log->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
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
