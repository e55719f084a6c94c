// Makes a Config from its four sources: flags override the environment, which overrides the TOML
// file, which overrides the defaults.
//
// An unknown key in the file, an unknown COURTSIDE_ variable and a value out of range are errors
// (bad_configuration) that name the place and, for a name, the nearest known one. The variables
// that an orchestrator sets for a service called courtside are ignored (service_variables.h).
// Threads: any; no state.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"

namespace courtside {

// The origin of a value.
struct Origin {
  enum class Kind : std::uint8_t { kDefault, kFile, kEnvironment, kFlag };
  Kind kind = Kind::kDefault;
  std::string place;  // "courtside.toml:12", "COURTSIDE_LISTEN", "--listen"; empty for a default
};

struct ConfigSources {
  // Settings given as flags, in order: (dotted name, text).
  std::vector<std::pair<std::string, std::string>> flags;
  std::map<std::string, std::string>
      environment;  // all of it; what is neither COURTSIDE_ nor a setting's is passed over
  // Path of the configuration file from --config; empty: COURTSIDE_CONFIG names it, or there is
  // none.
  std::string file;
};

struct LoadedConfig {
  Config config;
  std::map<std::string, Origin> origins;  // by dotted name; missing: a default
  // By table name ("route"): the place of each of its rules. Only for tables of the file.
  std::map<std::string, std::vector<std::string>> rule_places = {};
};

// Errors: bad_configuration; no_input when the file is unreadable.
Result<LoadedConfig> load_config(const ConfigSources& sources);

// The same for a file's text; messages call the file `sources.file`.
Result<LoadedConfig> load_config(const ConfigSources& sources, std::string_view file_text);

}  // namespace courtside
