#include "eventlog/rocks_logger.h"

#include <rocksdb/env.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"

namespace courtside {
namespace {

constexpr std::uint64_t kMinuteUs = 60'000'000;
constexpr std::size_t kRocksLineBytesMax = 1024;  // longer lines are cut

class RocksLogger : public rocksdb::Logger {
 public:
  RocksLogger() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  void Logv(const char* text, va_list values) override {
    Logv(rocksdb::InfoLogLevel::INFO_LEVEL, text, values);
  }

  void Logv(const rocksdb::InfoLogLevel level, const char* text, va_list values) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    const int left_out = take_line();
    if (left_out < 0) return;
    char line[kRocksLineBytesMax];
    const int size = std::vsnprintf(line, sizeof(line), text, values);
    if (size < 0) return;
    std::string message = "RocksDB: ";
    message.append(line);
    while (message.ends_with('\n')) message.pop_back();
    if (left_out > 0) message += format(" ({} lines were left out)", left_out);
    log_info("eventlog", message);
  }

 private:
  // The number of lines that were left out before this one; -1: leave this one out, too.
  int take_line() {
    const std::lock_guard lock(mutex_);
    const std::uint64_t now_us = steady_us();
    if (now_us - began_us_ >= kMinuteUs) {
      began_us_ = now_us;
      lines_ = 0;
    }
    if (++lines_ > kRocksLinesPerMinute) {
      ++left_out_;
      return -1;
    }
    return std::exchange(left_out_, 0);
  }

  std::mutex mutex_;
  std::uint64_t began_us_ = 0;
  int lines_ = 0;
  int left_out_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_rocks_logger() { return std::make_shared<RocksLogger>(); }

}  // namespace courtside
