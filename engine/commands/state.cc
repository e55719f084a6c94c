#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "base/percent.h"
#include "engine/commands/client.h"
#include "engine/commands/commands.h"
#include "engine/commands/events_download.h"
#include "engine/commands/http.h"
#include "engine/commands/table_text.h"
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

using Rows = std::vector<std::pair<std::string, std::string>>;

void add_rows(Rows& rows, std::string_view object) {
  JsonReader reader(object);
  if (!reader.begin_object()) return;
  while (reader.next_member()) {
    std::string name = cell(reader.key());
    rows.emplace_back(std::move(name), cell(reader.value()));
  }
}

void print_table(const std::string& answer) {
  const ServerWords words(answer);
  Rows rows = {{"subject", cell(words.member("subject"))},
               {"position", cell(words.member("position"))}};
  add_rows(rows, words.member("state").raw);
  std::size_t width = 0;
  for (const auto& [name, value] : rows) width = std::max(width, name.size());
  for (auto& [name, value] : rows) {
    name.resize(width + 2, ' ');
    std::printf("%s%s\n", name.c_str(), value.c_str());
  }
  if (const std::uint64_t version = words.number("foldedfrom"); version > 0) {
    std::fprintf(stderr, "courtside: events before version %llu are gone\n",
                 static_cast<unsigned long long>(version));
  }
}

}  // namespace

int run_state(const StateCommand& command) {
  const Result<Remote> remote = open_remote(command);
  if (!remote) return report(remote.error());
  const Result<std::string> answer = ask_server(*remote, {.path = path_of(command)});
  if (!answer) return report(answer.error());
  if (command.output == OutputFormat::kTable) {
    print_table(*answer);
  } else {
    std::printf("%s\n", answer->c_str());
  }
  return 0;
}

}  // namespace courtside
