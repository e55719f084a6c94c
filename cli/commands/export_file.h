// The file of an unfinished export. It can be resumed however either process ended, and then has
// the same bytes as an export without a break.
//
//   FILE.partial                blocks of about a megabyte of lines, each a gzip member or a
//                               zstd frame of its own
//   FILE.partial.state          one line of JSON: the valid bytes, and where to continue
//   FILE, FILE.manifest.json    when the export is complete
//
// The state counts only bytes that were synced. Bytes behind them are cut off when the export is
// resumed. Threads: one; it blocks.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/compress.h"
#include "base/hash.h"
#include "base/result.h"

namespace courtside {

// The state of an export: first what its beginning fixes, then its progress.
struct ExportState {
  std::string asked;   // the filters, as typed
  std::string form;    // "jsonl" or "csv"
  std::string path;    // the request to the server, without the position
  std::string filter;  // as the manifest has it: JSON
  std::string name;    // of the export, in the server's log
  std::string after;   // positions: all of it lies between them; empty: the server has yet to say
  std::string through;
  std::string started;      // RFC 3339
  std::uint64_t limit = 0;  // of events; 0: all of them

  std::uint64_t bytes = 0;  // of the file
  std::uint64_t events = 0;
  std::string first;  // positions of the first and the last event so far; empty: none yet
  std::string last;
};

// The files of an export in the making.
std::string partial_of(const std::string& file);
std::string state_of(const std::string& file);
bool is_file_there(const std::string& file);
// The filters, as typed, of a complete export: the file and its manifest exist, and no other export
// to it has begun. Empty otherwise.
std::optional<std::string> asked_of_whole_export(const std::string& file);

// Empty where there is none; data_corrupt where it cannot be read.
Result<std::optional<ExportState>> read_export_state(const std::string& file);

class ExportFile {
 public:
  // Begins a new export, or continues at `state`. Errors: no_input, write_failed.
  static Result<ExportFile> open(const std::string& file, Coding coding, const ExportState& state);

  // Adds a line; true when it completes a block: then write_state() may be called.
  Result<bool> append(std::string_view line);
  std::uint64_t bytes() const { return bytes_; }
  // Syncs, then writes the state. REQUIRES: state.bytes == bytes(), at the end of a block.
  Result<void> write_state(const ExportState& state);
  // The rest of the lines. The SHA-256 of all of it, in hex.
  Result<std::string> finish();
  // Writes the manifest, gives the file its name and removes the state.
  Result<void> publish(const std::string& json);

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  ExportFile(std::string file, Coding coding) : file_(std::move(file)), compressor_(coding) {}
  Result<void> rehash(std::uint64_t bytes);
  Result<void> write_block();
  Result<void> sync();

  std::string file_;
  Compressor compressor_;
  std::unique_ptr<std::FILE, Close> stream_;
  Sha256Stream digest_;
  std::string block_;
  std::uint64_t bytes_ = 0;
};

}  // namespace courtside
