// RocksDB's errors as ours. Threads: any; no state.
#pragma once

#include <string_view>

#include "base/error.h"

namespace rocksdb {
class Status;
}  // namespace rocksdb

namespace courtside {

// `status` as an error: data_corrupt when bytes on disk are wrong, otherwise `otherwise`. With
// `otherwise` internal, which reads use, bytes that the disk cannot read are wrong, too. `doing` is
// a noun for the message ("events"). With `otherwise` data_corrupt or no_input, a lack of
// descriptors or memory is no_resources: it says nothing about the file.
Error error_from(const rocksdb::Status& status, std::string_view doing, Code otherwise);

// True when opening failed because another process has the database open.
bool is_lock_held(const rocksdb::Status& status);

}  // namespace courtside
