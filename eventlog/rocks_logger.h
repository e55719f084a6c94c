// RocksDB's own messages, in our log. Threads: any.
//
// Without it, RocksDB writes them to a file LOG in the data folder, and Debian's build of 7.8 ends
// the process (an assertion) at the second line that a full disk does not take.
#pragma once

#include <memory>

namespace rocksdb {
class Logger;
}

namespace courtside {

// Warnings and errors, as lines of level info: what they lead to is reported by us. At most
// kRocksLinesPerMinute; the next line says how many were left out.
std::shared_ptr<rocksdb::Logger> make_rocks_logger();

constexpr int kRocksLinesPerMinute = 20;

}  // namespace courtside
