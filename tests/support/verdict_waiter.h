// A listener of a sequencer that waits for the verdict on one append at a time.
//
// Threads: ask() on one; the rest is the log thread's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "eventlog/sequencer.h"
#include "tests/support/log_story.h"

namespace courtside::story {

class VerdictWaiter : public CommitListener {
 public:
  void on_commit(const SharedBatch& batch) override {
    const std::lock_guard lock(mutex_);
    for (const Verdict& verdict : batch->verdicts) {
      if (verdict.author.ticket == ticket_) verdict_ = verdict;
    }
    changed_.notify_all();
  }
  void on_failure(const Error& error) override {
    const std::lock_guard lock(mutex_);
    failure_ = error;
    changed_.notify_all();
  }

  // The verdict as text; the code's name when the log failed, "closed" when it accepts no more.
  std::string ask(Sequencer& sequencer, Append append) {
    {
      const std::lock_guard lock(mutex_);
      append.author.ticket = ++ticket_;
      verdict_.reset();
    }
    Command command(std::move(append));
    if (!sequencer.submit(command)) return "closed";
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(120), [this] { return verdict_ || failure_; });
    if (!came) return "no verdict";
    return verdict_ ? describe(*verdict_) : std::string(info(failure_->code).name);
  }

  std::optional<Error> failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t ticket_ = 0;
  std::optional<Verdict> verdict_;
  std::optional<Error> failure_;
};

}  // namespace courtside::story
