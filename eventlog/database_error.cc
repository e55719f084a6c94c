#include "eventlog/database_error.h"

#include <rocksdb/status.h>

#include <string>

#include "base/format.h"

namespace courtside {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

// Corrects two flaws of RocksDB's messages: a wrapped error names its class twice, and a missing
// table is named as .ldb instead of .sst. A missing or damaged table can only be replaced by a
// copy.
std::string message_of(const rocksdb::Status& status) {
  std::string text = status.ToString();
  if (!status.IsCorruption()) return text;
  replace_all(text, "Corruption: Corruption: ", "Corruption: ");
  replace_all(text, ".ldb", ".sst");
  if (text.find(".sst") == std::string::npos) return text;
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text +
         ": put that file back, or restore a backup: courtside restore BACKUP --data NEW "
         "(`courtside renew` is for a lost end of the log, and does not help)";
}

// The disk cannot read its bytes (EIO).
bool is_bad_sector(const rocksdb::Status& status) {
  return status.IsIOError() && status.ToString().find("Input/output error") != std::string::npos;
}

// Of what a process has too little; RocksDB keeps only the text of an errno. After a failed write
// the outcome is unknown, whatever the reason: that keeps its code.
bool lacks_resources(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return text.find("Too many open files") != std::string::npos ||
         text.find("Cannot allocate memory") != std::string::npos;
}

}  // namespace

Error error_from(const rocksdb::Status& status, std::string_view doing, Code otherwise) {
  const bool is_about_files = otherwise == Code::data_corrupt || otherwise == Code::no_input;
  if (is_about_files && lacks_resources(status)) {
    return {Code::no_resources, format("{}: {}", doing, message_of(status))};
  }
  const bool is_damage =
      status.IsCorruption() || (otherwise == Code::internal && is_bad_sector(status));
  const Code code = is_damage ? Code::data_corrupt : otherwise;
  return {code, format("{}: {}", doing, message_of(status))};
}

// RocksDB reports a held lock as an ordinary I/O error.
bool is_lock_held(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const std::string text = status.ToString();
  return text.find("While lock file: ") != std::string::npos ||
         text.find("lock hold by current process") != std::string::npos;
}

}  // namespace courtside
