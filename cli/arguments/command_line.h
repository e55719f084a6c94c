// The command line taken apart: one plain struct for each command. parse_arguments.h makes them.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/compress.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/arguments/server_address.h"
#include "cli/terminal/screen.h"
#include "engine/config/load.h"
#include "schema/protocol.h"

namespace courtside {

// -o: by default a table on a terminal, JSON lines when piped.
enum class OutputFormat : std::uint8_t { kTable, kJson, kJsonl, kCsv };

// How tables look, and in which zone their times are.
struct TableOptions {
  Screen screen;
  std::string zone = "utc";  // is_zone() of it
};

struct ServeCommand {
  LoadedConfig loaded;
  ConfigSources sources = {};  // of `loaded`, to read it again
};

// One event from flags, or JSON lines (a CloudEvent each) from a file or stdin.
struct PublishCommand : ServerAddress {
  enum class Input : std::uint8_t { kFlags, kFile, kStdin };
  Input input = Input::kFlags;
  std::string file;  // of kFile

  // Of kFlags; empty where not given. `type` and `subject` are always given.
  std::string id;
  std::string source;
  std::string type;
  std::string subject;
  std::string data;  // JSON text, not judged here
  std::string time;
  std::string correlationid;
  std::optional<std::uint64_t> expectedversion;

  std::vector<std::string> channels;  // explicit ones, for every event published
  std::uint64_t in_flight = 256;      // at least 1
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
};

// Events as they come, or from a place in the log.
struct TailCommand : ServerAddress {
  std::vector<std::string> channels;  // at least one; `*` when none was given
  std::vector<std::string> types;     // exact or `prefix.*`; empty: all
  protocol::From from;
  bool follow = true;       // false: end at the head
  std::uint32_t speed = 0;  // times the pace at which it happened; 0: as fast as it goes
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
};

// What a subject's events had come to at a moment.
struct StateCommand : ServerAddress {
  std::string subject;
  std::string at = "now";             // as the server takes it: also a position, a time, -2h
  std::vector<std::string> channels;  // by which it is read; empty: as the subject itself
  OutputFormat output = OutputFormat::kTable;  // kTable, kJson or kJsonl
  TableOptions table = {};
};

// What a venue's slots, or an account's notifications, had come to.
struct ListCommand : ServerAddress {
  enum class Of : std::uint8_t { kCalendar, kNotifications };
  Of of = Of::kCalendar;
  std::string id;  // of the venue, or the account
  // As the server takes them, in the order of its document.
  std::vector<std::pair<std::string, std::string>> parameters;
  OutputFormat output = OutputFormat::kTable;  // kTable, kJson or kJsonl
  TableOptions table = {};
};

// What `history` and `export` ask GET /v1/events for; texts are empty where not given.
struct HistoryAsk {
  std::vector<std::string> channels;
  std::vector<std::string> types;
  std::string subject;
  std::string actor;
  std::string correlationid;
  std::string since;  // RFC 3339
  std::string until;
  std::string after;  // positions
  std::string before;
  bool descending = false;
  std::uint64_t limit = 0;  // 0: all of it
  friend bool operator==(const HistoryAsk&, const HistoryAsk&) = default;
};

// What happened, as far as the filters say.
struct HistoryCommand : ServerAddress {
  HistoryAsk ask;
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
};

// What happened to one subject, what led to it and what came of it.
struct LogCommand : ServerAddress {
  std::string subject;
  std::vector<std::string> channels;  // to look in; empty: everywhere
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
};

// History into a file that can be taken up again.
struct ExportCommand : ServerAddress {
  HistoryAsk ask;
  std::string asked;  // the filters as they were typed, to know them again
  std::string file;   // -: stdout
  bool csv = false;
  Coding coding = Coding::kIdentity;
  bool resume = false;
  bool force = false;  // replace the file where it is there
};

// Drives a running server. 0 stands for the workload's own default.
struct BenchCommand : ServerAddress {
  std::string workload;  // one of bench_workloads()
  std::uint64_t connections = 0;
  std::uint64_t channels = 0;
  std::uint64_t rate_per_s = 0;
  std::uint64_t seconds = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t size_bytes = 0;  // of an event's data
  std::uint64_t events = 0;      // to append, replay or miss, where the workload counts events
  bool deflate = false;          // subscribers take compressed messages
  OutputFormat output = OutputFormat::kTable;  // kTable or kJson
};

// Every setting's value, and where it came from.
struct ConfigPrintCommand {
  LoadedConfig loaded;
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
  bool toml = false;  // -o toml: a file that says the same
};

// Whether `serve` would start with these settings.
struct ConfigCheckCommand {
  LoadedConfig loaded;
};

// A token for development. Texts are empty where there shall be no such claim.
struct TokenCommand {
  std::string secret;  // empty when none is configured: there is nothing to sign with
  std::string user;
  std::string type = "ACCESS";
  std::string role;
  std::optional<std::vector<std::string>> permissions;
  std::string venue;
  std::vector<std::string> channels;
  std::string issuer;
  std::string audience;
  std::vector<std::string> known_roles;
  std::int64_t issued_s = 0;   // since 1970
  std::int64_t expires_s = 0;  // since 1970
};

// The SQL that makes a database ready for an outbox, printed or run.
struct OutboxInstallCommand {
  OutboxSettings source;  // its names; where apply, with a url
  std::string role;       // that Courtside connects as; empty: it is granted nothing
  bool notify = false;    // with the trigger that calls who waits; of kTable
  bool apply = false;     // run it, and print nothing
};

// What a running server says of its sources.
struct OutboxStatusCommand : ServerAddress {
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
};

// The platform's old audit log, read from its database and published to a running server.
struct OutboxBackfillCommand : ServerAddress {
  std::string database;                        // libpq connection string; never empty
  std::string query;                           // as kAuditLogQuery
  std::uint64_t query_ms = 10'000;             // for connecting
  OutputFormat output = OutputFormat::kTable;  // of the counts at the end
};

// Verifies a log that no server has open, or an export against its manifest.
struct VerifyCommand {
  std::string data;
  std::string export_file = {};                // or its manifest; empty: the log in `data`
  OutputFormat output = OutputFormat::kTable;  // kTable or kJson
};

// A copy of a log, by the server that holds it where there is one.
struct BackupCommand {
  std::string data;
  std::string target;                          // absolute
  OutputFormat output = OutputFormat::kTable;  // kTable or kJson
};

// A new log from such a copy.
struct RestoreCommand {
  std::string backup;  // absolute
  std::string data;    // absolute
  bool verify = true;
  OutputFormat output = OutputFormat::kTable;  // kTable or kJson
};

// Accepts that a log has lost its end; it continues under a new epoch.
struct RenewCommand {
  std::string data;
  bool force = false;                          // also where nothing is lost
  OutputFormat output = OutputFormat::kTable;  // kTable or kJson
};

// The connections of the server that holds the folder, or the end of one.
struct ConnectionsCommand {
  std::string data;
  std::uint64_t close = 0;  // the connection to end; 0: none, list them
  OutputFormat output = OutputFormat::kTable;
  TableOptions table = {};
};

// Whether the server that holds the folder is ready.
struct HealthCommand {
  std::string data;
  OutputFormat output = OutputFormat::kTable;  // kTable or kJson
};

struct VersionCommand {
  OutputFormat output = OutputFormat::kTable;
};

using CommandLine =
    std::variant<ServeCommand, PublishCommand, TailCommand, StateCommand, ListCommand,
                 HistoryCommand, LogCommand, ExportCommand, BenchCommand, ConfigPrintCommand,
                 ConfigCheckCommand, TokenCommand, OutboxInstallCommand, OutboxStatusCommand,
                 OutboxBackfillCommand, VerifyCommand, BackupCommand, RestoreCommand, RenewCommand,
                 ConnectionsCommand, HealthCommand, VersionCommand>;

// What the command line depends on beside its arguments.
struct Surroundings {
  std::map<std::string, std::string> environment;
  bool stdin_is_terminal = false;
  bool stdout_is_terminal = false;
  std::size_t stdout_columns = 0;  // of that terminal; 0: none
  Timestamp now;                   // `--since 2h` counts back from here
};

// The process has nothing more to do than to say this and to exit.
struct CommandLineExit {
  int status = 0;   // sysexits.h: 0 after --help, 64 usage, 66 no such file, 78 configuration
  std::string out;  // for stdout
  std::string err;  // for stderr, one line
};

// A workload of `bench`, and what a number is that was not given; 1 where it has no use for it.
struct BenchWorkload {
  std::string_view name;
  std::string_view doc;
  std::uint64_t connections;
  std::uint64_t channels;
  std::uint64_t rate_per_s;
  std::uint64_t seconds;
  std::uint64_t in_flight;
  std::uint64_t events;  // kBenchUnlimited: `seconds` ends it
};
constexpr std::uint64_t kBenchUnlimited = 1'000'000'000;
constexpr std::uint64_t kBenchSizeBytes = 200;
const std::vector<BenchWorkload>& bench_workloads();

}  // namespace courtside
