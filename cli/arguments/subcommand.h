// What the commands of the command line have in common while it is taken apart: each one names its
// options to CLI11 and makes its struct from what was given. Internal to parse_arguments.cc and the
// files of the commands. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/arguments/command_line.h"

namespace CLI {
class App;
}

namespace courtside {

using ParsedCommandLine = tl::expected<CommandLine, CommandLineExit>;

class Subcommand {
 public:
  virtual ~Subcommand() = default;
  // True when this is the command that was given.
  virtual bool chosen() const = 0;
  // REQUIRES: chosen(), and CLI11 has parsed the arguments.
  virtual ParsedCommandLine finish(const Surroundings& surroundings) const = 0;
};

// Each adds its command to `root`, which outlives it.
std::unique_ptr<Subcommand> add_publish(CLI::App& root);
std::unique_ptr<Subcommand> add_tail(CLI::App& root);
std::unique_ptr<Subcommand> add_state(CLI::App& root);
std::unique_ptr<Subcommand> add_calendar(CLI::App& root);
std::unique_ptr<Subcommand> add_notifications(CLI::App& root);
std::unique_ptr<Subcommand> add_history(CLI::App& root);
std::unique_ptr<Subcommand> add_log(CLI::App& root);
std::unique_ptr<Subcommand> add_export(CLI::App& root);
std::unique_ptr<Subcommand> add_bench(CLI::App& root);
std::unique_ptr<Subcommand> add_config(CLI::App& root);
std::unique_ptr<Subcommand> add_token(CLI::App& root);
std::unique_ptr<Subcommand> add_outbox(CLI::App& root);
std::unique_ptr<Subcommand> add_verify(CLI::App& root);
std::unique_ptr<Subcommand> add_backup(CLI::App& root);
std::unique_ptr<Subcommand> add_restore(CLI::App& root);
std::unique_ptr<Subcommand> add_renew(CLI::App& root);
std::unique_ptr<Subcommand> add_connections(CLI::App& root);
std::unique_ptr<Subcommand> add_health(CLI::App& root);
// They read all of `root`, so it is to be complete when one of them is chosen.
std::unique_ptr<Subcommand> add_help(CLI::App& root);
std::unique_ptr<Subcommand> add_man(CLI::App& root);
std::unique_ptr<Subcommand> add_completion(CLI::App& root);

// The error's own exit status, and the line "courtside: <message>".
CommandLineExit exit_for(const Error& error);

// Exit status 64, and the line "courtside: <message>".
CommandLineExit usage_error(const std::string& message);

// How wide a page of help may be: as the terminal, within reason.
std::size_t help_columns(const Surroundings& surroundings);

// Of the environment. Empty where there is none; an empty one says nothing.
std::string variable(const Surroundings& surroundings, const std::string& name);

// Where the server is and who asks it: --url over COURTSIDE_URL over where `courtside serve`
// listens by default; --token or --token-file over COURTSIDE_TOKEN over COURTSIDE_TOKEN_FILE over
// none; --ca-file over COURTSIDE_CA_FILE over what the system trusts.
class ServerOptions {
 public:
  explicit ServerOptions(CLI::App& command);
  ServerOptions(const ServerOptions&) = delete;
  ServerOptions& operator=(const ServerOptions&) = delete;

  ServerAddress address(const Surroundings& surroundings) const;
  void take(ServerAddress& command, const Surroundings& surroundings) const {
    command = address(surroundings);
  }

 private:
  ServerAddress given_;
};

// -o, with the formats that a command knows; the first is what a terminal gets. Of commands with
// tables also --color, and --tz where there are times in them.
class OutputOption {
 public:
  enum class Tables : std::uint8_t { kNone, kPlain, kWithTimes };
  OutputOption(CLI::App& command, std::vector<std::string> known, Tables tables = Tables::kNone);
  OutputOption(const OutputOption&) = delete;
  OutputOption& operator=(const OutputOption&) = delete;

  // The word that was given, or the default for this stdout.
  tl::expected<std::string, CommandLineExit> word(const Surroundings& surroundings) const;
  tl::expected<OutputFormat, CommandLineExit> format(const Surroundings& surroundings) const;
  // --color over NO_COLOR and TERM=dumb; --tz over COURTSIDE_TZ over local time on a terminal, and
  // UTC elsewhere.
  tl::expected<TableOptions, CommandLineExit> table(const Surroundings& surroundings) const;

  // The command's members `output` and, where it has one, `table`.
  template <typename Command>
  tl::expected<void, CommandLineExit> take(Command& command,
                                           const Surroundings& surroundings) const {
    const auto output = format(surroundings);
    if (!output) return tl::unexpected(output.error());
    command.output = *output;
    if constexpr (requires { command.table; }) {
      const auto options = table(surroundings);
      if (!options) return tl::unexpected(options.error());
      command.table = *options;
    }
    return {};
  }

  // The command, which has nothing more to know than its form.
  template <typename Command>
  ParsedCommandLine finish(Command command, const Surroundings& surroundings) const {
    if (const auto taken = take(command, surroundings); !taken) {
      return tl::unexpected(taken.error());
    }
    return command;
  }

 private:
  const std::vector<std::string> known_;
  const Tables tables_;
  std::string given_;
  std::string color_ = "auto";
  std::string zone_;
};

}  // namespace courtside
