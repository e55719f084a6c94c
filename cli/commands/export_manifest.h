// FILE.manifest.json: one line that describes the file of an export.
// Threads: any; functions.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/arguments/command_line.h"
#include "cli/commands/export_file.h"

namespace courtside {

// The filters, as the manifest has them.
std::string export_filter(const HistoryAsk& ask);

bool is_descending(const ExportState& state);
// Whether it was asked for with `after`, be it now or when it began.
bool names_beginning(const ExportState& state);

// The line. `digest` is the file's SHA-256.
std::string export_manifest(const ExportCommand& command, const ExportState& state, bool resumed,
                            const std::string& digest);

// The members that a check of the file needs.
struct ExportManifest {
  std::string file;         // its name, without folders
  std::string form;         // "jsonl", "csv"
  std::string compression;  // "identity", "gzip", "zstd"
  std::string sha256;
  std::string first;  // positions; empty where there is no event
  std::string last;
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;
};
std::string manifest_of(const std::string& file);
// Errors: no_input when it cannot be opened, data_corrupt when it is not a manifest.
Result<ExportManifest> read_export_manifest(const std::string& path);

}  // namespace courtside
