#include "engine/config/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <list>

#include "engine/config/nearest.h"
#include "engine/config/settings.h"
#include "engine/config/subcommand.h"

extern char** environ;

namespace courtside {
namespace {

std::string type_name(const Setting& setting) {
  if (std::holds_alternative<ListSetting>(setting.kind)) return "TEXT,...";
  if (const auto* choice = std::get_if<ChoiceSetting>(&setting.kind)) {
    return CLI::detail::join(choice->words, "|");
  }
  const auto* number = std::get_if<NumberSetting>(&setting.kind);
  if (number == nullptr) return "TEXT";
  if (number->unit == Unit::kCount) return "N";
  return number->unit == Unit::kBytes ? "BYTES" : "DURATION";
}

// "what it is for [its default]"
std::string option_doc(const Setting& setting) {
  std::string value = value_text(setting, Config{});
  const auto* number = std::get_if<NumberSetting>(&setting.kind);
  if (value == "0" && number != nullptr && !number->zero_means.empty()) {
    value.append(": ").append(number->zero_means);
  }
  return std::string(setting.doc) + (value.empty() ? "" : " [" + value + "]");
}

// --config and a flag for every setting.
class SettingOptions {
 public:
  explicit SettingOptions(CLI::App& command) {
    command.add_option("--config", file_, "TOML file with settings and routes")->type_name("FILE");
    for (const Setting& setting : settings()) {
      // A list, because CLI11 keeps pointers to the texts.
      Given& given = given_.emplace_back();
      given.setting = &setting;
      given.option = command.add_option(setting.flag(), given.text, option_doc(setting));
      given.option->type_name(type_name(setting));
      if (setting.name.substr(0, 7) == "limits.") given.option->group("Limits");
      // A list's flags add up; of the others the last one holds.
      if (std::holds_alternative<ListSetting>(setting.kind)) {
        given.option->multi_option_policy(CLI::MultiOptionPolicy::Join)->delimiter(',');
      } else {
        given.option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      }
    }
  }
  SettingOptions(const SettingOptions&) = delete;
  SettingOptions& operator=(const SettingOptions&) = delete;

  Result<LoadedConfig> load(const Surroundings& surroundings) const {
    ConfigSources sources{.flags = {}, .environment = surroundings.environment, .file = file_};
    for (const Given& given : given_) {
      if (given.option->count() > 0) sources.flags.emplace_back(given.setting->name, given.text);
    }
    return load_config(sources);
  }

 private:
  struct Given {
    const Setting* setting = nullptr;
    CLI::Option* option = nullptr;
    std::string text;
  };

  std::string file_;
  std::list<Given> given_;
};

class Serve : public Subcommand {
 public:
  explicit Serve(CLI::App& root)
      : app_(*root.add_subcommand("serve", "Run the server")), settings_(app_) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    Result<LoadedConfig> loaded = settings_.load(surroundings);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    if (const Result<void> safe = check_exposure(loaded->config); !safe) {
      return tl::unexpected(exit_for(safe.error()));
    }
    return ServeCommand{.loaded = std::move(*loaded)};
  }

 private:
  CLI::App& app_;
  SettingOptions settings_;
};

class ConfigPrint : public Subcommand {
 public:
  explicit ConfigPrint(CLI::App& root)
      : config_(*root.add_subcommand("config", "Look at the configuration")),
        app_(*config_.add_subcommand("print", "Show every setting and where it came from")),
        settings_(app_),
        output_(app_, {"table", "json", "jsonl", "csv", "toml"}) {}

  bool chosen() const override { return config_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    if (!app_.parsed()) return tl::unexpected(usage_error("config: say what to do: print"));
    const auto word = output_.word(surroundings);
    if (!word) return tl::unexpected(word.error());
    Result<LoadedConfig> loaded = settings_.load(surroundings);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    ConfigPrintCommand command{.loaded = std::move(*loaded)};
    command.toml = *word == "toml";
    if (!command.toml) command.output = *output_.format(surroundings);
    return command;
  }

 private:
  CLI::App& config_;
  CLI::App& app_;
  SettingOptions settings_;
  OutputOption output_;
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
  // What "--listn=x" misspells is "--listen".
  const std::string name = argument.substr(0, argument.find('='));
  const bool is_command = app->get_options().size() <= 2 && argument.substr(0, 1) != "-";
  return "`" + argument + "` is not " + (is_command ? "a command" : "taken here") +
         suggestion(name, known);
}

// CLI11's "--listen: 1 required TEXT missing" in plain English.
std::string missing_value(std::string message) {
  constexpr std::string_view kBefore = ": 1 required ";
  constexpr std::string_view kAfter = " missing";
  const std::size_t at = message.find(kBefore);
  if (at == std::string::npos || !message.ends_with(kAfter)) return message;
  const std::size_t begin = at + kBefore.size();
  const std::string type = message.substr(begin, message.size() - kAfter.size() - begin);
  return message.substr(0, at) + ": its value is missing: " + type;
}

ParsedCommandLine parse(CLI::App& root, const std::vector<std::unique_ptr<Subcommand>>& commands,
                        const std::vector<std::string>& arguments,
                        const Surroundings& surroundings) {
  try {
    // CLI11 takes the arguments from the vector's end.
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(CommandLineExit{.status = 0, .out = root.help(), .err = {}});
  } catch (const CLI::ExtrasError&) {
    return tl::unexpected(usage_error(unexpected_argument(root)));
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

CommandLineExit exit_for(const Error& error) {
  return {.status = info(error.code).exit_status,
          .out = {},
          .err = "courtside: " + error.message + "\n"};
}

CommandLineExit usage_error(const std::string& message) {
  return {.status = info(Code::bad_usage).exit_status,
          .out = {},
          .err = "courtside: " + message + "\n"};
}

OutputOption::OutputOption(CLI::App& command, std::vector<std::string> known)
    : known_(std::move(known)) {
  command
      .add_option("-o,--output", given_, "Form of the output: " + CLI::detail::join(known_, ", "))
      ->type_name("FORM");
}

tl::expected<std::string, CommandLineExit> OutputOption::word(
    const Surroundings& surroundings) const {
  if (given_.empty()) {
    const bool lines = std::find(known_.begin(), known_.end(), "jsonl") != known_.end();
    return surroundings.stdout_is_terminal ? known_.front() : lines ? "jsonl" : "json";
  }
  if (std::find(known_.begin(), known_.end(), given_) == known_.end()) {
    return tl::unexpected(usage_error("-o: `" + given_ + "` is not one of " +
                                      CLI::detail::join(known_, ", ") +
                                      suggestion(given_, known_)));
  }
  return given_;
}

tl::expected<OutputFormat, CommandLineExit> OutputOption::format(
    const Surroundings& surroundings) const {
  const auto chosen = word(surroundings);
  if (!chosen) return tl::unexpected(chosen.error());
  if (*chosen == "json") return OutputFormat::kJson;
  if (*chosen == "jsonl") return OutputFormat::kJsonl;
  if (*chosen == "csv") return OutputFormat::kCsv;
  return OutputFormat::kTable;
}

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments,
                                     const Surroundings& surroundings) {
  CLI::App root("Courtside, the real-time event engine", "courtside");
  root.add_flag("--version")->description("Show which version this is");
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
  commands.push_back(std::make_unique<ConfigPrint>(root));
  commands.push_back(add_token(root));
  commands.push_back(add_outbox(root));
  commands.push_back(add_verify(root));
  commands.push_back(add_backup(root));
  commands.push_back(add_restore(root));
  commands.push_back(add_renew(root));
  commands.push_back(std::make_unique<Version>(root));
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
  out.now = now();
  return out;
}

}  // namespace courtside
