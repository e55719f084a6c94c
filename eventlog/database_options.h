// How RocksDB is set up, and why. Threads: none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "eventlog/database.h"

namespace rocksdb {
struct ColumnFamilyDescriptor;
struct DBOptions;
}  // namespace rocksdb

namespace courtside {

// Sets up the whole database.
void set_up(rocksdb::DBOptions& options);

// RocksDB's default family, which stays empty, then one per Family, in its order.
std::vector<rocksdb::ColumnFamilyDescriptor> column_families(
    std::size_t block_cache_bytes, std::shared_ptr<const SharedFloors> floors);

// The family's name on disk.
const std::string& family_name(Family family);

}  // namespace courtside
