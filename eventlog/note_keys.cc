#include "eventlog/note_keys.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <string>

#include "eventlog/database_error.h"

namespace courtside {
namespace {

std::string full_key(std::string_view key) { return std::string("note/").append(key); }

}  // namespace

Result<std::vector<LogNote>> get_notes(const Database& database, std::string_view prefix) {
  const std::string begin = full_key(prefix);
  const std::size_t key_begin = full_key({}).size();
  const std::unique_ptr<rocksdb::Iterator> found(
      database.rocks().NewIterator(rocksdb::ReadOptions(), database.family(Family::kMeta)));
  std::vector<LogNote> out;
  for (found->Seek(begin); found->Valid() && found->key().starts_with(begin); found->Next()) {
    out.push_back(
        {.key = found->key().ToString().substr(key_begin), .value = found->value().ToString()});
  }
  if (!found->status().ok()) {
    return fail(error_from(found->status(), "notes of the log", Code::internal));
  }
  return out;
}

Result<void> put_notes(Database& database, const std::vector<LogNote>& notes) {
  rocksdb::WriteBatch writes;
  for (const LogNote& note : notes) put_note(writes, database, note);
  const rocksdb::Status status = database.rocks().Write(rocksdb::WriteOptions(), &writes);
  if (!status.ok()) return fail(error_from(status, "notes of the log", Code::write_failed));
  return {};
}

void put_note(rocksdb::WriteBatch& writes, const Database& database, const LogNote& note) {
  rocksdb::ColumnFamilyHandle* family = database.family(Family::kMeta);
  if (note.value.empty()) {
    writes.Delete(family, full_key(note.key));
  } else {
    writes.Put(family, full_key(note.key), note.value);
  }
}

}  // namespace courtside
