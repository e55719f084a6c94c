#include "cli/commands/serve_signals.h"

#include <utility>

#include "base/log.h"
#include "cli/commands/successor.h"
#include "engine/server/server.h"

namespace courtside {

ServeSignals::ServeSignals() {
  sigemptyset(&signals_);
  for (const int each : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD}) {
    sigaddset(&signals_, each);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // Whoever read our log from a pipe may go: that is no reason to.
  ::signal(SIGPIPE, SIG_IGN);
  waiter_ = std::thread([this] { wait_for_signals(); });
}

bool ServeSignals::end() {
  if (waiter_.joinable()) {
    ended_ = true;
    pthread_kill(waiter_.native_handle(), SIGUSR2);
    waiter_.join();
  }
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
}

void ServeSignals::wait_for_signals() {
  for (;;) {
    int signal = 0;
    sigwait(&signals_, &signal);
    // SIGUSR2 ends the wait when we send it; anybody else may send it too.
    if (ended_) return;
    if (signal == SIGTERM || signal == SIGINT) on_stop();
    if (signal == SIGHUP) on_reload();
    if (signal == SIGUSR1) log_info("engine", "SIGUSR1 means nothing to this server");
    if (signal == SIGUSR2) on_restart();
    if (signal == SIGCHLD) on_check_over();
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
  if (stop_asked_) return log_info("engine", "no restart: the server stops");
  if (check_) return log_info("engine", "restarting already");
  if (server_ != nullptr) return begin_restart();
  restart_asked_ = true;
  log_info("engine", "will restart as soon as the start is over");
}

// The server goes on while the successor looks at the configuration.
void ServeSignals::begin_restart() {
  const Result<pid_t> check = start_configuration_check();
  if (!check) return log_error("engine", "no restart: " + check.error().message);
  check_ = *check;
}

void ServeSignals::on_check_over() {
  const std::lock_guard lock(mutex_);
  if (!check_) return;
  const std::optional<Result<void>> result = configuration_check_result(*check_);
  if (!result) return;  // another child, or it was only stopped
  check_.reset();
  if (!*result) return log_error("engine", "no restart: " + result->error().message);
  if (server_ == nullptr || stop_asked_) return;
  log_info("engine", "restarting in place");
  server_->request_restart();
}

}  // namespace courtside
