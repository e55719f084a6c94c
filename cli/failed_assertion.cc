// How a process ends when an assertion in RocksDB fails: with the exit status of `data_corrupt` and
// the reason, instead of an abort. Debian builds RocksDB with assertions, and RocksDB parses some
// bytes of its files before it compares their checksum.
//
// The process ends at once, as after `kill -9`: whatever was acknowledged is on the disk. A failed
// assertion elsewhere is a defect and aborts. The linker binds RocksDB's calls of __assert_fail to
// this one, because the program comes before the C library. Threads: any.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/format.h"
#include "base/log.h"

extern "C" __attribute__((__noreturn__)) void __assert_fail(const char* assertion, const char* file,
                                                            unsigned int line,
                                                            const char* function) noexcept {
  using namespace courtside;
  const std::string_view where = function == nullptr ? "" : function;
  if (where.find("rocksdb::") == std::string_view::npos) {
    std::fprintf(stderr, "%s:%u: assertion failed: %s\n", file, line, assertion);
    std::abort();
  }
  const CodeInfo& code = info(Code::data_corrupt);
  log_error("engine", format("{}: RocksDB expects `{}` ({}:{}): the process ends; {}", code.cause,
                             assertion, file, line, code.remedy));
  _exit(code.exit_status);
}
