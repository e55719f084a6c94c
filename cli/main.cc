// courtside: one binary for the server and for everything one does with it from a shell.
#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments/parse_arguments.h"
#include "cli/commands/commands.h"
#include "cli/commands/uncaught.h"

namespace {

struct Run {
  const std::vector<std::string>& arguments;

  int operator()(const courtside::ServeCommand& command) const { return run_serve(command); }
  int operator()(const courtside::PublishCommand& command) const { return run_publish(command); }
  int operator()(const courtside::TailCommand& command) const { return run_tail(command); }
  int operator()(const courtside::StateCommand& command) const { return run_state(command); }
  int operator()(const courtside::ListCommand& command) const { return run_list(command); }
  int operator()(const courtside::HistoryCommand& command) const { return run_history(command); }
  int operator()(const courtside::LogCommand& command) const { return run_log(command); }
  int operator()(const courtside::ExportCommand& command) const { return run_export(command); }
  int operator()(const courtside::BenchCommand& /*command*/) const {
    return courtside::run_bench({arguments.begin() + 1, arguments.end()});
  }
  int operator()(const courtside::ConfigPrintCommand& command) const {
    return run_config_print(command);
  }
  int operator()(const courtside::ConfigCheckCommand& command) const {
    return run_config_check(command);
  }
  int operator()(const courtside::TokenCommand& command) const { return run_token(command); }
  int operator()(const courtside::OutboxInstallCommand& command) const {
    return run_outbox_install(command);
  }
  int operator()(const courtside::OutboxStatusCommand& command) const {
    return run_outbox_status(command);
  }
  int operator()(const courtside::OutboxBackfillCommand& command) const {
    return run_outbox_backfill(command);
  }
  int operator()(const courtside::VerifyCommand& command) const { return run_verify(command); }
  int operator()(const courtside::BackupCommand& command) const { return run_backup(command); }
  int operator()(const courtside::RestoreCommand& command) const { return run_restore(command); }
  int operator()(const courtside::RenewCommand& command) const { return run_renew(command); }
  int operator()(const courtside::ConnectionsCommand& command) const {
    return run_connections(command);
  }
  int operator()(const courtside::HealthCommand& command) const { return run_health(command); }
  int operator()(const courtside::VersionCommand& command) const { return run_version(command); }
};

}  // namespace

int main(int argc, char** argv) {
  // Logs, backups and exports name people: what we write is for our own user alone.
  umask(S_IRWXG | S_IRWXO);
  courtside::end_by_name_without_resources();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto parsed = courtside::parse_command_line(arguments, courtside::surroundings());
  if (!parsed) {
    std::fputs(parsed.error().out.c_str(), stdout);
    std::fputs(parsed.error().err.c_str(), stderr);
    return courtside::finish_output(parsed.error().status);
  }
  return courtside::finish_output(std::visit(Run{arguments}, *parsed));
}
