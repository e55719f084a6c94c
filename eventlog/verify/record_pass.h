// Walks all records on the disk without copying: each is checked against its key and its own
// structure. Threads: the caller's; it blocks.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "eventlog/database.h"
#include "schema/record.h"

namespace rocksdb {
class Iterator;
}  // namespace rocksdb

namespace courtside {

class RecordPass {
 public:
  // Walks `range`; a missing record is an error.
  RecordPass(const Database& database, OffsetRange range);
  ~RecordPass();
  RecordPass(const RecordPass&) = delete;
  RecordPass& operator=(const RecordPass&) = delete;

  // The next record, valid until the next call; empty at the end. An error ends the walk: "offset
  // 77: the record is missing".
  Result<std::optional<RecordView>> next();

 private:
  Result<std::optional<RecordView>> record_here();

  std::unique_ptr<rocksdb::Iterator> events_;
  OffsetRange range_;  // what remains
  bool passed_ = false;
};

// Calls `visit` with each key and value of a family, in key order, until it fails.
using VisitEntry = std::function<Result<void>(std::string_view key, std::string_view value)>;
Result<void> for_each_entry(const Database& database, Family family, const VisitEntry& visit);

// An iterator for reading a whole family once.
std::unique_ptr<rocksdb::Iterator> iterate_once(const Database& database, Family family);

// data_corrupt: "offset 77: <what>".
Error fault_at(Offset offset, const std::string& what);

}  // namespace courtside
