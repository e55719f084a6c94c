// Makes a Config from its four sources: flags over environment over a TOML file over defaults.
//
// Nothing is guessed: an unknown key of the file, an unknown COURTSIDE_ variable and a value that
// is out of range are each bad_configuration, with the place and, for a name, the nearest one
// known. What an orchestrator says of a service called courtside is no setting and is passed over
// (service_variables.h). Threads: any; no state.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"

namespace courtside {

// Where a value came from.
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
  // The file's path, given as --config; else COURTSIDE_CONFIG names it; else there is none.
  std::string file;
};

struct LoadedConfig {
  Config config;
  std::map<std::string, Origin> origins;  // by dotted name; what is not in it is a default
  // By the name of the table ("route"), of each of its rules; only what is from a file.
  std::map<std::string, std::vector<std::string>> rule_places = {};
};

// Errors: bad_configuration; no_input when the file cannot be read.
Result<LoadedConfig> load_config(const ConfigSources& sources);

// The same with the file's text at hand; `sources.file` is what messages call it.
Result<LoadedConfig> load_config(const ConfigSources& sources, std::string_view file_text);

}  // namespace courtside
