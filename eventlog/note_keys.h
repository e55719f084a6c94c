// Stores the notes of log_notes.h in the database: family meta, `note/<key>`. Threads: as Database.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/log_notes.h"

namespace rocksdb {
class WriteBatch;
}

namespace courtside {

Result<std::vector<LogNote>> get_notes(const Database& database, std::string_view prefix);

Result<void> put_notes(Database& database, const std::vector<LogNote>& notes);

// Adds the note to a write that is committed later.
void put_note(rocksdb::WriteBatch& writes, const Database& database, const LogNote& note);

}  // namespace courtside
