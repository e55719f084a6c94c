#include "cli/commands/verify_export.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "base/format.h"
#include "base/hash.h"
#include "base/json.h"
#include "cli/commands/commands.h"
#include "cli/commands/events_download.h"
#include "cli/commands/export_file.h"
#include "cli/commands/export_manifest.h"
#include "cli/terminal/progress_line.h"

namespace courtside {
namespace {

// The lines of a file that is not compressed.
class EventLines {
 public:
  explicit EventLines(bool csv) : csv_(csv) {}

  void append(std::string_view bytes) {
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n')) {
      line_.append(bytes.substr(0, end + 1));
      if (offset_of_line(line_, csv_)) ++count_;
      line_.clear();
      bytes.remove_prefix(end + 1);
    }
    line_.append(bytes);
  }
  std::uint64_t count() const { return count_; }

 private:
  const bool csv_;
  std::string line_;
  std::uint64_t count_ = 0;
};

// What is there of the file.
struct Found {
  std::uint64_t bytes = 0;
  std::string sha256;  // of the first bytes, as many as the manifest says
  std::uint64_t events = 0;
};

Result<Found> read_file(const std::string& file, const ExportManifest& manifest,
                        ProgressLine& progress) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(Code::no_input, file + " cannot be opened");
  Found found;
  Sha256Stream digest;
  EventLines lines(manifest.form == "csv");
  std::array<char, 256 * 1024> buffer{};
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(stream.gcount()));
    const std::uint64_t left = manifest.bytes - std::min(manifest.bytes, found.bytes);
    const std::string_view exported = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left));
    digest.append(exported);
    if (manifest.compression == "identity") lines.append(exported);
    found.bytes += bytes.size();
    progress.show(
        {.doing = "verified", .unit = "bytes", .done = found.bytes, .total = manifest.bytes});
  }
  if (stream.bad()) return fail(Code::no_input, file + " cannot be read");
  found.sha256 = hex(digest.finish());
  found.events = lines.count();
  return found;
}

Result<void> compare(const std::string& file, const ExportManifest& manifest, const Found& found) {
  if (found.bytes < manifest.bytes) {
    return fail(Code::data_corrupt, format("{} is truncated: it has {} of {} bytes", file,
                                           found.bytes, manifest.bytes));
  }
  const bool is_same = found.sha256 == manifest.sha256;
  if (found.bytes > manifest.bytes) {
    return fail(Code::data_corrupt, file + " is longer than what was exported, by " +
                                        count_text(found.bytes - manifest.bytes, "byte") +
                                        (is_same ? "; what stands before is sound"
                                                 : ", and what stands before is altered"));
  }
  if (!is_same) {
    return fail(Code::data_corrupt,
                format("{} is altered: its SHA-256 is {}, and that of its manifest {}", file,
                       found.sha256, manifest.sha256));
  }
  if (manifest.compression == "identity" && found.events != manifest.events) {
    return fail(Code::data_corrupt,
                format("{} is altered: it says {}, and {} has {}", manifest_of(file),
                       count_text(manifest.events, "event"), file, found.events));
  }
  return {};
}

std::string sound_text(const std::string& file, const ExportManifest& manifest) {
  std::string text = "sound: " + file + ": " + grouped_count_text(manifest.events, "event");
  if (!manifest.first.empty()) text += ", " + manifest.first + ".." + manifest.last;
  return text + ", " + std::to_string(manifest.bytes) + " bytes, SHA-256 " + manifest.sha256;
}

std::string sound_json(const std::string& file, const ExportManifest& manifest) {
  JsonObject json;
  json.boolean("sound", true)
      .text("file", file)
      .number("events", manifest.events)
      .text("first", manifest.first)
      .text("last", manifest.last)
      .number("bytes", manifest.bytes)
      .text("sha256", manifest.sha256);
  return json.take();
}

// The file that is meant: of a manifest the one that it names.
Result<std::string> file_of(const std::string& path) {
  std::string file = path;
  if (path.ends_with(manifest_of(""))) {
    const Result<ExportManifest> manifest = read_export_manifest(path);
    if (!manifest) return fail(manifest.error());
    file = path.substr(0, path.rfind('/') + 1) + manifest->file;
    if (manifest_of(file) != path) {
      return fail(Code::data_corrupt, format("{} is the manifest of {}", path, manifest->file));
    }
  }
  const std::string partial_end = partial_of("");
  if (file.ends_with(partial_end)) file.resize(file.size() - partial_end.size());
  if (is_file_there(state_of(file)) && !is_file_there(file)) {
    return fail(
        Code::no_input,
        format("the export to {} is not complete: go on with `courtside export {} --resume`", file,
               file));
  }
  if (!is_file_there(file)) return fail(Code::no_input, file + " is not there");
  if (!is_file_there(manifest_of(file))) {
    return fail(Code::no_input, format("{} is not there, which says what {} should be: verify "
                                       "takes what `courtside export` has made",
                                       manifest_of(file), file));
  }
  return file;
}

}  // namespace

int verify_export(const std::string& path, OutputFormat output) {
  const Result<std::string> file = file_of(path);
  if (!file) return report(file.error());
  const Result<ExportManifest> manifest = read_export_manifest(manifest_of(*file));
  if (!manifest) return report(manifest.error());
  ProgressLine progress;
  const Result<Found> found = read_file(*file, *manifest, progress);
  progress.clear();
  if (!found) return report(found.error());
  if (const Result<void> same = compare(*file, *manifest, *found); !same) {
    return report(same.error());
  }
  progress.finish("verified " + grouped_count_text(manifest->events, "event"), manifest->bytes,
                  "bytes");
  const bool is_table = output == OutputFormat::kTable;
  std::printf("%s\n",
              (is_table ? sound_text(*file, *manifest) : sound_json(*file, *manifest)).c_str());
  return 0;
}

}  // namespace courtside
