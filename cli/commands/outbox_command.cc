#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/outbox_status_text.h"
#include "engine/config/connection_text.h"
#include "engine/postgres/outbox_install.h"
#include "engine/postgres/outbox_sql.h"

namespace courtside {
namespace {

// A slot waits for every transaction that is open when it is made.
constexpr std::uint64_t kInstallMsMin = 60'000;

constexpr int kNothingFound = 1;

}  // namespace

int run_outbox_install(const OutboxInstallCommand& command) {
  const OutboxSqlOptions options{.role = command.role, .notify = command.notify};
  if (!command.apply) {
    std::fputs(outbox_sql(command.source, options).c_str(), stdout);
    return 0;
  }
  const Result<void> done =
      run_outbox_statements(command.source.url, outbox_statements(command.source, options),
                            std::max(command.source.query_ms, kInstallMsMin));
  const std::string where = without_password(command.source.url);
  if (!done) return report({done.error().code, where + ": " + done.error().message});
  std::fprintf(stderr, "%s is ready for %s\n", where.c_str(), command.source.name.c_str());
  return 0;
}

int run_outbox_status(const OutboxStatusCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  const Result<std::string> answer = ask_server(*remote, {.path = "/v1/outbox"});
  if (!answer) return report(answer.error());
  const Result<OutboxStatusText> status =
      outbox_status_text(*answer, command.output, command.table);
  if (!status) return report(status.error());
  std::fputs(status->text.c_str(), stdout);
  if (status->has_refused) return info(Code::unavailable).exit_status;
  if (status->sources > 0) return 0;
  say("the server reads no source; see outbox.url");
  return kNothingFound;
}

}  // namespace courtside
