// What the signals that a server gets mean to it:
//
//   SIGTERM, SIGINT    stop: once is enough, more of them change nothing. One that comes during the
//                      start stops the server as soon as it has started.
//   SIGHUP             read keys, certificate and settings again; during the start, when it is
//                      over
//   SIGUSR2            restart in place: the program at the same path takes the listening socket
//                      over, if it accepts the configuration (successor.h)
//   SIGUSR1            nothing
//   SIGPIPE            nothing: a reader of the log that has gone
//
// They are waited for on a thread of its own: a handler could do next to nothing.
#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace courtside {

class Server;

class ServeSignals {
 public:
  // REQUIRES: made before any other thread, which then inherits the blocked mask.
  ServeSignals();
  ~ServeSignals() { end(); }
  ServeSignals(const ServeSignals&) = delete;
  ServeSignals& operator=(const ServeSignals&) = delete;

  // Where they go from here on, those that came before too. `server` lives until detach().
  void attach(Server& server);
  void detach();

  // Ends the wait. Signals that come later stay with the process, also for a program that it then
  // executes. Returns whether a stop was asked for.
  bool end();

 private:
  void wait_for_signals();
  void on_stop();
  void on_reload();
  void on_restart();
  void begin_restart();
  void look_at_check();

  sigset_t signals_;
  std::mutex mutex_;
  Server* server_ = nullptr;
  bool stop_asked_ = false;
  bool reload_asked_ = false;  // before there was a server; the next one too
  bool restart_asked_ = false;
  bool is_detached_ = false;
  std::optional<pid_t> check_;  // a successor that looks at the configuration
  std::chrono::steady_clock::time_point check_ends_;
  std::atomic<bool> ended_{false};
  std::thread waiter_;
};

}  // namespace courtside
