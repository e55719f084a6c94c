// The commands of the program, each run to its exit status (sysexits.h).
// Data goes to stdout, all else to stderr. Threads: the main one; they start what they need.
#pragma once

#include <cstdint>
#include <string>

#include "engine/config/command_line.h"

namespace courtside {

int run_serve(const ServeCommand& command);
int run_publish(const PublishCommand& command);
int run_tail(const TailCommand& command);
int run_state(const StateCommand& command);
int run_list(const ListCommand& command);
int run_history(const HistoryCommand& command);
int run_log(const LogCommand& command);
int run_export(const ExportCommand& command);
int run_bench(const BenchCommand& command);
int run_config_print(const ConfigPrintCommand& command);
int run_token(const TokenCommand& command);
int run_outbox_install(const OutboxInstallCommand& command);
int run_outbox_status(const OutboxStatusCommand& command);
int run_outbox_backfill(const OutboxBackfillCommand& command);
int run_verify(const VerifyCommand& command);
int run_backup(const BackupCommand& command);
int run_restore(const RestoreCommand& command);
int run_renew(const RenewCommand& command);
int run_version(const VersionCommand& command);

// Whether stdout takes what is printed, as far as that is known: a long command ends when it does
// not.
bool output_goes();
// What the command's last word is worth: its own status, or that of write_failed where stdout did
// not take all of its output. A reader that has gone, as `head` has, is no failure of ours and is
// passed over without a word.
int finish_output(int status);

// Says what went wrong on stderr; the exit status that goes with it.
int report(const Error& error);

// Tells a person at a terminal that there is nothing to show: `what` is "no event of booking:b_1".
// The exit status that goes with it.
int nothing_found(const std::string& what);

// "1 event", "3 events"
std::string count_text(std::uint64_t count, const std::string& noun);

}  // namespace courtside
