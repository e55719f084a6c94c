// Parses a configuration file: TOML with the settings as keys (a dotted name is a key in a table)
// and the tables [[route]], [[projection]], [[read]], [[publish]], [[role]] and [[source]]. Hides
// toml++. Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/config/config.h"
#include "engine/config/settings.h"

namespace courtside {

struct FileValue {
  const Setting* setting;
  std::string text;   // in the form of a flag
  std::string place;  // "courtside.toml:12"
};

// A table of the file that replaces the default table as a whole.
template <typename Rule>
struct FileRules {
  std::vector<Rule> rules;
  std::string place;                // of the table
  std::vector<std::string> places;  // of each rule
};

// One [[source]]: its differences from [outbox]. The values' settings are outbox.*.
struct FileSource {
  std::vector<FileValue> values;
  std::string place;
};

struct ConfigFile {
  std::vector<FileValue> values;
  std::vector<FileSource> sources;
  std::optional<FileRules<RouteRule>> routes;
  std::optional<FileRules<ProjectionRule>> projections;
  std::optional<FileRules<ReadRule>> read_rules;
  std::optional<FileRules<PublishRule>> publish_rules;
  std::optional<FileRules<RoleRule>> roles;
};

// `path` is used in messages. bad_configuration with path, line and reason.
Result<ConfigFile> parse_config_file(std::string_view text, std::string_view path);

}  // namespace courtside
