#include "tests/house/pages.h"

#include <sstream>

#include "base/error.h"
#include "engine/config/config_change.h"
#include "engine/config/config_toml.h"
#include "engine/config/settings.h"
#include "engine/postgres/outbox_sql.h"
#include "tests/house/tree.h"

namespace courtside::house {
namespace {

std::string_view word_for(Retry retry) {
  switch (retry) {
    case Retry::kNo: return "no";
    case Retry::kYes: return "yes, with back-off and jitter";
    case Retry::kFreshToken: return "once, with a fresh token";
    case Retry::kAfter: return "after `retryafter`";
  }
  return "no";
}

std::string number_or_dash(int number) { return number == 0 ? "–" : std::to_string(number); }

// A row of a Markdown table. A bar within a cell would end it.
std::string table_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) {
    out.append(" ");
    for (const char c : cell) {
      if (c == '|') out.push_back('\\');
      out.push_back(c);
    }
    out.append(" |");
  }
  return out + "\n";
}

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

void append_codes(std::string& out, bool on_the_wire) {
  out += table_row({"code", "HTTP", "close", "exit", "retry", "cause", "remedy"});
  out += table_row({"---", "---", "---", "---", "---", "---", "---"});
  for (std::size_t i = 0; i < code_count(); ++i) {
    const CodeInfo& row = code_at(i);
    if ((row.http_status != 0 || row.close_code != 0) != on_the_wire) continue;
    out +=
        table_row({code(row.name), number_or_dash(row.http_status), number_or_dash(row.close_code),
                   std::to_string(row.exit_status), std::string(word_for(row.retry)),
                   std::string(row.cause), std::string(row.remedy)});
  }
}

void append_settings(std::string& out) {
  const Config defaults;
  std::string_view table = "none yet";
  for (const Setting& setting : settings()) {
    const std::size_t dot = setting.name.find('.');
    const std::string_view in =
        dot == std::string_view::npos ? std::string_view() : setting.name.substr(0, dot);
    if (in != table) {
      out += in.empty() ? "\n## Top level\n\n" : "\n## `[" + std::string(in) + "]`\n\n";
      out += table_row({"key", "default", "range", "meaning", "flag", "variable"});
      out += table_row({"---", "---", "---", "---", "---", "---"});
      table = in;
    }
    const std::string_view key = setting.name.substr(in.empty() ? 0 : dot + 1);
    out += table_row({code(key), code(value_text(setting, defaults)), setting.range(),
                      std::string(setting.doc), code(setting.flag()), code(setting.environment())});
  }
}

void append_rules(std::string& out) {
  const Config defaults;
  out += table_row({"type", "channels"});
  out += table_row({"---", "---"});
  for (const RouteRule& rule : defaults.routes) {
    std::string channels;
    for (const std::string& each : rule.channels) {
      channels.append(channels.empty() ? "" : ", ").append(code(each));
    }
    out += table_row({code(rule.type), channels.empty() ? "`*` only" : channels});
  }
}

constexpr std::string_view kMade =
    "<!-- Made by script/generate; a test holds it against the code. -->\n";

}  // namespace

std::string codes_page() {
  std::string out(kMade);
  out +=
      "# Codes\n"
      "\n"
      "Every error has one of these codes. The code is the same over WebSocket, over HTTP\n"
      "(in a problem document) and on the command line (as an exit status). A dash means\n"
      "that the code does not occur there.\n"
      "\n"
      "## Over the network\n"
      "\n";
  append_codes(out, /*on_the_wire=*/true);
  out +=
      "\n"
      "Do not reopen a WebSocket unchanged after it was closed with 44xx, 1002, 1003, 1007\n"
      "or 1009, except after 4401, 4408 and 4429. After any other close code, reconnect\n"
      "with back-off and full jitter.\n"
      "\n"
      "## Of the process\n"
      "\n";
  append_codes(out, /*on_the_wire=*/false);
  return out;
}

void append_reloaded(std::string& out) {
  out +=
      "\n"
      "## Settings that SIGHUP changes\n"
      "\n"
      "A running server takes these over when it gets SIGHUP. All other settings, and the\n"
      "rules below, are read at the start only.\n"
      "\n";
  std::string separator;
  for (const std::string_view name : reloaded_settings()) {
    out.append(separator).append("`").append(name).append("`");
    separator = ",\n";
  }
  out += "\n";
}

// The part of the built-in configuration from one table to another.
void append_tables(std::string& out, std::string_view from, std::string_view to) {
  const std::string toml = config_toml(Config{});
  const std::size_t begin = toml.find(from);
  const std::size_t end = to.empty() ? toml.size() : toml.find(to);
  std::string tables = toml.substr(begin, end - begin);
  while (tables.ends_with("\n\n")) tables.pop_back();
  out.append("```toml\n").append(tables).append("```\n");
}

std::string configuration_page() {
  std::string out(kMade);
  out +=
      "# Configuration\n"
      "\n"
      "A setting can be a flag of `courtside serve`, an environment variable, or a key of\n"
      "the TOML file (`--config FILE`, or `COURTSIDE_CONFIG`). A flag overrides the\n"
      "variable, the variable overrides the file, and the file overrides the default. An\n"
      "unknown key or variable is an error, and so is a value out of range; the message\n"
      "names the place. `courtside config print` shows every value and where it came from.\n"
      "With `-o toml` it writes a complete file that you can edit.\n"
      "\n"
      "Sizes take B, KiB, MiB, GiB or TiB; durations take ms, s, m, h or d. In a flag or\n"
      "variable, separate the items of a list with commas.\n";
  append_settings(out);
  append_reloaded(out);
  out +=
      "\n"
      "## `[[route]]`\n"
      "\n"
      "Routes decide which channels an event reaches. A route matches a type (exact, or\n"
      "`prefix.*`). Every matching route adds its channels. A channel template adds nothing\n"
      "when the event lacks the field that it names. An event that matches no route reaches\n"
      "its subject's channel. The first `[[route]]` of a file replaces this table:\n"
      "\n";
  append_rules(out);
  out +=
      "\n"
      "```toml\n"
      "[[route]]\n"
      "type = \"booking.*\"\n"
      "channels = [\"booking:{data.bookingId}\", \"ops:bookings\"]\n"
      "```\n"
      "\n"
      "## `[[projection]]`\n"
      "\n"
      "A projection limits the part of an event that the readers of a channel (`kind:id`,\n"
      "or `kind:*`) see:\n"
      "\n"
      "| key | meaning |\n"
      "| --- | --- |\n"
      "| `data` | Only these fields of `data` are shown. `price.minor` is the `minor` of `price`, "
      "also of each object in a list. Only texts, numbers, booleans and null are shown: an object "
      "or a list under a listed name is left out. `price.*` shows `price` with everything in it. "
      "|\n"
      "| `hide_data` | All fields of `data` are shown except these. A name is hidden wherever it "
      "occurs, with everything in it. |\n"
      "| `hide_actor` | The actor and correlation attributes are hidden. |\n"
      "| `unless` | A permission. Its holders see the whole event. |\n"
      "| `who` | The projection applies only to callers that may read the channel as this (see "
      "`[[read]]`) and in no other way. |\n"
      "\n"
      "A subject whose id is hidden is shown as `kind:hidden`. A reader that gets an event\n"
      "through several channels sees the widest view. The first `[[projection]]` of a file\n"
      "replaces the built-in ones:\n"
      "\n";
  append_tables(out, "[[projection]]", "[[read]]");
  out +=
      "\n"
      "## `[[read]]`\n"
      "\n"
      "These rules decide who may read a channel when access control is configured. One\n"
      "matching rule is enough. The rules are the same for live events, for the log and\n"
      "over HTTP. A rule for `kind:*` applies to each channel of the kind; a rule for `*`\n"
      "applies to everything, including patterns. The caller must hold all `permissions`. A\n"
      "rule with `history_only` allows history, but no live delivery. `who` is one of:\n"
      "\n"
      "| `who` | the caller |\n"
      "| --- | --- |\n"
      "| `anyone` | anybody, also without a token |\n"
      "| `caller` | an active account, or a service |\n"
      "| `role:<name>` | an account with this role |\n"
      "| `self` | `user:<id>`: the account with this id |\n"
      "| `booking_account`, `booking_venue` | `booking:<id>`: the account of the booking; the "
      "owner or staff of its venue |\n"
      "| `venue` | `venue:<id>`: the owner or staff of the venue |\n"
      "| `participant`, `support_room` | `chat:<id>`: a participant of the room; anyone, when "
      "`kind` of its `chat.room_opened` is `support` |\n"
      "| `ticket_opener`, `ticket_assignee` | `ticket:<id>`: the account that opened the ticket; "
      "the account that it is assigned to |\n"
      "| `message_author`, `notification_account` | for `[[publish]]` only: the author of the "
      "message; the account of the notification |\n"
      "\n"
      "The first `[[read]]` of a file replaces this table:\n"
      "\n";
  append_tables(out, "[[read]]", "[[publish]]");
  out +=
      "\n"
      "## `[[publish]]`\n"
      "\n"
      "These rules decide what accounts may publish: the type of the event (exact, or\n"
      "`prefix.*`) and the relation of the account to the event's subject (`who`, as\n"
      "above). Services publish with the permission `event:publish`:\n"
      "\n";
  append_tables(out, "[[publish]]", "[[role]]");
  out +=
      "\n"
      "## `[[role]]`\n"
      "\n"
      "The permissions of a role. They are used when no database is configured and the\n"
      "token has no `permissions` claim:\n"
      "\n";
  append_tables(out, "[[role]]", "");
  out +=
      "\n"
      "## `[[source]]`\n"
      "\n"
      "A further source of events, with the same keys as `[outbox]`. It needs a `name` and\n"
      "a `url`. Keys that it leaves out have the values of `[outbox]`:\n"
      "\n"
      "```toml\n"
      "[[source]]\n"
      "name = \"payments\"\n"
      "url = \"postgresql://courtside@payments-db/payments\"\n"
      "event_source = \"/payments\"\n"
      "```\n";
  return out;
}

std::string with_files(const std::string& document, const std::string& folder) {
  std::string out;
  std::istringstream lines(document);
  bool is_replaced = false;
  for (std::string line; std::getline(lines, line);) {
    if (is_replaced && line == "```") is_replaced = false;
    if (is_replaced) continue;
    out += line + "\n";
    const std::size_t space = line.find(' ');
    if (!line.starts_with("```") || space == line.npos) continue;
    out += read_file(folder + "/" + line.substr(space + 1));
    is_replaced = true;
  }
  return out;
}

std::vector<Page> pages(const std::string& root) {
  const auto document = [&root](const std::string& path) {
    return Page{.path = path, .text = with_event_schemas(read_file(root + "/" + path))};
  };
  return {document("docs/openapi.json"),
          document("docs/asyncapi.json"),
          {.path = "docs/proxies.md",
           .text = with_files(read_file(root + "/docs/proxies.md"), root + "/deploy/proxies")},
          {.path = "docs/codes.md", .text = codes_page()},
          {.path = "docs/configuration.md", .text = configuration_page()},
          {.path = "deploy/courtside.toml", .text = config_file()},
          {.path = "deploy/grafana/courtside.json", .text = dashboard()},
          {.path = "clients/typescript/client/src/catalogue.ts", .text = client_catalogue()},
          {.path = "clients/typescript/outbox/src/catalogue.ts", .text = catalogue_module()},
          {.path = "clients/typescript/outbox/prisma/migration.sql", .text = outbox_sql({}, {})}};
}

}  // namespace courtside::house
