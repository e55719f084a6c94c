// How RocksDB is configured, and why. Threads: any; no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "eventlog/floors.h"

namespace rocksdb {
struct ColumnFamilyDescriptor;
struct DBOptions;
}  // namespace rocksdb

namespace courtside {

// Configures the whole database.
void set_up(rocksdb::DBOptions& options);

// Where the filters and indexes of tables are kept (two bytes and more per event): always in
// memory, as a server needs it, or in the block cache, so that memory does not grow with the log.
enum class TableParts : std::uint8_t { kInMemory, kInCache };

struct FamilySizes {
  std::size_t block_cache_bytes = 0;
  std::size_t memtable_bytes = 0;  // of records
};

// RocksDB's default family, which stays empty, then the families in the order of Family.
std::vector<rocksdb::ColumnFamilyDescriptor> column_families(
    const FamilySizes& sizes, std::shared_ptr<const SharedFloors> floors, TableParts parts);

}  // namespace courtside
