#include <cstdio>
#include <string>

#include "base/json.h"
#include "base/version.h"
#include "cli/commands/commands.h"
#include "cli/commands/config_print.h"
#include "engine/server/config_check.h"

namespace courtside {

int run_config_print(const ConfigPrintCommand& command) {
  std::fputs(print_config(command).c_str(), stdout);
  return 0;
}

int run_config_check(const ConfigCheckCommand& command) {
  if (const Result<void> sound = check_config(command.loaded); !sound) {
    return report(sound.error());
  }
  warn_of_service_keys(command.loaded.config);
  std::puts("the configuration is valid: `serve` would start with it");
  return 0;
}

int run_version(const VersionCommand& command) {
  if (command.output == OutputFormat::kTable) {
    std::printf("courtside %s\n", kVersion);
    return 0;
  }
  JsonObject version;
  version.text("name", "courtside").text("version", kVersion);
  std::printf("%s\n", version.take().c_str());
  return 0;
}

}  // namespace courtside
