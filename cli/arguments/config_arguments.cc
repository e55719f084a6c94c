// The commands about the configuration: config print, config check.
#include <CLI/CLI.hpp>
#include <utility>

#include "cli/arguments/setting_options.h"
#include "cli/arguments/subcommand.h"

namespace courtside {
namespace {

class ConfigCommands : public Subcommand {
 public:
  explicit ConfigCommands(CLI::App& root)
      : config_(*root.add_subcommand("config", "Look at the configuration")),
        print_(*config_.add_subcommand("print", "Show every setting and where it came from")),
        printed_settings_(print_),
        output_(print_, {"table", "json", "jsonl", "csv", "toml"}, OutputOption::Tables::kPlain),
        check_(*config_.add_subcommand(
            "check", "Say if `serve` would start with these settings and their files")),
        checked_settings_(check_) {}

  bool chosen() const override { return config_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    if (print_.parsed()) return finish_print(surroundings);
    if (!check_.parsed()) {
      return tl::unexpected(usage_error("config: say what to do: print or check"));
    }
    Result<LoadedConfig> loaded = checked_settings_.load(surroundings);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    return ConfigCheckCommand{.loaded = std::move(*loaded)};
  }

 private:
  ParsedCommandLine finish_print(const Surroundings& surroundings) const {
    const auto word = output_.word(surroundings);
    if (!word) return tl::unexpected(word.error());
    Result<LoadedConfig> loaded = printed_settings_.load(surroundings);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    ConfigPrintCommand command{.loaded = std::move(*loaded)};
    command.toml = *word == "toml";
    return output_.finish(std::move(command), surroundings);
  }

  CLI::App& config_;
  CLI::App& print_;
  SettingOptions printed_settings_;
  OutputOption output_;
  CLI::App& check_;
  SettingOptions checked_settings_;
};

}  // namespace

std::unique_ptr<Subcommand> add_config(CLI::App& root) {
  return std::make_unique<ConfigCommands>(root);
}

}  // namespace courtside
