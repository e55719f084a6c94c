// Goal: RocksDB's assertions end the program with a reason and data_corrupt's exit status; others
// abort.
#include <gtest/gtest.h>

#include <csignal>

extern "C" __attribute__((__noreturn__)) void __assert_fail(const char* assertion, const char* file,
                                                            unsigned int line,
                                                            const char* function) noexcept;

namespace courtside {
namespace {

TEST(FailedAssertion, OfRocksDbIsDamage) {
  EXPECT_EXIT(__assert_fail("n > 0", "table/block.cc", 79, "void rocksdb::Block::Read()"),
              testing::ExitedWithCode(65), "");
}

TEST(FailedAssertion, ElsewhereIsADefect) {
  EXPECT_EXIT(__assert_fail("n > 0", "file.cc", 7, "void f()"), testing::KilledBySignal(SIGABRT),
              "file.cc:7: assertion failed: n > 0");
}

}  // namespace
}  // namespace courtside
