#include <errno.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/format.h"
#include "base/log.h"
#include "base/version.h"
#include "cli/commands/commands.h"
#include "cli/commands/serve_signals.h"
#include "engine/access/changing_file.h"
#include "engine/server/config_check.h"
#include "engine/server/server.h"
#include "schema/position.h"

namespace courtside {
namespace {

// For a person at a terminal: what runs where, and what to try first.
void print_first_steps(const std::string& url, const std::string& log, bool asks_who_calls) {
  const char* program = program_invocation_name;
  std::fprintf(stderr, "courtside %s: %s\nlistening on %s\n\n", kVersion, log.c_str(), url.c_str());
  if (asks_who_calls) {
    std::fprintf(stderr,
                 "Try, in another terminal, with a token or a service's key in FILE:\n"
                 "  %s history --url %s --token-file FILE\n\n",
                 program, url.c_str());
    return;
  }
  std::fprintf(stderr,
               "Try, in another terminal:\n"
               "  %s tail --url %s\n"
               "  %s publish --url %s --type booking.created \\\n"
               "      --subject booking:b_1 --data '{\"bookingId\":\"b_1\",\"accountId\":\"42\"}'\n"
               "  curl '%s/v1/events'\n"
               "  curl -N -H 'Accept: text/event-stream' '%s/v1/events?channel=user:42'\n"
               "\n",
               program, url.c_str(), program, url.c_str(), url.c_str(), url.c_str());
}

// Nobody should learn it from the first stranger who reads everything.
void say_whether_callers_are_asked(const Config& config) {
  if (has_access_control(config)) return;
  log_warning("engine",
              "access control is off: every caller is an administrator and may read and write "
              "everything; to ask who calls, set JWT_SECRET, access.jwks_file or "
              "access.service_keys_file");
}

// A secret in a configuration file is everybody's who may read the file. It may hold more than
// that, and be mounted where its mode is not ours: a warning, not an error as for a file of keys.
void warn_of_open_secret(const LoadedConfig& loaded) {
  const auto origin = loaded.origins.find("access.jwt_secret");
  if (origin == loaded.origins.end() || origin->second.kind != Origin::Kind::kFile) return;
  const std::string path = origin->second.place.substr(0, origin->second.place.rfind(':'));
  ChangingFile file(path);
  if (!file.read() || file.check_secret()) return;
  log_warning("access", path + ": others than its owner may read access.jwt_secret; chmod 600 it");
}

}  // namespace

int run_serve(const ServeCommand& command) {
  const Config& config = command.loaded.config;
  const bool json = config.log.format == LogFormat::kJson ||
                    (config.log.format == LogFormat::kAuto && isatty(STDERR_FILENO) == 0);
  start_log(config.log.level, json);
  if (const Result<void> safe = check_exposure(config); !safe) return report(safe.error());

  if (const Result<void> sound = check_rules(command.loaded); !sound) {
    return report(sound.error());
  }

  ServeSignals signals;
  Result<std::unique_ptr<Server>> server = Server::start(config);
  if (!server) return report(server.error());

  const auto colon = config.listen.rfind(':');
  const std::string url = format("{}://{}:{}", has_tls(config) ? "https" : "http",
                                 config.listen.substr(0, colon), (*server)->port());
  const OffsetRange held = (*server)->held();
  warn_of_open_secret(command.loaded);
  warn_of_unknown_permissions(config);
  const std::string log = format("log {} in {} holds {}", (*server)->epoch(), config.data,
                                 count_text(held.count(), "event"));
  say_whether_callers_are_asked(config);
  if (json) {
    log_info("engine", log);
    log_info("engine", "listening on " + url);
  } else {
    print_first_steps(url, log, has_access_control(config));
  }

  signals.attach(**server);
  const Result<void> served = (*server)->run();
  signals.detach();
  if (!served) return info(served.error().code).exit_status;
  log_info("engine", "stopped");
  return 0;
}

}  // namespace courtside
