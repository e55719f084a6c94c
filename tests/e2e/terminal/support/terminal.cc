#include "tests/e2e/terminal/support/terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <utility>

#include "tests/e2e/support/server_process.h"

extern char** environ;

namespace courtside::e2e {
namespace {

// In the child: it becomes the program, with the environment that was asked for.
[[noreturn]] void become(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment) {
  std::vector<std::string> variables = environment;
  variables.emplace_back("TERM=xterm");
  variables.emplace_back("LANG=C.UTF-8");
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string variable = *entry;
    const std::string name = variable.substr(0, variable.find('='));
    const bool is_ours = name.starts_with("COURTSIDE_") || name == "TERM" || name == "NO_COLOR" ||
                         name == "COLUMNS" || name == "TZ" || name == "LANG";
    if (!is_ours) variables.push_back(variable);
  }
  std::vector<char*> names, words;
  for (std::string& each : variables) names.push_back(each.data());
  names.push_back(nullptr);
  // An aborted test leaves nothing behind.
  std::vector<std::string> command = {"/usr/bin/setpriv", "--pdeathsig", "KILL"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  for (std::string& each : command) words.push_back(each.data());
  words.push_back(nullptr);
  execve(words[0], words.data(), names.data());
  _exit(127);
}

// What stays of a line: colours colour it, "\r" goes back to its beginning, "ESC [ K" empties it.
std::string what_stays(const std::string& line) {
  std::string out, written;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\r') {
      if (!written.empty()) out = std::exchange(written, {});
    } else if (line.compare(i, 2, "\x1b[") == 0) {
      const std::size_t end = line.find_first_of("mK", i);
      if (end == std::string::npos) break;
      if (line[end] == 'K') out = written;
      i = end;
    } else {
      written.push_back(line[i]);
    }
  }
  return written.empty() ? out : written;
}

std::string read_all(int fd, pid_t pid, Deadline deadline) {
  std::string out;
  char bytes[4096];
  while (true) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    if (poll(&wanted, 1, deadline.remaining_ms()) <= 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
      give_up("the program does not end; the terminal shows:\n" + out);
    }
    const ssize_t count = read(fd, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return out;  // EIO: nobody has the terminal any more
    out.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string Shown::text() const {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

Shown run_on_terminal(std::size_t columns, const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment, Deadline deadline) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = 40;
  int fd = -1;
  const pid_t pid = forkpty(&fd, nullptr, nullptr, &size);
  if (pid < 0) give_up(std::string("forkpty: ") + std::strerror(errno));
  if (pid == 0) become(arguments, environment);
  Shown shown;
  shown.raw = read_all(fd, pid, deadline);
  close(fd);
  int status = 0;
  waitpid(pid, &status, 0);
  shown.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  std::string text = shown.raw;
  for (std::size_t end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n")) {
    shown.lines.push_back(what_stays(text.substr(0, end)));
    text.erase(0, end + 2);
  }
  if (!text.empty()) shown.lines.push_back(what_stays(text));
  return shown;
}

Ran in_shell(const std::string& script, const std::filesystem::path& folder) {
  Process process({"/bin/bash", "-c", script, courtside_binary()}, {}, folder);
  const int status = process.wait();
  return {status, process.whole_output()};
}

std::size_t columns_of(const std::string& text) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::wstring wide(text.size() + 1, L'\0');
  const std::size_t count = std::mbstowcs(wide.data(), text.c_str(), wide.size());
  if (count == static_cast<std::size_t>(-1)) give_up("no UTF-8 on the terminal: " + text);
  const int columns = wcswidth(wide.c_str(), count);
  if (columns < 0) give_up("what no terminal shows: " + text);
  return static_cast<std::size_t>(columns);
}

}  // namespace courtside::e2e
