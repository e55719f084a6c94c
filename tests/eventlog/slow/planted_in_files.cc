#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "patient.h"
#include "planted_fault.h"

namespace courtside::story {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files(const std::string& folder,
                            const std::function<bool(const fs::path&)>& wanted) {
  std::vector<fs::path> out;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.is_regular_file() && file.file_size() > 0 && wanted(file.path())) {
      out.push_back(file.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<fs::path> tables(const std::string& folder) {
  // Files that RocksDB had not deleted before a kill are not part of the log.
  { const Patient opened(folder); }
  return files(folder, [](const fs::path& path) { return path.extension() == ".sst"; });
}

void flip_bit(const fs::path& path, Random& random) {
  const std::uint64_t at = random() % fs::file_size(path);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(bytes.get() ^ (1 << random() % 8));
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(byte);
}

Named flip_in_table(const std::string& folder, Random& random) {
  const auto found = tables(folder);
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  flip_bit(path, random);
  return path.filename();
}

Named truncate_table(const std::string& folder, Random& random) {
  const auto found = tables(folder);
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  fs::resize_file(path, random() % fs::file_size(path));
  return path.filename();
}

Named remove_table(const std::string& folder, Random& random) {
  const auto found = tables(folder);
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  fs::remove(path);
  return path.filename();
}

Named flip_in_write_ahead_log(const std::string& folder, Random& random) {
  const auto found = files(folder, [](const fs::path& path) { return path.extension() == ".log"; });
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  flip_bit(path, random);
  return path.filename();
}

fs::path manifest(const std::string& folder) {
  std::string name;
  std::ifstream(folder + "/CURRENT") >> name;
  return fs::path(folder) / name;
}

Named flip_in_manifest(const std::string& folder, Random& random) {
  flip_bit(manifest(folder), random);
  return manifest(folder).filename();
}

Named remove_manifest(const std::string& folder, Random&) {
  const fs::path path = manifest(folder);
  fs::remove(path);
  return path.filename();
}

Named remove_current(const std::string& folder, Random&) {
  fs::remove(folder + "/CURRENT");
  return "CURRENT";
}

}  // namespace

std::vector<FaultKind> file_faults() {
  return {
      {"a bit of a table", flip_in_table},
      {"a table cut", truncate_table},
      {"a table gone", remove_table},
      {"a bit of the write-ahead log", flip_in_write_ahead_log},
      {"a bit of the manifest", flip_in_manifest},
      {"the manifest gone", remove_manifest},
      {"CURRENT gone", remove_current},
  };
}

}  // namespace courtside::story
