// --config and a flag for every setting, of the commands that take all of them. Internal to the
// files of the commands. Threads: one.
#pragma once

#include <list>
#include <string>

#include "base/result.h"
#include "cli/arguments/command_line.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace courtside {

struct Setting;

class SettingOptions {
 public:
  // Adds them to `command`, which outlives it.
  explicit SettingOptions(CLI::App& command);
  SettingOptions(const SettingOptions&) = delete;
  SettingOptions& operator=(const SettingOptions&) = delete;

  // REQUIRES of both: CLI11 has parsed the arguments.
  ConfigSources sources(const Surroundings& surroundings) const;
  Result<LoadedConfig> load(const Surroundings& surroundings) const {
    return load_config(sources(surroundings));
  }

 private:
  struct Given {
    const Setting* setting = nullptr;
    CLI::Option* option = nullptr;
    std::string text;
  };

  std::string file_;
  std::list<Given> given_;  // a list, because CLI11 keeps pointers to the texts
};

}  // namespace courtside
