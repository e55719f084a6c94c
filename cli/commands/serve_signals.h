// What the signals that a server gets mean to it:
//
//   SIGTERM, SIGINT    stop: once is enough, more of them change nothing. One that comes during the
//                      start stops the server as soon as it has started.
//   SIGHUP             read the files of keys again; during the start, when it is over
//   SIGUSR1, SIGUSR2   nothing
//   SIGPIPE            nothing: a reader of the log that has gone
//
// They are waited for on a thread of its own: a handler could do next to nothing.
#pragma once

#include <signal.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace courtside {

class Server;

class ServeSignals {
 public:
  // REQUIRES: made before any other thread, which then inherits the blocked mask.
  ServeSignals();
  // Ends the wait.
  ~ServeSignals();
  ServeSignals(const ServeSignals&) = delete;
  ServeSignals& operator=(const ServeSignals&) = delete;

  // Where they go from here on, those that came before too. `server` lives until detach().
  void attach(Server& server);
  void detach();

 private:
  void wait_for_signals();
  void on_stop();
  void on_reload();

  sigset_t signals_;
  std::mutex mutex_;
  Server* server_ = nullptr;
  bool stop_asked_ = false;
  bool reload_asked_ = false;  // before there was a server
  std::atomic<bool> ended_{false};
  std::thread waiter_;
};

}  // namespace courtside
