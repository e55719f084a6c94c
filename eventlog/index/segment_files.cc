#include "eventlog/index/segment_files.h"

#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/index/sorted_entries.h"

namespace courtside {
namespace {

std::string folder(const Database& database) { return database.path() + "/unfinished"; }

std::string file_for(const Database& database, Family family) {
  return folder(database) + "/" + std::to_string(static_cast<int>(family)) + ".sst";
}

// The file of one family, written in ascending order of keys.
class SortedFile {
 public:
  SortedFile(Database& database, Family family)
      : path_(file_for(database, family)),
        writer_(rocksdb::EnvOptions(), database.rocks().GetOptions(database.family(family)),
                database.family(family)) {
    status_ = writer_.Open(path_);
  }

  void put(std::string_view key, std::string_view value) {
    if (status_.ok()) status_ = writer_.Put(key, value);
  }

  rocksdb::Status finish() {
    if (status_.ok()) status_ = writer_.Finish();  // syncs
    return status_;
  }

 private:
  const std::string path_;
  rocksdb::SstFileWriter writer_;
  rocksdb::Status status_;
};

rocksdb::Status write_ids(const IndexSegment& segment, Database& database) {
  SortedFile file(database, Family::kIds);
  for (const auto* entry : sorted_entries(segment.ids(), no_prefix)) {
    file.put(entry->key, encode(segment.offset_at(entry->value)).view());
  }
  return file.finish();
}

rocksdb::Status write_subjects(const IndexSegment& segment, Database& database) {
  SortedFile file(database, Family::kSubjects);
  for (const auto* entry : sorted_entries(segment.subjects(), kind_prefix)) {
    file.put(entry->key, encode(entry->value).view());
  }
  return file.finish();
}

void put_chunks(SortedFile& file, const IndexSegment& segment, std::string_view term,
                const PostingList& list) {
  std::vector<Offset> offsets;
  std::string key;
  std::string value;
  for (std::size_t begin = 0; begin < list.size(); begin += kChunkOffsetsMax) {
    const std::size_t end = std::min(begin + kChunkOffsetsMax, list.size());
    offsets.clear();
    for (std::size_t i = begin; i < end; ++i) offsets.push_back(segment.offset_at(list.at(i)));
    key.assign(term).append(1, '\0').append(encode(offsets.front()).view());
    value.clear();
    append_chunk(value, offsets);
    file.put(key, value);
  }
}

rocksdb::Status write_index(const IndexSegment& segment, Database& database) {
  SortedFile file(database, Family::kIndex);
  file.put(kLowWaterKey, encode(segment.range().end).view());
  for (const auto* entry : sorted_entries(segment.terms(), kind_prefix)) {
    put_chunks(file, segment, entry->key, entry->value);
  }
  return file.finish();
}

rocksdb::Status write_note(const IndexSegment& segment, Database& database) {
  SortedFile file(database, Family::kMeta);
  file.put(kAttributesThroughKey, encode(segment.range().end).view());
  return file.finish();
}

rocksdb::Status ingest(Database& database) {
  std::vector<rocksdb::IngestExternalFileArg> files;
  for (const Family family : {Family::kIndex, Family::kIds, Family::kSubjects, Family::kMeta}) {
    rocksdb::IngestExternalFileArg& file = files.emplace_back();
    file.column_family = database.family(family);
    file.external_files = {file_for(database, family)};
    file.options.move_files = true;
    file.options.write_global_seqno = false;  // the manifest holds it, so the file is not rewritten
  }
  return database.ingest(files);
}

}  // namespace

Result<void> add_to_database(const IndexSegment& segment, Database& database) {
  remove_unfinished_files(database);
  std::error_code error;
  std::filesystem::create_directories(folder(database), error);
  if (error) {
    const bool is_full = error == std::errc::no_space_on_device;
    return fail(is_full ? Code::storage_full : Code::write_failed,
                "index files: " + error.message());
  }
  for (const auto& write : {write_index, write_ids, write_subjects, write_note}) {
    if (const rocksdb::Status status = write(segment, database); !status.ok()) {
      const bool is_full = status.IsNoSpace();
      if (is_full) remove_unfinished_files(database);
      return fail(
          error_from(status, "index files", is_full ? Code::storage_full : Code::write_failed));
    }
  }
  // Flush the records first: if a journal were lost later, the index must not reach further than
  // the log.
  const rocksdb::Status flushed = database.rocks().Flush(
      rocksdb::FlushOptions(), {database.family(Family::kEvents), database.family(Family::kMeta)});
  if (!flushed.ok()) return fail(error_from(flushed, "index files", Code::write_failed));
  if (const rocksdb::Status status = ingest(database); !status.ok()) {
    return fail(error_from(status, "index files", Code::write_failed));
  }
  return {};
}

void remove_unfinished_files(const Database& database) {
  // An error here shows up when the next file is written.
  std::error_code ignored;
  std::filesystem::remove_all(folder(database), ignored);
}

}  // namespace courtside
