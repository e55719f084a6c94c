// How RocksDB is set up, and why. Threads: none.
#pragma once

#include <cstddef>
#include <cstdint>
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

// Filters and indexes of tables, two bytes an event and more: in memory for good, which is what a
// server wants, or in the block cache, so that memory does not grow with the log.
enum class TableParts : std::uint8_t { kInMemory, kInCache };

// RocksDB's default family, which stays empty, then one per Family, in its order.
std::vector<rocksdb::ColumnFamilyDescriptor> column_families(
    std::size_t block_cache_bytes, std::shared_ptr<const SharedFloors> floors, TableParts parts);

// The family's name on disk.
const std::string& family_name(Family family);

}  // namespace courtside
