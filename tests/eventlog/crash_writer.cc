// The process that crash_test.cc kills. It appends through the sequencer without end and prints
// each acknowledged command of three events as "<first offset> <number>" on stdout.
//
//   crash_writer <folder> <first number>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <variant>

#include "eventlog/sequencer/local_sequencer.h"
#include "tests/support/log_story.h"

namespace {

using namespace courtside;

class Printer : public CommitListener {
 public:
  void on_commit(const SharedBatch& batch) override {
    std::string lines;
    for (const Verdict& verdict : batch->verdicts) {
      const auto& events = std::get<std::vector<Appended>>(verdict.outcome);
      lines += std::to_string(events[0].offset.value()) + ' ' +
               std::to_string(verdict.author.ticket) + '\n';
    }
    if (write(STDOUT_FILENO, lines.data(), lines.size()) < 0) _exit(1);
  }
  void on_failure(const Error&) override { _exit(2); }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  // Small segments and eager reclaiming, so that many kills hit either.
  auto log =
      EventLog::open({.path = argv[1], .segment_events_max = 500, .reclaim_bytes_min = 20000});
  if (!log) {
    std::fprintf(stderr, "%s\n", log.error().message.c_str());
    return 3;
  }
  Printer printer;
  const auto sequencer =
      LocalSequencer::make(**log, {.retention_bytes = 30'000, .retention_check_ms = 5});
  sequencer->start(printer);
  for (std::uint64_t number = std::strtoull(argv[2], nullptr, 10);; ++number) {
    const std::string text = std::to_string(number);
    Append made = story::append({{text + "a", "booking:" + std::to_string(number % 50)},
                                 {text + "b", "user:1"},
                                 {text + "c", "venue:" + std::to_string(number % 7)}});
    made.author.ticket = number;
    Command command(std::move(made));
    while (!sequencer->submit(command)) std::this_thread::yield();
    if (number % 64 == 0) usleep(500);  // also commit small batches
  }
}
