#include "eventlog/log_folder.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <vector>

#include "base/durable_file.h"
#include "eventlog/database_options.h"
#include "eventlog/tail_file.h"

namespace courtside {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBegun = "begun";

struct Contents {
  bool has_current = false;
  bool has_mark = false;
  bool has_tail = false;
  bool has_lost = false;  // where RocksDB's repair puts what it replaces
  std::string table;      // one of a database's sorted files
  std::string database;   // any of a database's other files
  std::string foreign;    // any other
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

// What may lie in a folder that has no log.
bool is_harmless(std::string_view name) {
  return name == "LOCK" || name == "LOG" || name.starts_with("LOG.old.") || name == "snapshots" ||
         name == "unfinished" || name.starts_with("serving.json") || name == "lost+found" ||
         name.starts_with('.') || name == TailFile::kPartialName;
}

void add(Contents& contents, const fs::directory_entry& entry) {
  const std::string name = entry.path().filename();
  std::error_code ignored;
  if (name == "CURRENT") {
    contents.has_current = true;
  } else if (name == kBegun) {
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
  return fail(Code::no_input, "the data folder " + path + " cannot be read: " + error.message());
}

tl::unexpected<Error> not_ours(const std::string& path, const std::string& why) {
  return fail(Code::data_corrupt,
              path + " is no data folder of Courtside: " + why + "; give it another folder");
}

// A family that we do not know was made by a version after ours; one that is missing, by somebody
// else.
Result<void> check_families(const std::string& path) {
  std::vector<std::string> names;
  const rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &names);
  // Opening says what is wrong.
  if (!status.ok()) return fail(error_from(status, "the log in " + path, Code::data_corrupt));
  std::set<std::string> unknown(names.begin(), names.end());
  unknown.erase(rocksdb::kDefaultColumnFamilyName);
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const std::string& ours = family_name(static_cast<Family>(i));
    if (unknown.erase(ours) == 0) {
      return not_ours(path, "the database in it has no part `" + ours + "`");
    }
  }
  if (unknown.empty()) return {};
  return fail(
      Code::data_newer,
      "the log in " + path + " has a part that this version does not know: " + *unknown.begin());
}

}  // namespace

Result<LogFolder> inspect_log_folder(const std::string& path) {
  const Result<Contents> contents = contents_of(path);
  if (!contents) return fail(contents.error());
  const bool has_rest = contents->has_tail || !contents->table.empty();
  if (contents->has_mark && !has_rest) return LogFolder::kBegun;
  if (contents->has_current) {
    if (contents->has_lost) {
      return fail(Code::data_corrupt,
                  "the log in " + path +
                      " was made anew by RocksDB's repair (its folder `lost` is there), which does "
                      "not keep the order of the files: restore a backup into another folder");
    }
    if (const Result<void> known = check_families(path); !known) return fail(known.error());
    return LogFolder::kLog;
  }
  if (has_rest || !contents->database.empty()) {
    return fail(Code::data_corrupt, "the log in " + path + ": file CURRENT is missing");
  }
  if (contents->foreign.empty()) return LogFolder::kEmpty;
  return not_ours(path, "it holds no log, and other files (" + contents->foreign + ")");
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

Result<void> begin_log_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return fail(Code::no_input, "the data folder " + path + " cannot be made: " + error.message());
  }
  if (auto marked = write_synced_file(path + "/" + kBegun, ""); !marked) {
    return fail(Code::no_input, marked.error().message);
  }
  return sync_path(path);
}

Result<void> finish_log_folder(const std::string& path) {
  std::error_code error;
  const bool was_marked = fs::remove(path + "/" + kBegun, error);
  if (error) return fail(Code::write_failed, path + "/" + kBegun + ": " + error.message());
  if (!was_marked) return {};
  return sync_path(path);
}

}  // namespace courtside
