#include "eventlog/database.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "eventlog/database_options.h"

namespace courtside {
namespace {

Error open_error(const rocksdb::Status& status, const std::string& path) {
  if (is_lock_held(status)) {
    return {Code::data_in_use, "the data folder " + path + " is in use by another process"};
  }
  return error_from(status, "the log in " + path + " cannot be opened", Code::no_input);
}

// A family that we do not know was made by a version after ours. A folder without a database has no
// families, and asking for them is an error.
Result<void> refuse_newer(const std::string& path) {
  std::vector<std::string> present;
  if (!rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &present).ok()) return {};
  for (const std::string& name : present) {
    bool known = name == rocksdb::kDefaultColumnFamilyName;
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
      known = known || name == family_name(static_cast<Family>(i));
    }
    if (!known) {
      return fail(Code::data_newer,
                  "the log in " + path + " has a part that this version does not know: " + name);
    }
  }
  return {};
}

}  // namespace

Error error_from(const rocksdb::Status& status, std::string_view doing, Code otherwise) {
  const Code code = status.IsCorruption() ? Code::data_corrupt : otherwise;
  return {code, std::string(doing) + ": " + status.ToString()};
}

// RocksDB has no status of its own for a lock that is taken: it is an I/O error like others.
bool is_lock_held(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const std::string text = status.ToString();
  return text.find("While lock file: ") != std::string::npos ||
         text.find("lock hold by current process") != std::string::npos;
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.path, error);
  if (error) {
    return fail(Code::no_input,
                "the data folder " + options.path + " cannot be made: " + error.message());
  }
  if (auto known = refuse_newer(options.path); !known) return fail(known.error());

  std::unique_ptr<Database> database(new Database);
  database->path_ = options.path;
  database->shared_floors_ = std::make_shared<SharedFloors>();
  rocksdb::DBOptions rocks_options;
  set_up(rocks_options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* rocks = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      rocks_options, options.path,
      column_families(options.block_cache_bytes, database->shared_floors_), &handles, &rocks);
  if (!status.ok()) return fail(open_error(status, options.path));
  database->rocks_.reset(rocks);
  database->default_family_ = handles.front();
  std::copy(handles.begin() + 1, handles.end(), database->families_.begin());
  return database;
}

Database::~Database() {
  if (!rocks_) return;
  for (rocksdb::ColumnFamilyHandle* handle : families_) rocks_->DestroyColumnFamilyHandle(handle);
  // The default family's handle was handed out like the others, and is given back like them.
  rocks_->DestroyColumnFamilyHandle(default_family_);
  rocks_->Close();  // all that counts was synced when it was written
}

rocksdb::ColumnFamilyHandle* Database::family(Family family) const {
  return families_[static_cast<std::size_t>(family)];
}

Result<std::optional<std::string>> Database::get(Family wanted, std::string_view key) const {
  std::string value;
  const rocksdb::Status status = rocks_->Get(rocksdb::ReadOptions(), family(wanted), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return fail(error_from(status, family_name(wanted), Code::internal));
  return value;
}

Result<std::vector<std::optional<std::string>>> Database::get_all(
    Family wanted, const std::vector<std::string_view>& keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  rocks_->MultiGet(rocksdb::ReadOptions(), family(wanted), slices.size(), slices.data(),
                   found.data(), statuses.data(), /*sorted_input=*/true);
  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok())
      return fail(error_from(statuses[i], family_name(wanted), Code::internal));
    values[i] = found[i].ToString();
  }
  return values;
}

}  // namespace courtside
