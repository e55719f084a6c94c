// The program under test, run as a stranger would: `courtside serve` on a folder and a port of its
// own, watched through its exit status and what it prints.
//
// It learns the port from the line `listening on http://127.0.0.1:PORT` on stderr. The child dies
// with us, also when the test is killed. Threads: one calls; a second, inside, drains the output.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

// A folder that goes when its owner goes.
class TempFolder {
 public:
  TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A child process whose standard output and error are one text.
class Process {
 public:
  // `environment` entries ("NAME=value") come on top of ours, less what is COURTSIDE_.
  explicit Process(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {},
                   const std::filesystem::path& working_folder = ".");
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills it, and what it started, if it still runs

  void signal(int number);
  void signal_group(int number);  // also to what it started, as a terminal does

  // Waits for the end. The exit status, or minus the signal's number.
  int wait(Deadline deadline = Deadline());

  // What it printed so far; whole_output() waits until it can print no more.
  std::string output() const;
  std::string whole_output(Deadline deadline = Deadline()) const;
  bool output_ended() const;

  // Waits until the output holds `text`, and returns the line from there on. Failure, with the
  // whole output, when the process ends or the deadline passes before.
  std::string wait_for_output(std::string_view text, Deadline deadline = Deadline());

  bool running() const { return pid_ > 0; }  // as far as wait() has seen
  pid_t pid() const { return pid_; }

 private:
  struct Output;
  pid_t pid_ = -1;
  std::unique_ptr<Output> output_;
};

// The path of the program: $COURTSIDE_TEST_BINARY, or the one that was built with the tests.
std::string courtside_binary();

class ServerProcess {
 public:
  // Starts on a fresh folder and a free port, and waits until it listens. `flags` come after
  // `serve --listen ... --data ...`.
  explicit ServerProcess(std::vector<std::string> flags = {});

  std::uint16_t port() const { return port_; }
  const std::filesystem::path& data() const { return folder_.path(); }
  Process& process() { return *process_; }

  // For the next start().
  void set_flags(std::vector<std::string> flags) { flags_ = std::move(flags); }

  // Same folder and port, again. REQUIRES: it does not run.
  void start();
  void kill();      // SIGKILL, and waits
  int terminate();  // SIGTERM, and waits; the exit status
  void kill_and_start() { kill(), start(); }

 private:
  std::vector<std::string> arguments() const;

  std::vector<std::string> flags_;
  TempFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace courtside::e2e
