#include "cli/commands/export_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/durable_file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/commands/command_client.h"

namespace courtside {
namespace {

tl::unexpected<Error> failed(const std::string& file) {
  return fail(Code::write_failed, file + ": " + std::strerror(errno));
}

// In its place as a whole, or not at all.
Result<void> write_whole(const std::string& file, const std::string& text) {
  const std::string fresh = file + ".new";
  std::remove(fresh.c_str());  // that of an attempt before may have other rights
  if (auto written = write_synced_file(fresh, text); !written) return written;
  return rename_synced(fresh, file);
}

}  // namespace

std::string partial_of(const std::string& file) { return file + ".partial"; }
std::string state_of(const std::string& file) { return partial_of(file) + ".state"; }

bool is_file_there(const std::string& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

std::optional<std::string> asked_of_whole_export(const std::string& file) {
  const std::string manifest = file + ".manifest.json";
  if (!is_file_there(file) || !is_file_there(manifest) || is_file_there(partial_of(file))) {
    return std::nullopt;
  }
  std::ifstream stream(manifest);
  std::string line;
  std::getline(stream, line);
  return ServerWords(is_utf8(line) ? std::string_view(line) : "").text("asked");
}

Result<std::optional<ExportState>> read_export_state(const std::string& file) {
  std::ifstream stream(state_of(file));
  if (!stream) return std::optional<ExportState>();
  std::string line;
  std::getline(stream, line);
  const ServerWords words(is_utf8(line) ? std::string_view(line) : "");
  ExportState state{.asked = words.text("asked"),
                    .form = words.text("form"),
                    .path = words.text("path"),
                    .filter = std::string(words.member("filter").raw),
                    .name = words.text("export"),
                    .after = words.text("after"),
                    .through = words.text("through"),
                    .started = words.text("started"),
                    .limit = words.number("limit"),
                    .bytes = words.number("bytes"),
                    .events = words.number("events"),
                    .first = words.text("first"),
                    .last = words.text("last")};
  if (state.path.empty() || state.filter.empty() || state.name.empty() || state.through.empty()) {
    return fail(Code::data_corrupt, state_of(file) + " is not the state of an export");
  }
  return std::optional(std::move(state));
}

Result<ExportFile> ExportFile::open(const std::string& file, Coding coding,
                                    const ExportState& state) {
  ExportFile out(file, coding);
  const std::string partial = partial_of(file);
  out.stream_.reset(std::fopen(partial.c_str(), state.bytes == 0 ? "w+b" : "r+b"));
  if (!out.stream_) return fail(Code::no_input, partial + ": " + std::strerror(errno));
  // One that is there already may have been made by a version that let others read it.
  if (fchmod(fileno(out.stream_.get()), S_IRUSR | S_IWUSR) != 0) return failed(partial);
  if (const Result<void> hashed = out.rehash(state.bytes); !hashed) return fail(hashed.error());
  if (ftruncate(fileno(out.stream_.get()), static_cast<off_t>(state.bytes)) != 0 ||
      std::fseek(out.stream_.get(), 0, SEEK_END) != 0) {
    return failed(partial);
  }
  return out;
}

Result<void> ExportFile::rehash(std::uint64_t bytes) {
  std::array<char, 64 * 1024> buffer{};
  while (bytes_ < bytes) {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes - bytes_));
    const std::size_t count = std::fread(buffer.data(), 1, wanted, stream_.get());
    if (count == 0) {
      return fail(Code::data_corrupt, partial_of(file_) + " is shorter than its state says");
    }
    digest_.append({buffer.data(), count});
    bytes_ += count;
  }
  return {};
}

Result<bool> ExportFile::append(std::string_view line) {
  block_.append(line);
  if (block_.size() < kBlockBytes) return false;
  if (const Result<void> written = write_block(); !written) return fail(written.error());
  return true;
}

Result<void> ExportFile::write_block() {
  std::string out;
  compressor_.append(out, std::exchange(block_, {}), Compressor::Then::kEnd);
  if (std::fwrite(out.data(), 1, out.size(), stream_.get()) != out.size()) {
    return failed(partial_of(file_));
  }
  digest_.append(out);
  bytes_ += out.size();
  return {};
}

Result<void> ExportFile::sync() {
  if (std::fflush(stream_.get()) != 0 || fdatasync(fileno(stream_.get())) != 0) {
    return failed(partial_of(file_));
  }
  return {};
}

Result<void> ExportFile::write_state(const ExportState& state) {
  if (const Result<void> synced = sync(); !synced) return synced;
  JsonObject line;
  line.text("asked", state.asked)
      .text("form", state.form)
      .text("path", state.path)
      .raw("filter", state.filter)
      .text("export", state.name)
      .text("after", state.after)
      .text("through", state.through)
      .text("started", state.started)
      .number("limit", state.limit)
      .number("bytes", state.bytes)
      .number("events", state.events)
      .text("first", state.first)
      .text("last", state.last);
  return write_whole(state_of(file_), line.take() + "\n");
}

Result<std::string> ExportFile::finish() {
  // A file of nothing is a whole gzip or zstd file too.
  if (!block_.empty() || bytes_ == 0) {
    if (const Result<void> written = write_block(); !written) return fail(written.error());
  }
  if (const Result<void> synced = sync(); !synced) return fail(synced.error());
  return hex(digest_.finish());
}

// In this order: whatever it is broken off between, what has the name is whole, and what has not is
// taken up again.
Result<void> ExportFile::publish(const std::string& json) {
  const Result<void> written = write_whole(file_ + ".manifest.json", json + "\n");
  if (!written) return written;
  if (auto renamed = rename_synced(partial_of(file_), file_); !renamed) return renamed;
  std::remove(state_of(file_).c_str());
  return {};
}

}  // namespace courtside
