#include "tests/house/pages.h"

#include "base/error.h"
#include "engine/config/print.h"
#include "engine/config/settings.h"
#include "engine/postgres/outbox_sql.h"

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
      "# Codes\n\n"
      "Every error has one of these codes, the same on WebSocket, over HTTP (as a problem "
      "document)\n"
      "and on the command line (as its exit status). A dash: never there.\n\n"
      "## On the wire\n\n";
  append_codes(out, /*on_the_wire=*/true);
  out +=
      "\nA WebSocket that closes with 44xx, 1002, 1003, 1007 or 1009 is not to be opened again\n"
      "unchanged, save after 4401, 4408 and 4429; after anything else, retry with back-off and "
      "full\n"
      "jitter.\n\n"
      "## Of the process\n\n";
  append_codes(out, /*on_the_wire=*/false);
  return out;
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
      "# Configuration\n\n"
      "A flag of `courtside serve` wins over a variable of the environment, that over a key of "
      "the\n"
      "TOML file (`--config FILE`, or `COURTSIDE_CONFIG`), that over the default. An unknown key "
      "or\n"
      "variable is an error, as is a value out of range; the message names the place.\n"
      "`courtside config print` shows every value and where it came from, `-o toml` as a file to\n"
      "begin with.\n\n"
      "Sizes take B, KiB, MiB, GiB or TiB; durations take ms, s, m, h or d. In a flag or variable "
      "the\n"
      "items of a list are separated by commas.\n";
  append_settings(out);
  out +=
      "\n## `[[route]]`\n\n"
      "Which channels an event reaches, by its type (exact, or `prefix.*`): every rule that "
      "matches\n"
      "adds its channels. A template whose field the event lacks adds none. An event that no rule\n"
      "matches reaches its subject's channel. The first `[[route]]` of a file replaces this "
      "table:\n\n";
  append_rules(out);
  out +=
      "\n```toml\n"
      "[[route]]\n"
      "type = \"booking.*\"\n"
      "channels = [\"booking:{data.bookingId}\", \"ops:bookings\"]\n"
      "```\n\n"
      "## `[[projection]]`\n\n"
      "What readers of a channel (`kind:id`, or `kind:*`) see of an event: of `data` only the "
      "fields\n"
      "that `data` lists, or all but those that `hide_data` lists; with `hide_actor` no actor or\n"
      "correlation attributes. `price.minor` is the `minor` of `price`, also of each object in a "
      "list.\n"
      "`data` shows texts, numbers and the like: an object or a list that stands under a listed "
      "name is\n"
      "not shown, but with `price.*`, which is `price` with all that is in it. `hide_data` hides a "
      "name\n"
      "wherever it stands, with all that is in it. `unless` names a permission whose holders see "
      "all of\n"
      "it; with `who`, the rule is for those who may read the channel as this (see `[[read]]`) and "
      "not\n"
      "otherwise. A subject whose id is hidden is shown as `kind:hidden`. Through several "
      "channels, "
      "the\n"
      "widest view counts. The first `[[projection]]` of a file replaces the built-in ones:\n\n";
  append_tables(out, "[[projection]]", "[[read]]");
  out +=
      "\n## `[[read]]`\n\n"
      "Who may read a channel, where access control is configured; any rule that applies is "
      "enough,\n"
      "live, from the log and over HTTP alike. A rule for `kind:*` speaks of each channel of the "
      "kind; one\n"
      "for `*` of everything, patterns too. `permissions` must all be held. With `history_only` "
      "it is for\n"
      "questions, not for live delivery. `who`:\n\n"
      "| `who` | the caller |\n"
      "| --- | --- |\n"
      "| `anyone` | also without a token |\n"
      "| `caller` | an account that counts, or a service |\n"
      "| `role:<name>` | an account of this role |\n"
      "| `self` | `user:<id>`: the account of this id |\n"
      "| `booking_account`, `booking_venue` | `booking:<id>`: whose booking it is; owner or staff "
      "of its venue |\n"
      "| `venue` | `venue:<id>`: its owner or staff |\n"
      "| `participant`, `support_room` | `chat:<id>`: in the room; anyone, when `kind` of its "
      "`chat.room_opened` is `support` |\n"
      "| `ticket_opener`, `ticket_assignee` | `ticket:<id>` |\n"
      "| `message_author`, `notification_account` | for `[[publish]]` only |\n\n"
      "The first `[[read]]` of a file replaces this table:\n\n";
  append_tables(out, "[[read]]", "[[publish]]");
  out +=
      "\n## `[[publish]]`\n\n"
      "What accounts may publish: the event's type (exact, or `prefix.*`) and how the account "
      "stands to\n"
      "what the event's subject names. Services publish with the permission `event:publish`:\n\n";
  append_tables(out, "[[publish]]", "[[role]]");
  out +=
      "\n## `[[role]]`\n\n"
      "What a role holds where no database is configured and the token has no `permissions` "
      "claim:\n\n";
  append_tables(out, "[[role]]", "");
  out +=
      "\n## `[[source]]`\n\n"
      "One more source of events beside the one of `[outbox]`, with the same keys. It needs a "
      "`name` and a\n"
      "`url`; what else it does not say is as `[outbox]` has it:\n\n"
      "```toml\n"
      "[[source]]\n"
      "name = \"payments\"\n"
      "url = \"postgresql://courtside@payments-db/payments\"\n"
      "event_source = \"/payments\"\n"
      "```\n";
  return out;
}

std::vector<Page> pages() {
  return {{.path = "docs/codes.md", .text = codes_page()},
          {.path = "docs/configuration.md", .text = configuration_page()},
          {.path = "clients/typescript/outbox/src/catalogue.ts", .text = catalogue_module()},
          {.path = "clients/typescript/outbox/prisma/migration.sql", .text = outbox_sql({}, {})}};
}

}  // namespace courtside::house
