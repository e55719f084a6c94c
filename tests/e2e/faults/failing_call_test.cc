// Goal: whichever system call of a server fails, everything is served right, or the process ends
// with a status and a reason of ours: no abort, no hang, and nothing that was acknowledged is lost,
// doubled or moved.
//
// COURTSIDE_TEST_FAILING_CALLS: how many calls of each kind fail, one in each run; 0: every one.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "tests/e2e/faults/failing_run.h"
#include "tests/e2e/support/scale.h"

namespace courtside::e2e {
namespace {

struct Kind {
  const char* name;
  int error;
};

int sample_size() {
  const char* const chosen = std::getenv("COURTSIDE_TEST_FAILING_CALLS");
  return chosen == nullptr ? 1 : std::atoi(chosen);
}

class FailingCalls : public testing::TestWithParam<Kind> {
 protected:
  // Runs with this call failing. False: there are not so many calls.
  bool run_with(std::uint64_t number) {
    const CallToFail call{.kind = GetParam().name, .number = number, .error = GetParam().error};
    SCOPED_TRACE(call.kind + " " + std::to_string(number) + ": " + std::strerror(call.error));
    FailingRun run(call);
    try {
      run.go();
    } catch (const Failure& failure) {
      ADD_FAILURE() << failure.what();
    }
    calls_ = std::max(calls_, run.calls());
    if (!run.has_failed()) return false;
    ++runs_;
    for (const int status : run.ends()) ++ends_[status];
    return true;
  }

  void TearDown() override {
    std::printf("%llu runs, about %llu calls; ends:", static_cast<unsigned long long>(runs_),
                static_cast<unsigned long long>(calls_));
    for (const auto& [status, count] : ends_) std::printf(" %d (%d times)", status, count);
    std::printf("\n");
  }

  std::uint64_t runs_ = 0;
  std::uint64_t calls_ = 0;
  std::map<int, int> ends_;
};

TEST_P(FailingCalls, LeaveAServerThatServesOrEndsByName) {
  const int sample = sample_size();
  if (sample == 0) {
    for (std::uint64_t number = 1; run_with(number);) ++number;
    EXPECT_GT(runs_, 0u);
    return;
  }
  Random random(seed());
  std::printf("%d calls, seed %llu\n", sample, static_cast<unsigned long long>(seed()));
  run_with(0);            // none fails: this counts them
  ASSERT_GT(calls_, 0u);  // the count varies, so its last quarter is left out
  for (int i = 0; i < sample; ++i) run_with(1 + pick(random, calls_ - calls_ / 4));
}

INSTANTIATE_TEST_SUITE_P(
    All, FailingCalls,
    testing::Values(Kind{"sync", EIO}, Kind{"sync", ENOSPC}, Kind{"write", EIO},
                    Kind{"write", ENOSPC}, Kind{"read", EIO}, Kind{"open", EMFILE},
                    Kind{"open", EIO}, Kind{"rename", EIO}, Kind{"rename", ENOSPC},
                    Kind{"unlink", EIO}, Kind{"allocate", ENOSPC}, Kind{"accept", EMFILE},
                    Kind{"accept", ECONNABORTED}, Kind{"watch", ENOSPC}, Kind{"watch", ENOMEM},
                    Kind{"thread", EAGAIN}),
    [](const auto& kind) {
      return std::string(kind.param.name) + "_" + strerrorname_np(kind.param.error);
    });

}  // namespace
}  // namespace courtside::e2e
