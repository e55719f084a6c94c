#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/percent.h"
#include "cli/commands/command_client.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/events_download.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

std::string path_of(const StateCommand& command) {
  std::string path = "/v1/subjects/";
  append_percent_encoded(path, command.subject);
  append_parameter(path, "at", command.at);
  for (const std::string& channel : command.channels) append_parameter(path, "channel", channel);
  return path;
}

// Texts as they read, everything else as JSON; without what steers a terminal.
std::string cell(const JsonValue& value) {
  std::string scratch;
  if (value.is(JsonKind::kString)) {
    return for_terminal(json_text(value, scratch).value_or(value.raw));
  }
  std::string json(value.raw);
  const auto is_space = [](char c) { return c == '\n' || c == '\r' || c == '\t'; };
  std::replace_if(json.begin(), json.end(), is_space, ' ');
  return for_terminal(json);
}

void add_rows(Table& table, std::string_view object) {
  JsonReader reader(object);
  if (!reader.begin_object()) return;
  while (reader.next_member()) {
    std::string name = cell(reader.key());
    static_cast<void>(table.add({std::move(name), cell(reader.value())}));
  }
}

void print_table(const std::string& answer, const TableOptions& options) {
  const ServerWords words(answer);
  Table table(
      {{.head = "FIELD", .fit = Fit::kCut, .min_width = 24}, {.head = "VALUE", .fit = Fit::kRest}},
      options.screen);
  // Kept until the end: nothing comes of them yet.
  static_cast<void>(table.add({"subject", cell(words.member("subject"))}));
  static_cast<void>(table.add({"position", Cell(cell(words.member("position")), Paint::kCyan)}));
  add_rows(table, words.member("state").raw);
  std::fputs(table.finish().c_str(), stdout);
  if (const std::uint64_t version = words.number("foldedfrom"); version > 0) {
    say(format("events before version {} are gone", version));
  }
}

}  // namespace

int run_state(const StateCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  const Result<std::string> answer = ask_server(*remote, {.path = path_of(command)});
  if (!answer) return report(answer.error());
  if (command.output == OutputFormat::kTable) {
    print_table(*answer, command.table);
  } else {
    std::printf("%s\n", answer->c_str());
  }
  return 0;
}

}  // namespace courtside
