#include "cli/commands/successor.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "engine/server/service_manager.h"

extern char** environ;

namespace courtside {
namespace {

// The command line of this process, as the kernel keeps it.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> arguments;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    arguments.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return arguments;
}

// Pointers into `texts`, and the null pointer that ends them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

// `serve FLAGS` becomes `config check FLAGS --listen ADDRESS`.
std::vector<std::string> check_arguments(const std::string& address) {
  std::vector<std::string> arguments = own_arguments();
  if (arguments.empty()) return {};
  const auto serve = std::find(arguments.begin() + 1, arguments.end(), "serve");
  if (serve == arguments.end()) return {};
  *serve = "config";
  arguments.insert(serve + 1, "check");
  arguments.insert(arguments.end(), {"--listen", address});
  return arguments;
}

}  // namespace

Result<pid_t> start_configuration_check(const std::string& address) {
  std::vector<std::string> arguments = check_arguments(address);
  if (arguments.empty()) return fail(Code::unavailable, "/proc/self/cmdline does not say `serve`");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments.front().c_str(), &actions, &attributes,
                                 pointers(arguments).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return fail(Code::unavailable, format("{}: {}", arguments.front(), std::strerror(error)));
  }
  return child;
}

std::optional<Result<void>> configuration_check_result(pid_t check) {
  int status = 0;
  const pid_t ended = waitpid(check, &status, WNOHANG);
  if (ended < 0) return fail(Code::unavailable, std::strerror(errno));
  if (ended == 0) return std::nullopt;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Result<void>();
  if (WIFEXITED(status)) {
    return fail(Code::bad_configuration,
                format("{} does not accept the configuration (exit status {})",
                       own_arguments().front(), WEXITSTATUS(status)));
  }
  return fail(Code::unavailable,
              format("{} was ended by signal {}", own_arguments().front(), WTERMSIG(status)));
}

void end_configuration_check(pid_t check) {
  kill(check, SIGKILL);
  waitpid(check, nullptr, 0);
}

Error execute_successor(int socket) {
  std::vector<std::string> arguments = own_arguments();
  pass_socket(socket);
  execvp(arguments.front().c_str(), pointers(arguments).data());
  return {Code::unavailable, format("{}: {}", arguments.front(), std::strerror(errno))};
}

}  // namespace courtside
