// A configuration file taken apart: TOML, with the settings as keys (a dotted name is a key of a
// table) and the tables [[route]], [[projection]], [[read]], [[publish]], [[role]] and [[source]].
// toml++ stays behind this header. Threads: any; no state.
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
  std::string text;   // as a flag would have it
  std::string place;  // "courtside.toml:12"
};

// A table of the file that replaces the built-in one as a whole.
template <typename Rule>
struct FileRules {
  std::vector<Rule> rules;
  std::string place;                // of the first
  std::vector<std::string> places;  // of each
};

// One [[source]]: what it says otherwise than [outbox]. The values' settings are outbox.*.
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

// `path` is what messages call it. bad_configuration with path, line and reason.
Result<ConfigFile> parse_config_file(std::string_view text, std::string_view path);

}  // namespace courtside
