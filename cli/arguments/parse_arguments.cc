#include "cli/arguments/parse_arguments.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/format.h"
#include "cli/arguments/command_tree.h"
#include "cli/arguments/help_page.h"
#include "cli/arguments/setting_options.h"
#include "cli/arguments/subcommand.h"
#include "engine/config/nearest.h"
#include "schema/channel.h"

extern char** environ;

namespace courtside {
namespace {

class Serve : public Subcommand {
 public:
  explicit Serve(CLI::App& root)
      : app_(*root.add_subcommand("serve", "Run the server")), settings_(app_) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    ConfigSources sources = settings_.sources(surroundings);
    Result<LoadedConfig> loaded = load_config(sources);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    if (const Result<void> safe = check_exposure(loaded->config); !safe) {
      return tl::unexpected(exit_for(safe.error()));
    }
    return ServeCommand{.loaded = std::move(*loaded), .sources = std::move(sources)};
  }

 private:
  CLI::App& app_;
  SettingOptions settings_;
};

class Version : public Subcommand {
 public:
  explicit Version(CLI::App& root)
      : app_(*root.add_subcommand("version", "Show which version this is")),
        output_(app_, {"table", "json"}) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    const auto output = output_.format(surroundings);
    if (!output) return tl::unexpected(output.error());
    return VersionCommand{.output = *output};
  }

 private:
  CLI::App& app_;
  OutputOption output_;
};

// "print" of `courtside config print`: the innermost command that was given.
const CLI::App* innermost(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

// For arguments that no command takes: what they may have been meant to be.
std::string unexpected_argument(const CLI::App& root) {
  const std::vector<std::string> remaining = root.remaining(true);
  const std::string argument = remaining.empty() ? "" : remaining.front();
  const CLI::App* app = innermost(root);
  std::vector<std::string> known;
  for (const CLI::Option* option : app->get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (const CLI::App* each : app->get_subcommands({})) known.push_back(each->get_name());
  const bool takes_channels = std::find(known.begin(), known.end(), "--channel") != known.end();
  if (takes_channels && is_channel(argument)) {
    return "`" + argument + "` is not taken here; did you mean `--channel " + argument + "`?";
  }
  // What "--listn=x" misspells is "--listen".
  const std::string name = argument.substr(0, argument.find('='));
  const bool is_command = app->get_options().size() <= 2 && argument.substr(0, 1) != "-";
  return format("`{}` is not {}{}", argument, is_command ? "a command" : "taken here",
                suggestion(name, known));
}

// The names of the commands that were given: "config", "print".
std::vector<std::string> words_of(const CLI::App& root) {
  std::vector<std::string> words;
  for (const CLI::App* app = &root; !app->get_subcommands().empty();) {
    app = app->get_subcommands().front();
    words.push_back(app->get_name());
  }
  return words;
}

// "log: SUBJECT is missing" for CLI11's "subject is required".
std::string missing_argument(const CLI::App& root, const std::string& message) {
  const CommandInfo tree = command_tree(root);
  const CommandInfo* command = tree.find(words_of(root));
  const std::string name = message.substr(0, message.find(" is required"));
  for (const OptionInfo& argument : command->arguments) {
    if (argument.names.front() == name) {
      return command->name + ": " + argument.placeholder() + " is missing";
    }
  }
  return command->name + ": " + name + " is missing";
}

// CLI11's "--listen: 1 required TEXT missing" in plain English.
std::string missing_value(std::string message) {
  constexpr std::string_view kBefore = ": 1 required ";
  constexpr std::string_view kAfter = " missing";
  const std::size_t at = message.find(kBefore);
  if (at == std::string::npos || !message.ends_with(kAfter)) return message;
  const std::size_t begin = at + kBefore.size();
  const std::string type = message.substr(begin, message.size() - kAfter.size() - begin);
  return format("{}: its value is missing: {}", message.substr(0, at), type);
}

ParsedCommandLine parse(CLI::App& root, const std::vector<std::unique_ptr<Subcommand>>& commands,
                        const std::vector<std::string>& arguments,
                        const Surroundings& surroundings) {
  try {
    // CLI11 takes the arguments from the vector's end.
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CommandInfo tree = command_tree(root);
    const std::string page = help_page(*tree.find(words_of(root)), help_columns(surroundings));
    return tl::unexpected(CommandLineExit{.status = 0, .out = page, .err = {}});
  } catch (const CLI::ExtrasError&) {
    return tl::unexpected(usage_error(unexpected_argument(root)));
  } catch (const CLI::RequiredError& error) {
    return tl::unexpected(usage_error(missing_argument(root, error.what())));
  } catch (const CLI::ArgumentMismatch& error) {
    return tl::unexpected(usage_error(missing_value(error.what())));
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(usage_error(error.what()));
  }
  if (root.get_option("--version")->count() > 0) return VersionCommand{};
  for (const auto& command : commands) {
    if (command->chosen()) return command->finish(surroundings);
  }
  return tl::unexpected(usage_error("say what to do: serve, publish, tail ...; see --help"));
}

}  // namespace

std::size_t help_columns(const Surroundings& surroundings) {
  constexpr std::size_t kColumnsMin = 40;  // names alone take 26
  constexpr std::size_t kColumnsMax = 100;
  constexpr std::size_t kColumnsElsewhere = 80;
  if (surroundings.stdout_columns == 0) return kColumnsElsewhere;
  return std::clamp(surroundings.stdout_columns, kColumnsMin, kColumnsMax);
}

CommandLineExit exit_for(const Error& error) {
  return {.status = info(error.code).exit_status,
          .out = {},
          .err = format("courtside: {}\n", error.message)};
}

CommandLineExit usage_error(const std::string& message) {
  return {.status = info(Code::bad_usage).exit_status,
          .out = {},
          .err = format("courtside: {}\n", message)};
}

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments,
                                     const Surroundings& surroundings) {
  CLI::App root("Courtside, the real-time event engine", "courtside");
  root.add_flag("--version")->description("Show which version this is");
  // One: in `help serve` the second word is an argument, and starts no server.
  root.require_subcommand(0, 1);
  std::vector<std::unique_ptr<Subcommand>> commands;
  commands.push_back(std::make_unique<Serve>(root));
  commands.push_back(add_publish(root));
  commands.push_back(add_tail(root));
  commands.push_back(add_state(root));
  commands.push_back(add_calendar(root));
  commands.push_back(add_notifications(root));
  commands.push_back(add_history(root));
  commands.push_back(add_log(root));
  commands.push_back(add_export(root));
  commands.push_back(add_bench(root));
  commands.push_back(add_config(root));
  commands.push_back(add_token(root));
  commands.push_back(add_outbox(root));
  commands.push_back(add_verify(root));
  commands.push_back(add_backup(root));
  commands.push_back(add_restore(root));
  commands.push_back(add_renew(root));
  commands.push_back(add_connections(root));
  commands.push_back(add_health(root));
  commands.push_back(std::make_unique<Version>(root));
  commands.push_back(add_help(root));
  commands.push_back(add_man(root));
  commands.push_back(add_completion(root));
  // Last: a command takes its parent's footer for its own.
  root.footer(
      "`courtside help COMMAND` shows the options of a command, `courtside man COMMAND | man -l -` "
      "its man page.\n");
  return parse(root, commands, arguments, surroundings);
}

Surroundings surroundings() {
  Surroundings out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    out.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  out.stdin_is_terminal = isatty(STDIN_FILENO) != 0;
  out.stdout_is_terminal = isatty(STDOUT_FILENO) != 0;
  out.stdout_columns = terminal_columns(STDOUT_FILENO, variable(out, "COLUMNS"));
  out.now = now();
  return out;
}

}  // namespace courtside
