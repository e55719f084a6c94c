#include "tests/e2e/support/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

extern char** environ;

namespace courtside::e2e {
namespace {

constexpr std::string_view kListening = "listening on http";
constexpr std::string_view kHost = "//127.0.0.1:";

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// The environment without COURTSIDE_ variables, with the entries of `more` added or replaced.
std::vector<std::string> joined_environment(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('=') + 1);
    const bool replaced = std::any_of(more.begin(), more.end(),
                                      [name](const auto& text) { return text.starts_with(name); });
    if (!replaced && !name.starts_with("COURTSIDE_")) all.emplace_back(variable);
  }
  return all;
}

// Runs `arguments` with stdout and stderr on `output_fd`. setpriv(1) makes the kernel kill the
// child when the thread that started it ends, so that an aborted test leaves no server behind.
pid_t spawn(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            const std::filesystem::path& folder, int output_fd) {
  std::vector<std::string> command = {"/usr/bin/setpriv", "--pdeathsig", "KILL"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = joined_environment(environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output_fd, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;  // its own process group
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, command[0].c_str(), &actions, &attributes,
                                pointers(command).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) give_up("cannot run " + arguments[0] + ": " + std::strerror(error));
  return pid;
}

}  // namespace

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "courtside-e2e-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) give_up(std::string("mkdtemp: ") + std::strerror(errno));
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;  // a folder that remains is no reason to fail
  std::filesystem::remove_all(path_, ignored);
}

// The child's output, collected by a thread until the pipe ends.
struct Process::Output {
  int fd = -1;
  mutable std::mutex mutex;
  std::condition_variable grown;
  std::string text;
  bool ended = false;
  std::thread reader;

  void read_all() {
    char bytes[4096];
    while (true) {
      const ssize_t count = ::read(fd, bytes, sizeof bytes);
      if (count < 0 && errno == EINTR) continue;
      const std::lock_guard lock(mutex);
      if (count > 0) text.append(bytes, static_cast<std::size_t>(count));
      ended = count <= 0;
      grown.notify_all();
      if (ended) return;
    }
  }
};

Process::Process(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment,
                 const std::filesystem::path& working_folder)
    : output_(std::make_unique<Output>()) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) give_up(std::string("pipe: ") + std::strerror(errno));
  output_->fd = ends[0];
  try {
    pid_ = spawn(arguments, environment, working_folder, ends[1]);
  } catch (const Failure&) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
  output_->reader = std::thread([output = output_.get()] { output->read_all(); });
}

Process::~Process() {
  if (pid_ > 0) {
    signal_group(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  output_->reader.join();
  ::close(output_->fd);
}

void Process::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

void Process::signal_group(int number) {
  if (pid_ > 0) ::kill(-pid_, number);
}

int Process::wait(Deadline deadline) {
  // A pid file descriptor becomes readable when the process ends, so the wait can be bounded.
  const int pid_fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd wanted{pid_fd, POLLIN, 0};
  const int ready = poll(&wanted, 1, deadline.remaining_ms());
  ::close(pid_fd);
  if (ready <= 0) give_up("the process does not end; it printed:\n" + output());
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Process::output() const {
  const std::lock_guard lock(output_->mutex);
  return output_->text;
}

std::string Process::whole_output(Deadline deadline) const {
  std::unique_lock lock(output_->mutex);
  output_->grown.wait_for(lock, milliseconds(deadline.remaining_ms()),
                          [this] { return output_->ended; });
  return output_->text;
}

bool Process::output_ended() const {
  const std::lock_guard lock(output_->mutex);
  return output_->ended;
}

std::string Process::wait_for_output(std::string_view text, Deadline deadline) {
  std::unique_lock lock(output_->mutex);
  while (true) {
    const std::size_t at = output_->text.find(text);
    const std::size_t end = output_->text.find('\n', at == std::string::npos ? 0 : at);
    if (at != std::string::npos && end != std::string::npos) {
      return output_->text.substr(at, end - at);
    }
    if (output_->ended || deadline.expired()) {
      give_up("waited for '" + std::string(text) + "'; the process printed:\n" + output_->text);
    }
    output_->grown.wait_for(lock, milliseconds(deadline.remaining_ms()));
  }
}

std::string courtside_binary() {
  const char* chosen = std::getenv("COURTSIDE_TEST_BINARY");
  return chosen != nullptr ? chosen : COURTSIDE_BUILT_BINARY;
}

std::string run_courtside(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {courtside_binary()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process(command);
  const int status = process.wait();
  return std::to_string(status) + ": " + process.whole_output();
}

ServerProcess::ServerProcess(std::vector<std::string> flags, std::vector<std::string> wrapper)
    : flags_(std::move(flags)),
      wrapper_(std::move(wrapper)),
      place_{.data = folder_.path(), .environment = {}} {
  start();
}

ServerProcess::ServerProcess(std::vector<std::string> flags, ServerPlace place)
    : flags_(std::move(flags)), place_(std::move(place)) {
  start();
}

std::vector<std::string> ServerProcess::arguments() const {
  std::vector<std::string> all = wrapper_;
  all.insert(all.end(), {courtside_binary(), "serve", "--listen",
                         "127.0.0.1:" + std::to_string(port_), "--data", place_.data.string()});
  all.insert(all.end(), flags_.begin(), flags_.end());
  return all;
}

void ServerProcess::start() {
  process_ = std::make_unique<Process>(arguments(), place_.environment);
  const std::string line = process_->wait_for_output(kListening);
  port_ = static_cast<std::uint16_t>(std::stoul(line.substr(line.find(kHost) + kHost.size())));
}

void ServerProcess::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

int ServerProcess::terminate() {
  process_->signal(SIGTERM);
  return process_->wait();
}

}  // namespace courtside::e2e
