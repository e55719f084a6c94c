// The commands of the program, each run to its exit status (sysexits.h).
// Data goes to stdout, all else to stderr. Threads: the main one; they start what they need.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/arguments/command_line.h"
#include "cli/terminal/output.h"

namespace courtside {

int run_serve(const ServeCommand& command);
int run_publish(const PublishCommand& command);
int run_tail(const TailCommand& command);
int run_state(const StateCommand& command);
int run_list(const ListCommand& command);
int run_history(const HistoryCommand& command);
int run_log(const LogCommand& command);
int run_export(const ExportCommand& command);
// `arguments`: all that stands behind `bench`.
int run_bench(const std::vector<std::string>& arguments);
int run_config_print(const ConfigPrintCommand& command);
int run_config_check(const ConfigCheckCommand& command);
int run_token(const TokenCommand& command);
int run_outbox_install(const OutboxInstallCommand& command);
int run_outbox_status(const OutboxStatusCommand& command);
int run_outbox_backfill(const OutboxBackfillCommand& command);
int run_verify(const VerifyCommand& command);
int run_backup(const BackupCommand& command);
int run_restore(const RestoreCommand& command);
int run_renew(const RenewCommand& command);
int run_connections(const ConnectionsCommand& command);
int run_health(const HealthCommand& command);
int run_version(const VersionCommand& command);

}  // namespace courtside
