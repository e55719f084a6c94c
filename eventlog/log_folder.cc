#include "eventlog/log_folder.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <vector>

#include "base/durable_file.h"
#include "base/format.h"
#include "eventlog/database_error.h"
#include "eventlog/family.h"
#include "eventlog/storage/reserve_file.h"
#include "eventlog/tail_file.h"

namespace courtside {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnfinished = "begun";

struct Contents {
  bool has_current = false;
  bool has_mark = false;
  bool has_tail = false;
  bool has_lost = false;  // the folder in which RocksDB's repair keeps replaced files
  std::string table;      // a sorted file of a database
  std::string database;   // another file of a database
  std::string foreign;    // any other file
};

bool is_journal(std::string_view name) {
  if (!name.ends_with(".log")) return false;
  name.remove_suffix(4);
  return !name.empty() && name.find_first_not_of("0123456789") == name.npos;
}

bool is_of_database(std::string_view name) {
  return name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") || name == "IDENTITY" ||
         name.ends_with(".dbtmp") || is_journal(name);
}

// True for names that may be in a folder without a log.
bool is_harmless(std::string_view name) {
  return name == "LOCK" || name == "LOG" || name.starts_with("LOG.old.") || name == "snapshots" ||
         name == "unfinished" || name.starts_with("serving.json") || name == "lost+found" ||
         name.starts_with('.') || name == TailFile::kPartialName || name == ReserveFile::kName;
}

void add(Contents& contents, const fs::directory_entry& entry) {
  const std::string name = entry.path().filename();
  std::error_code ignored;
  if (name == "CURRENT") {
    contents.has_current = true;
  } else if (name == kUnfinished) {
    contents.has_mark = true;
  } else if (name == TailFile::kName) {
    contents.has_tail = true;
  } else if (name == "lost" && entry.is_directory(ignored)) {
    contents.has_lost = true;
    contents.foreign = name;
  } else if (name.ends_with(".sst")) {
    contents.table = name;
  } else if (is_of_database(name)) {
    contents.database = name;
  } else if (!is_harmless(name)) {
    contents.foreign = name;
  }
}

Result<Contents> contents_of(const std::string& path) {
  Contents contents;
  std::error_code error;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) add(contents, *entry);
  if (!error || error == std::errc::no_such_file_or_directory) return contents;
  return fail(Code::no_input,
              format("the data folder {} cannot be read: {}", path, error.message()));
}

tl::unexpected<Error> not_ours(const std::string& path, const std::string& why) {
  return fail(
      Code::data_corrupt,
      format("{} is not a data folder of Courtside: {}; give it another folder", path, why));
}

// An unknown family belongs to a later version of Courtside. A missing one means that the database
// is not ours.
Result<void> check_families(const std::string& path) {
  std::vector<std::string> names;
  const rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &names);
  // Opening the database will report what is wrong.
  if (!status.ok()) return fail(error_from(status, "the log in " + path, Code::data_corrupt));
  std::set<std::string> unknown(names.begin(), names.end());
  unknown.erase(rocksdb::kDefaultColumnFamilyName);
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const std::string& ours = family_name(static_cast<Family>(i));
    if (unknown.erase(ours) == 0) {
      return not_ours(path, format("the database in it has no part `{}`", ours));
    }
  }
  if (unknown.empty()) return {};
  return fail(Code::data_newer,
              format("the log in {} has a part that this version does not know: {}", path,
                     *unknown.begin()));
}

}  // namespace

Result<LogFolder> inspect_log_folder(const std::string& path) {
  const Result<Contents> contents = contents_of(path);
  if (!contents) return fail(contents.error());
  const bool has_rest = contents->has_tail || !contents->table.empty();
  if (contents->has_mark && !has_rest) return LogFolder::kUnfinished;
  if (contents->has_current) {
    if (contents->has_lost) {
      return fail(
          Code::data_corrupt,
          format("the log in {} was rewritten by RocksDB's repair (its folder `lost` is there), "
                 "which loses the order of the files: restore a backup into another folder",
                 path));
    }
    if (const Result<void> known = check_families(path); !known) return fail(known.error());
    return LogFolder::kLog;
  }
  if (has_rest || !contents->database.empty()) {
    return fail(Code::data_corrupt, format("the log in {}: file CURRENT is missing", path));
  }
  if (contents->foreign.empty()) return LogFolder::kEmpty;
  return not_ours(path, format("it holds other files, and no log ({})", contents->foreign));
}

bool has_only_database_files(const std::string& path) {
  std::error_code error;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    const bool is_known = name == "CURRENT" || name == "LOCK" || name == "LOG" ||
                          name.starts_with("LOG.old.") || name.ends_with(".sst") ||
                          is_of_database(name);
    if (!is_known) return false;
  }
  return !error || error == std::errc::no_such_file_or_directory;
}

Result<void> mark_unfinished(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return fail(Code::no_input,
                format("the data folder {} cannot be made: {}", path, error.message()));
  }
  if (auto marked = write_synced_file(path + "/" + kUnfinished, ""); !marked) {
    return fail(Code::no_input, marked.error().message);
  }
  return sync_path(path);
}

Result<void> finish_log_folder(const std::string& path) {
  std::error_code error;
  const bool was_marked = fs::remove(path + "/" + kUnfinished, error);
  if (error) return fail(Code::write_failed, path + "/" + kUnfinished + ": " + error.message());
  if (!was_marked) return {};
  return sync_path(path);
}

}  // namespace courtside
