// What changed between two configurations, for a server that reads its settings again while it
// runs. Some settings can be used at once; all others, and the rules, need a restart.
//
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/config/config.h"
#include "engine/config/settings.h"

namespace courtside {

// The settings that a running server takes over, by name. Where one belongs to a connection, a
// session or a request, those that begin later use it.
const std::vector<std::string_view>& reloaded_settings();

struct ConfigChange {
  Config config;                     // the old one with what can be used at once
  std::vector<std::string> in_use;   // names of those settings, in the order of the table
  std::vector<std::string> waiting;  // of the settings and tables that wait for a restart
};
ConfigChange config_change(const Config& before, const Config& after);

}  // namespace courtside
