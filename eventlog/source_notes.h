// Stores the notes of source_state.h in the database: family meta, `source/<name>/<key>`, with an
// empty key for the source position. Threads: as Database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventlog/batch.h"
#include "eventlog/database.h"

namespace rocksdb {
class WriteBatch;
}

namespace courtside {

void put_source(rocksdb::WriteBatch& writes, const Database& database, const SourceWrite& write);

// Empty when there is none.
Result<std::string> get_source_note(const Database& database, std::string_view source,
                                    std::string_view key);

// REQUIRES: prefix is not empty.
Result<std::vector<SourceNote>> get_source_notes(const Database& database, std::string_view source,
                                                 std::string_view prefix, std::size_t count_max);

}  // namespace courtside
