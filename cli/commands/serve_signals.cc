#include "cli/commands/serve_signals.h"

#include <utility>

#include "base/log.h"
#include "cli/commands/successor.h"
#include "engine/server/server.h"

namespace courtside {
namespace {

constexpr std::chrono::seconds kCheckTimeMax{30};

}  // namespace

ServeSignals::ServeSignals() {
  sigemptyset(&signals_);
  for (const int each : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD}) {
    sigaddset(&signals_, each);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // Whoever read our log from a pipe may go: that is no reason to.
  ::signal(SIGPIPE, SIG_IGN);
  // Whoever started us may ignore it: then nothing would tell of the end of a check.
  ::signal(SIGCHLD, SIG_DFL);
  waiter_ = std::thread([this] { wait_for_signals(); });
}

bool ServeSignals::end() {
  if (waiter_.joinable()) {
    ended_ = true;
    pthread_kill(waiter_.native_handle(), SIGUSR2);
    waiter_.join();
  }
  if (check_) end_configuration_check(*std::exchange(check_, std::nullopt));
  return stop_asked_;
}

void ServeSignals::attach(Server& server) {
  const std::lock_guard lock(mutex_);
  server_ = &server;
  if (reload_asked_) server.request_reload();
  if (stop_asked_) return server.request_stop();
  if (std::exchange(restart_asked_, false)) begin_restart();
}

void ServeSignals::detach() {
  const std::lock_guard lock(mutex_);
  server_ = nullptr;
  is_detached_ = true;
}

void ServeSignals::wait_for_signals() {
  constexpr timespec kPause = {.tv_sec = 1, .tv_nsec = 0};
  for (;;) {
    const int signal = sigtimedwait(&signals_, nullptr, &kPause);
    if (signal == SIGTERM || signal == SIGINT) on_stop();
    // SIGUSR2 ends the wait when we send it; anybody else may send it too.
    if (signal == SIGUSR2 && ended_) return;
    if (signal == SIGHUP) on_reload();
    if (signal == SIGUSR1) log_info("engine", "SIGUSR1 means nothing to this server");
    if (signal == SIGUSR2) on_restart();
    look_at_check();
  }
}

void ServeSignals::on_stop() {
  const std::lock_guard lock(mutex_);
  if (stop_asked_) return log_info("engine", "stopping already");
  stop_asked_ = true;
  log_info("engine", server_ != nullptr ? "stopping" : "stopping as soon as the start is over");
  if (server_ != nullptr) server_->request_stop();
}

// During the start it waits: a file may have been read before it was changed.
void ServeSignals::on_reload() {
  const std::lock_guard lock(mutex_);
  if (server_ != nullptr) return server_->request_reload();
  reload_asked_ = true;
  log_info("engine", "will reload as soon as the start is over");
}

void ServeSignals::on_restart() {
  const std::lock_guard lock(mutex_);
  if (stop_asked_ || is_detached_) return log_info("engine", "no restart: the server stops");
  if (check_) return log_info("engine", "restarting already");
  if (server_ != nullptr) return begin_restart();
  restart_asked_ = true;
  log_info("engine", "will restart as soon as the start is over");
}

// The server goes on while the successor looks at the configuration.
void ServeSignals::begin_restart() {
  const Result<pid_t> check = start_configuration_check(server_->address());
  if (!check) return log_error("engine", "no restart: " + check.error().message);
  check_ = *check;
  check_ends_ = std::chrono::steady_clock::now() + kCheckTimeMax;
}

void ServeSignals::look_at_check() {
  const std::lock_guard lock(mutex_);
  if (!check_) return;
  const std::optional<Result<void>> result = configuration_check_result(*check_);
  if (!result && std::chrono::steady_clock::now() < check_ends_) return;
  const pid_t check = *std::exchange(check_, std::nullopt);
  if (!result) {
    end_configuration_check(check);
    return log_error("engine", "no restart: looking at the configuration takes too long");
  }
  if (!*result) return log_error("engine", "no restart: " + result->error().message);
  if (server_ == nullptr || stop_asked_) return;
  log_info("engine", "restarting in place");
  server_->request_restart();
}

}  // namespace courtside
