#include "eventlog/private_files.h"

#include <filesystem>
#include <optional>
#include <system_error>

namespace courtside {
namespace {

namespace fs = std::filesystem;

constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

class Keeper {
 public:
  void keep(const fs::path& path, const fs::file_status& status) {
    const bool is_ours = fs::is_directory(status) || fs::is_regular_file(status);
    if (!is_ours || (status.permissions() & kOthers) == fs::perms::none) return;
    std::error_code error;
    fs::permissions(path, kOthers, fs::perm_options::remove, error);
    // The database may remove its files at any time.
    if (error == std::errc::no_such_file_or_directory) return;
    if (error && !failure_) {
      failure_ = Error{Code::write_failed, path.string() + ": " + error.message()};
    }
    if (!error) ++changed_;
  }

  Result<std::uint64_t> result() const {
    if (failure_) return fail(*failure_);
    return changed_;
  }

 private:
  std::uint64_t changed_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

Result<std::uint64_t> keep_private(const std::string& folder) {
  Keeper keeper;
  std::error_code error;
  keeper.keep(folder, fs::status(folder, error));
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    keeper.keep(entry->path(), entry->symlink_status(gone));
  }
  return keeper.result();
}

}  // namespace courtside
