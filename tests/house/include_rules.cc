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
      "dirent.h",   "errno.h",       "fcntl.h",     "poll.h",       "pthread.h",
      "signal.h",   "spawn.h",       "sys/prctl.h", "time.h",       "sysexits.h",
      "unistd.h",   "sys/eventfd.h", "sys/file.h",  "sys/random.h", "sys/resource.h",
      "sys/stat.h", "sys/syscall.h", "sys/time.h",  "sys/types.h",  "sys/wait.h"};
  return header.find_first_of("./") == std::string_view::npos || known.count(header) > 0;
}

bool may_name(const ThirdParty& rule, std::string_view path) {
  return is_test(path) || std::any_of(rule.allowed.begin(), rule.allowed.end(),
                                      [&](const std::string& each) { return begins(path, each); });
}

bool may_include(const Area& area, std::string_view header) {
  if (is_within(header, area.path)) return true;
  return std::any_of(
      area.may_include.begin(), area.may_include.end(), [&](const std::string& each) {
        // Tests stand beside the architecture: nobody but they themselves includes them.
        return each == "*" ? area.path == "tests" || !is_test(header) : is_within(header, each);
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

  // The third-party headers that come along with a header of ours, save the one that base shares
  // with all on purpose.
  const std::set<std::string>& reached(const std::string& header) {
    const auto [entry, fresh] = reached_.try_emplace(header);
    if (!fresh) return entry->second;  // known, or being looked at further up: includes may circle
    std::set<std::string> found;
    for (const Include& include : includes_[header]) {
      if (include.quoted) {
        const std::set<std::string>& below = reached(include.name);
        found.insert(below.begin(), below.end());
      } else if (!is_standard(include.name) && include.name != "tl/expected.hpp") {
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
      {"eventlog", {"base", "schema"}},
      {"replay", {"base", "schema", "eventlog"}},
      {"transport", {"base"}},
      {"engine", {"base", "engine/commands"}},  // main.cc
      // What the settings are is known before anything runs.
      {"engine/config", {"base", "schema", "transport"}},
      // Who may what is decided without knowing who is connected.
      {"engine/access", {"base", "schema", "engine/config"}},
      // What becomes of an outbox's rows, wherever they are read.
      {"engine/outbox", {"base", "schema", "eventlog", "engine/config"}},
      {"engine/postgres", {"base", "schema", "engine/config", "engine/access", "engine/outbox"}},
      // Who is let in, whoever it is and whatever it wants.
      {"engine/doors", {"base", "transport", "engine/config", "engine/access"}},
      // Who hears of an event, and what is made of what somebody publishes.
      {"engine/routing",
       {"base", "schema", "eventlog", "replay", "engine/config", "engine/access"}},
      // What was, as an answer, whatever it travels in. How a query is decoded is the transport's.
      {"engine/history",
       {"base", "schema", "eventlog", "replay", "engine/access", "engine/routing",
        "transport/http.h"}},
      // Who is told, without I/O. A frame's bytes are the transport's.
      {"engine/delivery",
       {"base", "schema", "eventlog", "replay", "engine/routing", "engine/history",
        "transport/websocket_codec.h"}},
      // The WebSocket protocol, without I/O.
      {"engine/session",
       {"base", "schema", "eventlog", "replay", "engine/access", "engine/routing",
        "engine/delivery"}},
      // What each path does, against an Exchange.
      {"engine/http",
       {"base", "schema", "eventlog", "replay", "transport", "engine/config", "engine/access",
        "engine/doors", "engine/routing", "engine/history", "engine/delivery", "engine/session",
        "engine/version.h"}},
      {"engine/connection",
       {"base", "schema", "eventlog", "replay", "transport", "engine/access", "engine/doors",
        "engine/routing", "engine/history", "engine/delivery", "engine/session", "engine/http"}},
      // All of it is put together here.
      {"engine/server",
       {"base", "schema", "eventlog", "replay", "transport", "engine/config", "engine/access",
        "engine/doors", "engine/outbox", "engine/postgres", "engine/routing", "engine/delivery",
        "engine/http", "engine/connection"}},
      // How client commands reach a server: nothing of the server's own.
      {"engine/remote", {"base", "transport", "engine/config", "engine/version.h"}},
      // The load generator is a client.
      {"engine/bench", {"base", "transport", "engine/config"}},
      {"engine/commands",
       {"base", "schema", "eventlog", "transport", "engine/config", "engine/access",
        "engine/outbox", "engine/postgres", "engine/remote", "engine/bench", "engine/server",
        "engine/http/backup_door.h", "engine/version.h"}},
      {"tests", {"*"}},
  };
  return table;
}

const std::vector<ThirdParty>& third_parties() {
  static const std::vector<ThirdParty> table = {
      {"tl/expected.hpp", {"base/result.h"}},
      {"cjose/", {"engine/access/"}},
      {"fmt/", {"base/"}},
      {"spdlog/", {"base/log.cc"}},
      {"openssl/", {"base/"}},
      {"openssl/ssl.h", {"transport/"}},
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
      {"wslay/", {"transport/"}},
      {"llhttp.h", {"transport/"}},
      // The load generator has sockets of its own, so as not to measure the server with itself.
      // The database's watchdog shuts a socket of libpq down.
      // What a command's loop watches of libcurl's connection is one end of a pair of sockets.
      {"curl/", {"engine/remote/"}},
      {"sys/socket.h", {"transport/", "engine/bench/", "engine/postgres/", "engine/remote/"}},
      {"sys/epoll.h", {"engine/bench/"}},
      {"sys/uio.h", {"transport/", "engine/bench/"}},
      {"sys/ioctl.h", {"transport/"}},
      {"sys/un.h", {"transport/"}},
      {"netinet/", {"transport/", "engine/bench/"}},
      {"arpa/", {"transport/", "engine/bench/"}},
      {"netdb.h", {"transport/", "engine/bench/"}},
      {"pqxx/", {"engine/postgres/"}},
      {"libpq-fe.h", {"engine/postgres/"}},
      {"nats/", {"engine/cluster/"}},
      {"CLI/", {"engine/config/"}},
      {"toml++/", {"engine/config/"}},
      {"prometheus/", {"engine/server/metrics"}},
      {"gtest/", {}},
      {"gmock/", {}},
      {"benchmark/", {}},
      {"linux/filter.h", {}},  // a test loses packets with it
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
