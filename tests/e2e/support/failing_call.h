// A system call of a server that fails: the Nth of its kind, once (failing_call.cc has the kinds).
//
//   FailingCall call({.kind = "write", .number = 12, .error = EIO});
//   Process server({courtside_binary(), "serve", ...}, call.environment());
//   call.has_failed();
//
// Processes that start with one environment count together. Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

struct CallToFail {
  std::string kind;
  std::uint64_t number = 0;  // from 1 on; 0: none fails
  int error = 0;             // an errno
};

class FailingCall {
 public:
  explicit FailingCall(const CallToFail& call) : call_(call) {
    std::ofstream(counts_path(), std::ios::binary) << std::string(16, '\0');
  }

  std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" COURTSIDE_FAILING_CALL, "FAILING_CALL_COUNTS=" + counts_path(),
            "FAILING_CALL=" + call_.kind + " " + std::to_string(call_.number) + " " +
                std::to_string(call_.error),
            // A sanitizer requires to be the first library, and here it is not.
            "ASAN_OPTIONS=verify_asan_link_order=0"};
  }

  // Calls of this kind so far.
  std::uint64_t calls() const { return count_at(0); }
  bool has_failed() const { return count_at(8) != 0; }

 private:
  std::string counts_path() const { return (folder_.path() / "counts").string(); }
  std::uint64_t count_at(std::streamoff at) const {
    std::ifstream file(counts_path(), std::ios::binary);
    std::uint64_t count = 0;
    file.seekg(at);
    file.read(reinterpret_cast<char*>(&count), sizeof(count));
    return count;
  }

  const CallToFail call_;
  TempFolder folder_;
};

}  // namespace courtside::e2e
