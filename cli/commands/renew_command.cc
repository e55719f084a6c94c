#include <cstdio>

#include "base/format.h"
#include "cli/commands/commands.h"
#include "cli/commands/log_text.h"
#include "eventlog/verify/log_end.h"

namespace courtside {
namespace {

// Without its tail file nobody knows where a log ended.
bool is_whole(const std::string& data) {
  const Result<LogEnd> end = check_closed_log(data);
  return end && end->has_tail;
}

}  // namespace

int run_renew(const RenewCommand& command) {
  // Positions that clients hold would be lost for nothing.
  if (!command.force && is_whole(command.data)) {
    return report(
        {Code::bad_request,
         format("nothing of the log in {} is lost; serve it as it is (`--force` renews it anyway)",
                command.data)});
  }
  const Result<RenewedLog> renewed = renew_log(command.data);
  if (!renewed) return report(renewed.error());
  // A source's place is written with its events, and mostly lost with them.
  const char* what = renewed->has_sources_ahead
                         ? "its place in the log lies after events that were lost, so they are not "
                           "read again"
                         : "its place in the log is that of the last event left, so what was lost "
                           "is read again where the source still has it";
  for (const std::string& source : renewed->log.sources) {
    if (renewed->lost > 0) say(format("note: source {}: {}", source, what));
  }
  if (command.output == OutputFormat::kTable) {
    std::printf("%s: %s, %llu lost, renewed from %s\n", command.data.c_str(),
                log_text(renewed->log).c_str(), static_cast<unsigned long long>(renewed->lost),
                renewed->old_epoch.c_str());
    return 0;
  }
  JsonObject json;
  json.text("data", command.data).text("from", renewed->old_epoch).number("lost", renewed->lost);
  add_log(json, renewed->log);
  std::printf("%s\n", json.take().c_str());
  return 0;
}

}  // namespace courtside
