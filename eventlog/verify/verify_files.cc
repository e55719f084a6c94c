#include "eventlog/verify/verify_files.h"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/format.h"
#include "eventlog/family.h"
#include "eventlog/verify/journal.h"

namespace courtside {
namespace {

namespace fs = std::filesystem;

// A table's footer: checksum type, two handles of up to 20 bytes each, padded with zeros, format
// version, magic number. No checksum covers the padding.
constexpr std::streamoff kFooterBytes = 53;
constexpr std::size_t kHandlesAt = 1;
constexpr std::size_t kHandlesEnd = 41;
constexpr int kHandleNumbers = 4;  // offset and size of each

Error file_error(const std::string& name, const std::string& what) {
  return {Code::data_corrupt, format("file {}: {}", name, what)};
}

bool is_sound_footer(const std::string& footer) {
  std::size_t at = kHandlesAt;
  for (int i = 0; i < kHandleNumbers; ++i) {
    while (at < kHandlesEnd && (footer[at] & '\x80') != 0) ++at;
    if (at >= kHandlesEnd) return false;
    ++at;
  }
  return std::all_of(footer.begin() + static_cast<std::ptrdiff_t>(at), footer.begin() + kHandlesEnd,
                     [](char c) { return c == '\0'; });
}

bool has_sound_footer(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file || file.tellg() < kFooterBytes) return false;
  std::string footer(static_cast<std::size_t>(kFooterBytes), '\0');
  file.seekg(-kFooterBytes, std::ios::end);
  file.read(footer.data(), kFooterBytes);
  return file.good() && is_sound_footer(footer);
}

Result<void> verify_journal(const fs::path& path, std::vector<std::string>& notes) {
  const std::string name = path.filename();
  auto whole = check_journal(path);
  if (!whole) return fail(whole.error().code, format("file {}: {}", name, whole.error().message));
  if (!*whole) {
    notes.push_back(
        format("file {} ends in a write that was cut off, as by a crash: what was not acknowledged "
               "is passed over",
               name));
  }
  return {};
}

Result<void> verify_sorted_file(const fs::path& path, const rocksdb::Options& options) {
  const std::string name = path.filename();
  rocksdb::SstFileReader reader(options);
  rocksdb::Status status = reader.Open(path);
  rocksdb::ReadOptions read_options;
  read_options.readahead_size = 1 << 20;
  if (status.ok()) status = reader.VerifyChecksum(read_options);
  if (!status.ok()) return fail(file_error(name, status.ToString()));
  if (!has_sound_footer(path)) return fail(file_error(name, "its footer is damaged"));
  return {};
}

rocksdb::Options options_for(const Database& database, const std::string& name) {
  // A file must be read with the options of its family: its filter and its compression.
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    if (name == family_name(family)) return database.rocks().GetOptions(database.family(family));
  }
  return {};
}

std::vector<fs::path> sorted_files_in(const std::string& path) {
  std::vector<fs::path> found;
  std::error_code ignored;  // the caller already has an error
  for (const auto& file : fs::directory_iterator(path, ignored)) {
    if (file.path().extension() == ".sst") found.push_back(file.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<void> verify_journals(const std::string& path, std::vector<std::string>& notes) {
  std::vector<fs::path> journals;
  std::string manifest;
  std::ifstream(path + "/CURRENT") >> manifest;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(path, error)) {
    const std::string name = file.path().filename();
    // Other manifests are not read. RocksDB checks that the named one exists.
    if (file.path().extension() == ".log" || name == manifest) journals.push_back(file.path());
  }
  if (error) return fail(Code::no_input, format("{} cannot be read: {}", path, error.message()));
  std::sort(journals.begin(), journals.end());
  for (const fs::path& journal : journals) {
    if (auto sound = verify_journal(journal, notes); !sound) return sound;
  }
  return {};
}

Result<void> verify_sorted_files(const Database& database, const Progress& progress) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database.rocks().GetLiveFilesMetaData(&files);
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.file_number < b.file_number; });
  std::uint64_t total = 0;
  for (const auto& file : files) total += file.size;
  std::uint64_t done = 0;
  for (const auto& file : files) {
    const fs::path path = fs::path(file.db_path) / fs::path(file.name).filename();
    auto sound = verify_sorted_file(path, options_for(database, file.column_family_name));
    if (!sound) return sound;
    done += file.size;
    if (progress) {
      progress({.doing = "files", .unit = WorkDone::Unit::kBytes, .done = done, .total = total});
    }
  }
  return {};
}

Error name_broken_file(const std::string& path, const Error& error) {
  for (const fs::path& file : sorted_files_in(path)) {
    if (auto sound = verify_sorted_file(file, {}); !sound) return sound.error();
  }
  // RocksDB also looks for a missing file under its old extension, and reports that one.
  const std::size_t end = error.message.find(".ldb: No such file");
  if (end == std::string::npos) return error;
  const std::size_t begin = error.message.rfind('/', end) + 1;
  return file_error(error.message.substr(begin, end - begin) + ".sst", "it is missing");
}

}  // namespace courtside
