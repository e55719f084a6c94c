#include <errno.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include "base/format.h"
#include "base/log.h"
#include "base/version.h"
#include "cli/commands/commands.h"
#include "cli/commands/serve_signals.h"
#include "cli/commands/successor.h"
#include "engine/access/changing_file.h"
#include "engine/server/config_check.h"
#include "engine/server/server.h"
#include "engine/server/service_manager.h"
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

// A socket that was passed to this process takes precedence over `listen`.
void use_address(const PassedSocket& socket, LoadedConfig& loaded) {
  const std::string& wanted = loaded.config.listen;
  if (loaded.origins.count("listen") > 0 && wanted != socket.address) {
    log_info("engine", format("listen: `{}` is not used: this process got a socket that listens "
                              "on {}",
                              wanted, socket.address));
  }
  loaded.config.listen = socket.address;
}

// As at the start. The address stays: the server has its socket, and keeps it in a restart.
Result<LoadedConfig> read_settings(const ServeCommand& command, const std::string& address) {
  const ConfigSources& sources = command.sources;
  std::string file = sources.file;
  const auto variable = sources.environment.find("COURTSIDE_CONFIG");
  if (file.empty() && variable != sources.environment.end()) file = variable->second;
  // A pipe was read at the start, and would be waited for.
  std::error_code error;
  if (!file.empty() && !std::filesystem::is_regular_file(file, error)) {
    return fail(Code::no_input, file + ": it is not a regular file");
  }
  Result<LoadedConfig> loaded = load_config(sources);
  if (!loaded) return loaded;
  if (loaded->config.listen != command.loaded.config.listen) {
    log_warning("engine", format("listen: `{}` needs a stop and a start", loaded->config.listen));
  }
  loaded->config.listen = address;
  return loaded;
}

void say_what_runs(const LoadedConfig& loaded, const Server& server, bool json) {
  const Config& config = loaded.config;
  const std::string url = format("{}://{}", has_tls(config) ? "https" : "http", server.address());
  warn_of_open_secret(loaded);
  warn_of_service_keys(config);
  const std::string log = format("log {} in {} holds {}", server.epoch(), config.data,
                                 count_text(server.held().count(), "event"));
  say_whether_callers_are_asked(config);
  if (json) {
    log_info("engine", log);
    log_info("engine", "listening on " + url);
  } else {
    print_first_steps(url, log, has_access_control(config));
  }
}

}  // namespace

int run_serve(const ServeCommand& command) {
  LoadedConfig loaded = command.loaded;
  const Config& config = loaded.config;
  const bool json = config.log.format == LogFormat::kJson ||
                    (config.log.format == LogFormat::kAuto && isatty(STDERR_FILENO) == 0);
  start_log(config.log.level, json);
  const Result<std::optional<PassedSocket>> passed = take_passed_socket();
  if (!passed) return report(passed.error());
  std::optional<int> socket;
  if (*passed) {
    use_address(**passed, loaded);
    socket = (*passed)->fd;
  }
  if (const Result<void> safe = check_exposure(config); !safe) return report(safe.error());
  if (const Result<void> sound = check_rules(loaded); !sound) return report(sound.error());

  ServeSignals signals;
  Result<std::unique_ptr<Server>> server =
      Server::start(config, socket, [&] { return read_settings(command, config.listen); });
  if (!server) return report(server.error());
  say_what_runs(loaded, **server, json);

  signals.attach(**server);
  const Result<void> served = (*server)->run();
  signals.detach();
  if (!served) return info(served.error().code).exit_status;
  const std::optional<int> kept = (*server)->take_socket();
  server->reset();  // closes the log, for the next program
  log_info("engine", "stopped");
  const bool is_stop_asked = signals.end();
  if (!kept || is_stop_asked) return 0;
  return report(execute_successor(*kept));
}

}  // namespace courtside
