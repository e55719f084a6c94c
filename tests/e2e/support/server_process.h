// The program under test, run from outside: `courtside serve` with its own folder and port,
// observed by its exit status and output.
//
// The port comes from the line `listening on http://127.0.0.1:PORT` on stderr. The child ends with
// the test, also when the test is killed. Threads: one calls; an internal thread drains the output.
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

// A folder that is removed with its owner.
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

// A child process; its stdout and stderr are one text.
class Process {
 public:
  // `environment` entries ("NAME=value") are added to this process's environment without its
  // COURTSIDE_ variables.
  explicit Process(const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {},
                   const std::filesystem::path& working_folder = ".");
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills it and its children if they still run

  void signal(int number);
  void signal_group(int number);  // also to its children, as a terminal does

  // Waits until it ends. Returns the exit status, or minus the signal's number.
  int wait(Deadline deadline = Deadline());

  // The output so far; whole_output() waits until there can be no more.
  std::string output() const;
  std::string whole_output(Deadline deadline = Deadline()) const;
  bool output_ended() const;

  // Waits until the output contains `text`; returns the rest of the line from there. Failure, with
  // the whole output, when the process ends or the deadline passes first.
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

// Runs the program to its end: "<status>: <all output>".
std::string run_courtside(const std::vector<std::string>& arguments);

// Where a server keeps its data, and what is added to its environment.
struct ServerPlace {
  std::filesystem::path data;
  std::vector<std::string> environment = {};
};

class ServerProcess {
 public:
  // Starts with a new folder and a free port, and waits until it listens. `flags` follow `serve
  // --listen ... --data ...`; `wrapper` is a program that runs it, such as prlimit.
  explicit ServerProcess(std::vector<std::string> flags = {},
                         std::vector<std::string> wrapper = {});
  // The same in a place that outlives it.
  ServerProcess(std::vector<std::string> flags, ServerPlace place);

  std::uint16_t port() const { return port_; }
  const std::filesystem::path& data() const { return place_.data; }
  Process& process() { return *process_; }

  // Flags for the next start().
  void set_flags(std::vector<std::string> flags) { flags_ = std::move(flags); }

  // Starts again with the same folder and port. REQUIRES: it is not running.
  void start();
  void kill();      // SIGKILL, and waits
  int terminate();  // SIGTERM, and waits; the exit status
  void kill_and_start() { kill(), start(); }

 private:
  std::vector<std::string> arguments() const;

  std::vector<std::string> flags_;
  const std::vector<std::string> wrapper_;
  TempFolder folder_;
  const ServerPlace place_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace courtside::e2e
