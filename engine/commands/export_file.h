// The file of an export in the making, such that it can be taken up again after any end of either
// process, with the same bytes as if nothing had happened.
//
//   FILE.partial         whole blocks: about a megabyte of lines each, compressed as a member
//   (gzip)
//                        or frame (zstd) of its own
//   FILE.partial.state   one line of JSON: how many bytes of it count, and where to go on
//   FILE, FILE.manifest.json    when it is whole
//
// The state never names bytes that were not synced. What stands behind them is cut off when the
// export is taken up. Threads: one; it blocks.
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

// Where an export stands: what is fixed by its beginning, and what moves.
struct ExportState {
  std::string asked;   // the filters, as typed
  std::string form;    // "jsonl" or "csv"
  std::string path;    // what the server is asked for, but the place
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

bool is_file_there(const std::string& file);
// With what filters, as typed, the export was asked for that came to its end: the file and its
// manifest are there, and no other has begun. Empty when there is none.
std::optional<std::string> asked_of_whole_export(const std::string& file);

// Empty where there is none; data_corrupt where it cannot be read.
Result<std::optional<ExportState>> read_export_state(const std::string& file);

class ExportFile {
 public:
  // Begins anew, or goes on where `state` stands. no_input, write_failed.
  static Result<ExportFile> open(const std::string& file, Coding coding, const ExportState& state);

  // Adds a line; true when a block is complete with it, and `state` may name it: see write_state.
  Result<bool> append(std::string_view line);
  std::uint64_t bytes() const { return bytes_; }
  // Syncs, then says where the export stands. REQUIRES: state.bytes == bytes(), at a block's end.
  Result<void> write_state(const ExportState& state);
  // The rest of the lines. The SHA-256 of all of it, in hex.
  Result<std::string> finish();
  // Puts the manifest beside it; then the file gets its name, and the state goes.
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
