// What an operator asks the server that holds a folder: its connections, and whether it is ready.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/format.h"
#include "cli/commands/command_client.h"
#include "cli/commands/command_http.h"
#include "cli/commands/commands.h"
#include "cli/commands/events_download.h"
#include "cli/commands/server_words.h"
#include "cli/commands/serving_at.h"
#include "cli/terminal/table.h"
#include "cli/terminal/table_text.h"
#include "cli/terminal/zone.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

Result<ServingAt> server_of(const std::string& data) {
  std::optional<ServingAt> at = serving_at(data);
  if (at) return *at;
  return fail(Code::unavailable,
              "no server holds " + data + ", or its serving.json is another user's");
}

Result<std::string> ask_admin(const std::string& data, const RemoteRequest& request) {
  const Result<ServingAt> at = server_of(data);
  if (!at) return fail(at.error());
  if (at->admin.empty()) {
    return fail(Code::bad_configuration,
                "the server has no listener for administration on this machine: set `admin`, for "
                "example to 127.0.0.1:8081");
  }
  const Result<Remote> server =
      open_remote({.url = at->admin, .token = at->key, .token_file = {}, .ca_file = {}});
  if (!server) return fail(server.error());
  return ask_server(*server, request);
}

std::string or_dash(const std::string& text) { return for_terminal(text.empty() ? "-" : text); }

void print_table(const std::vector<std::string>& connections, const TableOptions& options) {
  const Zone zone(options.zone);
  Table table({{.head = "ID", .fit = Fit::kWhole, .is_number = true},
               {.head = zone.head("SINCE"), .fit = Fit::kWhole, .width = 19, .paint = Paint::kDim},
               {.head = "KIND"},
               {.head = "ACTOR", .fit = Fit::kWhole},
               {.head = "ADDRESS", .fit = Fit::kWhole},
               {.head = "SUBSCRIPTIONS", .is_number = true},
               {.head = "QUEUED", .is_number = true}},
              options.screen);
  for (const std::string& each : connections) {
    const ServerWords words(each);
    std::fputs(
        table
            .add({format("{}", words.number("id")),
                  Zone::text(words.text("since"), Zone::Form::kSeconds),
                  or_dash(words.text("kind")), or_dash(words.text("actor")),
                  or_dash(words.text("address")), format("{}", words.number("subscriptions")),
                  format("{}", words.number("queuedbytes"))})
            .c_str(),
        stdout);
  }
  std::fputs(table.finish().c_str(), stdout);
}

int close_one(const ConnectionsCommand& command) {
  const Result<std::string> closed =
      ask_admin(command.data,
                {.method = "POST", .path = format("/admin/connections/{}/close", command.close)});
  if (!closed) return report(closed.error());
  if (command.output == OutputFormat::kTable) {
    std::printf("connection %s is closed\n", format("{}", command.close).c_str());
  } else {
    std::printf("%s\n", closed->c_str());
  }
  return 0;
}

}  // namespace

int run_connections(const ConnectionsCommand& command) {
  if (command.close != 0) return close_one(command);
  const Result<std::string> answer = ask_admin(command.data, {.path = "/admin/connections"});
  if (!answer) return report(answer.error());
  const std::string list(ServerWords(*answer).member("connections").raw);
  std::vector<std::string> connections;
  JsonReader reader(list);
  if (reader.begin_array()) {
    while (reader.next_element()) connections.emplace_back(reader.value().raw);
  }
  if (command.output == OutputFormat::kTable) {
    print_table(connections, command.table);
  } else if (command.output == OutputFormat::kJsonl) {
    for (const std::string& each : connections) std::printf("%s\n", each.c_str());
  } else {
    std::printf("%s\n", list.c_str());
  }
  return 0;
}

int run_health(const HealthCommand& command) {
  const Result<ServingAt> at = server_of(command.data);
  if (!at) return report(at.error());
  const Result<Remote> server =
      open_remote({.url = at->url, .token = {}, .token_file = {}, .ca_file = {}});
  if (!server) return report(server.error());
  const Result<std::string> answer = ask_server(*server, {.path = "/ready"});
  if (!answer) return report(answer.error());
  if (command.output == OutputFormat::kTable) {
    std::printf("%s is ready\n", at->url.c_str());
  } else {
    std::printf("%s\n", answer->c_str());
  }
  return 0;
}

}  // namespace courtside
