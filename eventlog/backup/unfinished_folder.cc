#include "eventlog/backup/unfinished_folder.h"

#include <errno.h>

#include <cstring>
#include <system_error>
#include <utility>

#include "base/durable_file.h"
#include "base/format.h"
#include "eventlog/private_files.h"

namespace courtside {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = "unfinished";

tl::unexpected<Error> disk_error(const std::string& path, int number) {
  return fail(Code::write_failed, path + ": " + std::strerror(number));
}

bool is_free(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::not_found) return true;
  return fs::is_directory(status) && fs::is_empty(target, error) && !error;
}

// Removes what an earlier attempt left.
Result<void> clear(const fs::path& partial) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(partial, error))) return {};
  const bool is_empty = fs::is_directory(partial, error) && fs::is_empty(partial, error);
  if (!is_empty && !fs::exists(partial / kMark, error)) {
    return fail(Code::bad_request, partial.string() + " is in the way");
  }
  fs::remove_all(partial, error);
  if (error) return disk_error(partial, error.value());
  return {};
}

}  // namespace

Result<UnfinishedFolder> UnfinishedFolder::make(const std::string& target) {
  std::string whole = fs::path(target).lexically_normal();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  if (whole.empty() || !is_free(whole)) {
    return fail(Code::bad_request,
                format("`{}` is there already, and not an empty folder", target));
  }
  const fs::path partial = whole + ".partial";
  if (auto cleared = clear(partial); !cleared) return fail(cleared.error());
  std::error_code error;
  if (!fs::create_directory(partial, error)) {
    const bool is_wrong = error.value() == ENOENT || error.value() == ENOTDIR;
    return fail(is_wrong ? Code::bad_request : Code::write_failed,
                format("`{}` cannot be made: {}", target, error.message()));
  }
  UnfinishedFolder folder(whole, partial);
  fs::permissions(partial, fs::perms::owner_all, error);
  if (auto marked = write_synced_file(partial / kMark, ""); !marked) return fail(marked.error());
  return folder;
}

UnfinishedFolder::UnfinishedFolder(UnfinishedFolder&& other) noexcept
    : target_(std::move(other.target_)), partial_(std::exchange(other.partial_, {})) {}

UnfinishedFolder::~UnfinishedFolder() {
  // What cannot be removed keeps its mark, so a later attempt can remove it.
  std::error_code ignored;
  if (!partial_.empty()) fs::remove_all(partial_, ignored);
}

Result<void> UnfinishedFolder::finish() {
  // Copied files may have kept wider permissions.
  if (auto kept = keep_private(path()); !kept) return fail(kept.error());
  std::error_code error;
  if (auto synced = sync_path(path()); !synced) return synced;
  // Also replaces an empty folder.
  if (auto renamed = rename_synced(path(), target_); !renamed) return renamed;
  fs::remove_all(std::exchange(partial_, {}), error);
  return {};
}

}  // namespace courtside
