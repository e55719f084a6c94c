#include "tests/house/include_rules.h"

#include <algorithm>
#include <map>
#include <set>

namespace courtside::house {
namespace {

bool begins(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// `path` is `area` or lies below it.
bool is_within(std::string_view path, std::string_view area) {
  return begins(path, area) && (path.size() == area.size() || path[area.size()] == '/');
}

bool is_test(std::string_view path) { return is_within(path, "tests"); }

const Area* area_of(std::string_view path) {
  const Area* best = nullptr;
  for (const Area& area : areas()) {
    if (is_within(path, area.path) && (best == nullptr || area.path.size() > best->path.size())) {
      best = &area;
    }
  }
  return best;
}

const ThirdParty* third_party(std::string_view header) {
  const ThirdParty* best = nullptr;
  for (const ThirdParty& each : third_parties()) {
    if (begins(header, each.prefix) &&
        (best == nullptr || each.prefix.size() > best->prefix.size())) {
      best = &each;
    }
  }
  return best;
}

// The language's own headers have neither a folder nor an ending. Of the system's those are known
// that anyone may use; sockets are third parties here, since one folder alone speaks to them.
bool is_standard(std::string_view header) {
  static const std::set<std::string_view> known = {
      "dirent.h",       "dlfcn.h",       "errno.h",       "fcntl.h",     "poll.h",
      "pthread.h",      "signal.h",      "spawn.h",       "sys/prctl.h", "time.h",
      "sysexits.h",     "unistd.h",      "sys/eventfd.h", "sys/file.h",  "sys/random.h",
      "sys/resource.h", "sched.h",       "sys/mman.h",    "sys/mount.h", "sys/stat.h",
      "sys/statvfs.h",  "sys/syscall.h", "sys/sysinfo.h", "sys/time.h",  "sys/types.h",
      "sys/wait.h"};
  return header.find_first_of("./") == std::string_view::npos || known.count(header) > 0;
}

bool may_name(const ThirdParty& rule, std::string_view path) {
  return is_test(path) || std::any_of(rule.allowed.begin(), rule.allowed.end(),
                                      [&](const std::string& each) { return begins(path, each); });
}

// An entry names a folder, without the folders below it that have a rule of their own, or a header.
bool may_include(const Area& area, std::string_view header) {
  const Area* of = area_of(header);
  const std::string_view folder = of == nullptr ? std::string_view() : of->path;
  if (folder == area.path) return true;
  return std::any_of(area.may_include.begin(), area.may_include.end(),
                     [&](const std::string& each) {
                       // Tests stand beside the architecture: only they include themselves.
                       if (each == "*") return area.path == "tests" || !is_test(header);
                       return each == header || each == folder;
                     });
}

class Check {
 public:
  explicit Check(const std::vector<SourceFile>& tree) {
    for (const SourceFile& file : tree) includes_[file.path] = includes(file);
  }

  std::vector<std::string> run() {
    for (const auto& [path, named] : includes_) {
      for (const Include& include : named) {
        // Generated headers are named either way; what matters is where.
        if (include.quoted && third_party(include.name) == nullptr) {
          check_ours(path, include);
        } else {
          check_theirs(path, include);
        }
      }
    }
    return std::move(violations_);
  }

 private:
  void report(const std::string& path, const Include& include, const std::string& what) {
    violations_.push_back(path + ":" + std::to_string(include.line) + ": " + what);
  }

  void check_ours(const std::string& path, const Include& include) {
    // A test may name a header that lies beside it.
    if (is_test(path) && includes_.count(path.substr(0, path.rfind('/') + 1) + include.name) > 0) {
      return;
    }
    const Area* area = area_of(path);
    if (area == nullptr || area_of(include.name) == nullptr) {
      report(path, include, "\"" + include.name + "\" is not a path from the root");
      return;
    }
    if (!may_include(*area, include.name)) {
      report(path, include, area->path + " may not include " + include.name);
    }
    if (is_test(path) || folder_of(path) == folder_of(include.name)) return;
    for (const std::string& header : reached(include.name)) {
      report(path, include, include.name + " brings <" + header + "> out of its folder");
    }
  }

  void check_theirs(const std::string& path, const Include& include) {
    if (is_standard(include.name)) return;
    const ThirdParty* rule = third_party(include.name);
    if (rule == nullptr) {
      report(path, include, "<" + include.name + "> is in no rule; say where it may be named");
    } else if (!may_name(*rule, path)) {
      report(path, include, "<" + include.name + "> may not be named here");
    }
  }

  static std::string folder_of(const std::string& path) { return path.substr(0, path.find('/')); }

  // Every folder gets these from base, on purpose.
  static bool is_shared(std::string_view header) {
    return header == "tl/expected.hpp" || header == "fmt/core.h";
  }

  // The third-party headers that come along with a header of ours, save the shared ones.
  const std::set<std::string>& reached(const std::string& header) {
    const auto [entry, fresh] = reached_.try_emplace(header);
    if (!fresh) return entry->second;  // known, or being looked at further up: includes may circle
    std::set<std::string> found;
    for (const Include& include : includes_[header]) {
      if (include.quoted) {
        const std::set<std::string>& below = reached(include.name);
        found.insert(below.begin(), below.end());
      } else if (!is_standard(include.name) && !is_shared(include.name)) {
        found.insert(include.name);
      }
    }
    return reached_[header] = std::move(found);
  }

  std::map<std::string, std::vector<Include>> includes_;
  std::map<std::string, std::set<std::string>> reached_;
  std::vector<std::string> violations_;
};

}  // namespace

const std::vector<Area>& areas() {
  static const std::vector<Area> table = {
      {"base", {}},
      {"schema", {"base"}},
      {"eventlog/storage", {"base"}},
      {"eventlog", {"base", "schema", "eventlog/storage"}},
      {"eventlog/index", {"base", "schema", "eventlog"}},
      {"eventlog/verify", {"base", "schema", "eventlog", "eventlog/index"}},
      {"eventlog/sequencer",
       {"base", "schema", "eventlog", "eventlog/index", "eventlog/storage", "eventlog/verify"}},
      {"eventlog/backup", {"base", "schema", "eventlog", "eventlog/sequencer", "eventlog/verify"}},
      {"replay", {"base", "schema", "eventlog"}},
      {"replay/state", {"base", "schema", "eventlog", "replay"}},
      {"transport", {"base"}},
      {"transport/client", {"base", "transport"}},
      // The settings, and nothing that runs.
      {"engine/config", {"base", "schema", "transport"}},
      // Authorization, without knowing who is connected.
      {"engine/access", {"base", "schema", "engine/config"}},
      // What becomes of an outbox's rows, wherever they are read.
      {"engine/outbox", {"base", "schema", "eventlog", "engine/config"}},
      {"engine/postgres", {"base", "schema", "engine/config", "engine/access", "engine/outbox"}},
      // Limits and lists that decide before authorization does.
      {"engine/admission", {"base", "transport", "engine/config", "engine/access"}},
      // Which channels an event goes to, and what a published message becomes.
      {"engine/routing",
       {"base", "schema", "eventlog", "replay", "engine/config", "engine/access"}},
      // Answers about the past, whatever they travel in. Decoding a query is the transport's.
      {"engine/history",
       {"base", "schema", "eventlog", "replay", "replay/state", "engine/access", "engine/routing",
        "transport/http.h"}},
      // Fan-out, without I/O. A frame's bytes are the transport's.
      {"engine/delivery",
       {"base", "schema", "eventlog", "replay", "replay/state", "engine/routing", "engine/history",
        "transport/websocket_codec.h"}},
      // The WebSocket protocol, without I/O.
      {"engine/session",
       {"base", "schema", "eventlog", "replay", "engine/access", "engine/routing",
        "engine/delivery"}},
      // What each path does, against an Exchange.
      {"engine/http",
       {"base", "schema", "eventlog", "eventlog/backup", "eventlog/storage", "replay",
        "replay/state", "transport", "engine/config", "engine/access", "engine/admission",
        "engine/routing", "engine/history", "engine/delivery", "engine/session"}},
      {"engine/connection",
       {"base", "schema", "eventlog", "replay", "transport", "engine/access", "engine/admission",
        "engine/routing", "engine/history", "engine/delivery", "engine/session", "engine/http"}},
      // Construction and shutdown of all of it.
      {"engine/server",
       {"base",
        "schema",
        "eventlog",
        "eventlog/index",
        "eventlog/sequencer",
        "eventlog/backup",
        "eventlog/storage",
        "eventlog/verify",
        "replay",
        "replay/state",
        "transport",
        "engine/config",
        "engine/access",
        "engine/admission",
        "engine/outbox",
        "engine/postgres",
        "engine/routing",
        "engine/delivery",
        "engine/http",
        "engine/connection"}},
      // The command line is taken apart with the settings at hand, and with nothing that runs.
      {"cli/arguments", {"base", "schema", "engine/config", "cli/terminal"}},
      {"cli/terminal", {"base"}},
      // How commands reach a server: as any client does.
      {"cli/remote", {"base", "transport", "cli/arguments"}},
      // Of the engine: the server, to start it, and what is done to a database or a token without
      // a server, header by header.
      {"cli/commands",
       {"base",
        "schema",
        "eventlog",
        "eventlog/backup",
        "eventlog/verify",
        "transport",
        "transport/client",
        "cli/arguments",
        "cli/terminal",
        "cli/remote",
        "engine/config",
        "engine/server/config_check.h",
        "engine/server/server.h",
        "engine/server/service_manager.h",
        "engine/server/serving_file.h",
        "engine/access/changing_file.h",
        "engine/access/token_maker.h",
        "engine/http/backup_endpoint.h",
        "engine/postgres/audit_log.h",
        "engine/postgres/outbox_install.h",
        "engine/postgres/outbox_sql.h"}},
      {"cli", {"base", "cli/arguments", "cli/commands"}},  // main.cc
      // The load generator is a client.
      {"bench",
       {"base", "transport", "transport/client", "cli/arguments", "cli/terminal", "cli/remote"}},
      {"tests", {"*"}},
  };
  return table;
}

const std::vector<ThirdParty>& third_parties() {
  static const std::vector<ThirdParty> table = {
      {"tl/expected.hpp", {"base/result.h"}},
      {"cjose/", {"engine/access/"}},
      {"fmt/", {"base/format.h"}},
      {"spdlog/", {"base/log.cc"}},
      {"openssl/", {"base/"}},
      {"openssl/ssl.h", {"transport/"}},
      {"openssl/pem.h", {"base/", "transport/"}},
      {"openssl/x509.h", {"transport/"}},
      {"openssl/bio.h", {"transport/"}},
      {"openssl/err.h", {"base/", "transport/"}},
      {"zlib.h", {"base/"}},
      {"zstd.h", {"base/"}},
      {"flatbuffers/", {"schema/"}},
      {"event_generated.h", {"schema/"}},  // made from schema/*.fbs
      {"protocol_generated.h", {"schema/"}},
      {"simdjson.h", {"base/"}},
      {"rocksdb/", {"eventlog/"}},
      {"uv.h", {"transport/"}},
      {"systemd/", {"engine/server/"}},
      {"wslay/", {"transport/"}},
      {"llhttp.h", {"transport/"}},
      // The load generator has sockets of its own, so as not to measure the server with itself.
      // The database's watchdog shuts a socket of libpq down.
      // What a command's loop watches of libcurl's connection is one end of a pair of sockets.
      {"curl/", {"cli/remote/"}},
      {"sys/socket.h", {"transport/", "bench/", "engine/postgres/", "cli/remote/"}},
      {"sys/epoll.h", {"bench/", "transport/loop_core.cc"}},
      {"sys/uio.h", {"transport/", "bench/"}},
      {"sys/ioctl.h", {"transport/", "cli/terminal/"}},
      {"sys/un.h", {"transport/"}},
      {"malloc.h", {"engine/server/"}},
      {"netinet/", {"transport/", "bench/"}},
      {"arpa/", {"transport/", "bench/"}},
      {"netdb.h", {"transport/", "bench/"}},
      {"pqxx/", {"engine/postgres/"}},
      {"libpq-fe.h", {"engine/postgres/"}},
      {"CLI/", {"cli/arguments/"}},
      {"toml++/", {"engine/config/"}},
      {"prometheus/", {"engine/server/metrics"}},
      {"gtest/", {}},
      {"gmock/", {}},
      {"benchmark/", {}},
      {"linux/filter.h", {}},  // a test loses packets with it
      {"pty.h", {}},           // a test is a terminal
  };
  return table;
}

std::vector<Include> includes(const SourceFile& file) {
  std::vector<Include> out;
  int number = 0;
  for (std::string_view line : file.lines()) {
    ++number;
    const auto skip_blanks = [&] {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    };
    skip_blanks();
    if (!begins(line, "#")) continue;
    line.remove_prefix(1);
    skip_blanks();
    if (!begins(line, "include")) continue;
    line.remove_prefix(7);
    skip_blanks();
    if (line.empty() || (line[0] != '"' && line[0] != '<')) continue;
    const bool quoted = line[0] == '"';
    const std::size_t end = line.find(quoted ? '"' : '>', 1);
    if (end == std::string_view::npos) continue;
    out.push_back({.line = number, .name = std::string(line.substr(1, end - 1)), .quoted = quoted});
  }
  return out;
}

std::vector<std::string> check_includes(const std::vector<SourceFile>& tree) {
  return Check(tree).run();
}

std::vector<std::string> check_headers(const std::vector<SourceFile>& tree) {
  std::vector<std::string> violations;
  for (const SourceFile& file : tree) {
    if (!file.is_header()) continue;
    const std::vector<std::string_view> lines = file.lines();
    if (lines.empty() || !begins(lines[0], "// ")) {
      violations.push_back(file.path + ":1: a header begins with what it is for");
    }
    // Before anything but comments: what stands above it would be read twice.
    const auto first = std::find_if(lines.begin(), lines.end(), [](std::string_view line) {
      return !line.empty() && !begins(line, "//");
    });
    if (first == lines.end() || *first != "#pragma once") {
      violations.push_back(file.path + ": #pragma once is missing, or not first");
    }
  }
  return violations;
}

}  // namespace courtside::house
