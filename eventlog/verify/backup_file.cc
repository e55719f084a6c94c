#include "eventlog/verify/backup_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/format.h"
#include "base/json.h"
#include "base/utf8.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

// The raw text of each member; empty when the text is not a JSON object.
std::map<std::string, std::string, std::less<>> members_of(const std::string& text) {
  std::map<std::string, std::string, std::less<>> members;
  if (!is_utf8(text)) return members;
  JsonReader reader(text);
  if (!reader.begin_object()) return members;
  while (reader.next_member()) {
    const std::string name(reader.key().raw);
    members[name] = reader.value().raw;
  }
  if (!reader.at_end()) members.clear();
  return members;
}

}  // namespace

std::string backup_json(const LogDescription& log, Timestamp time, std::string_view version) {
  JsonObject json;
  json.text("epoch", log.epoch)
      .number("first", log.held.begin.value())
      .number("last", previous(log.held.end).value())
      .number("events", log.held.count())
      .texts("sources", log.sources)
      .text("time", format_rfc3339(time))
      .text("version", version);
  return json.take();
}

bool is_backup(const std::string& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder + "/" + kBackupFile, ignored);
}

Result<void> check_backup(const std::string& folder, std::string_view epoch, OffsetRange held) {
  if (!is_backup(folder)) return {};
  std::ifstream file(folder + "/" + kBackupFile);
  const auto said =
      members_of({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  const std::string quoted_epoch = format("\"{}\"", epoch);
  const std::string first = std::to_string(held.begin.value());
  const std::string last = std::to_string(previous(held.end).value());
  for (const auto& [name, found] :
       {std::pair("\"epoch\"", quoted_epoch), {"\"first\"", first}, {"\"last\"", last}}) {
    const auto stated = said.find(name);
    if (stated == said.end()) {
      return fail(Code::data_corrupt, std::string("backup.json does not say ") + name);
    }
    if (stated->second != found) {
      return fail(Code::data_corrupt,
                  format("backup.json says {} {}, the log says {}", name, stated->second, found));
    }
  }
  return {};
}

}  // namespace courtside
