#include "cli/commands/export_manifest.h"

#include <fstream>
#include <utility>

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "base/version.h"
#include "cli/commands/command_client.h"
#include "schema/position.h"

namespace courtside {
namespace {

constexpr std::size_t kDigestDigits = 64;

// One that goes back ends where the log begins by then, which may be later than when it was asked
// for: what is sure is where its last line stands.
std::string begins_behind(const ExportState& state) {
  const Result<Position> last = parse_position(state.last);
  if (!is_descending(state) || names_beginning(state) || !last) return state.after;
  return format_position(last->epoch, previous(last->offset));
}

}  // namespace

std::string export_manifest(const ExportCommand& command, const ExportState& state, bool resumed,
                            const std::string& digest) {
  JsonObject range;
  range.text("after", begins_behind(state)).text("through", state.through);
  if (state.events > 0) range.text("first", state.first).text("last", state.last);
  const std::string name = command.file.substr(command.file.rfind('/') + 1);
  JsonObject out;
  out.text("file", name)
      .text("form", state.form)
      .text("compression", name_of(command.coding))
      .number("bytes", state.bytes)
      .text("sha256", digest)
      .number("count", state.events)
      .text("asked", state.asked)
      .raw("filter", state.filter)
      .raw("range", range.take())
      .text("epoch", state.through.substr(0, state.through.find(':')))
      .text("export", state.name)
      .text("started", state.started)
      .text("finished", format_rfc3339(now()))
      .boolean("resumed", resumed)
      .text("courtside", kVersion);
  return out.take();
}

std::string export_filter(const HistoryAsk& ask) {
  JsonObject filter;
  filter.texts("channels", ask.channels).texts("types", ask.types);
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"subject", ask.subject}, {"actor", ask.actor}, {"correlationid", ask.correlationid},
      {"since", ask.since},     {"until", ask.until}, {"after", ask.after},
      {"before", ask.before}};
  for (const auto& [name, value] : texts) {
    if (!value.empty()) filter.text(name, value);
  }
  filter.text("order", ask.descending ? "desc" : "asc");
  if (ask.limit > 0) filter.number("limit", ask.limit);
  return filter.take();
}

bool is_descending(const ExportState& state) {
  return state.path.find("order=desc") != std::string::npos;
}

bool names_beginning(const ExportState& state) {
  return !ServerWords(state.filter).text("after").empty();
}

std::string manifest_of(const std::string& file) { return file + ".manifest.json"; }

Result<ExportManifest> read_export_manifest(const std::string& path) {
  std::ifstream stream(path);
  if (!stream) return fail(Code::no_input, path + " cannot be opened");
  std::string line;
  std::getline(stream, line);
  const ServerWords words(is_utf8(line) ? std::string_view(line) : "");
  const ServerWords range(words.member("range").raw);
  ExportManifest out{.file = words.text("file"),
                     .form = words.text("form"),
                     .compression = words.text("compression"),
                     .sha256 = words.text("sha256"),
                     .first = range.text("first"),
                     .last = range.text("last"),
                     .bytes = words.number("bytes"),
                     .events = words.number("count")};
  if (out.file.empty() || out.sha256.size() != kDigestDigits) {
    return fail(Code::data_corrupt, path + " is not the manifest of an export");
  }
  return out;
}

}  // namespace courtside
