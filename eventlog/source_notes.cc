#include "eventlog/source_notes.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <utility>

#include "eventlog/database_error.h"

namespace courtside {
namespace {

std::string full_key(std::string_view source, std::string_view key) {
  std::string out = "source/";
  out.append(source).append("/").append(key);
  return out;
}

}  // namespace

void put_source(rocksdb::WriteBatch& writes, const Database& database, const SourceWrite& write) {
  rocksdb::ColumnFamilyHandle* family = database.family(Family::kMeta);
  const std::string key = full_key(write.source, write.key);
  if (write.value.empty()) {
    writes.Delete(family, key);
  } else {
    writes.Put(family, key, write.value);
  }
}

Result<std::string> get_source_note(const Database& database, std::string_view source,
                                    std::string_view key) {
  auto value = database.get(Family::kMeta, full_key(source, key));
  if (!value) return fail(value.error());
  return std::move(*value).value_or(std::string());
}

Result<std::vector<SourceNote>> get_source_notes(const Database& database, std::string_view source,
                                                 std::string_view prefix, std::size_t count_max) {
  const std::string begin = full_key(source, prefix);
  const std::size_t key_begin = begin.size() - prefix.size();
  const std::unique_ptr<rocksdb::Iterator> notes(
      database.rocks().NewIterator(rocksdb::ReadOptions(), database.family(Family::kMeta)));
  std::vector<SourceNote> out;
  for (notes->Seek(begin);
       out.size() < count_max && notes->Valid() && notes->key().starts_with(begin); notes->Next()) {
    out.push_back(
        {.key = notes->key().ToString().substr(key_begin), .value = notes->value().ToString()});
  }
  if (!notes->status().ok()) {
    return fail(error_from(notes->status(), "notes of a source", Code::internal));
  }
  return out;
}

}  // namespace courtside
