// The commands around the outbox: install, status, backfill.
#include <CLI/CLI.hpp>
#include <utility>

#include "base/format.h"
#include "cli/arguments/subcommand.h"
#include "engine/config/nearest.h"
#include "engine/config/platform_queries.h"

namespace courtside {
namespace {

using Source = tl::expected<OutboxSettings, CommandLineExit>;

// --config and --source: which outbox of the server's settings is meant. Without a name it is the
// one of [outbox], or the only [[source]] where [outbox] has no url.
class SourceOptions {
 public:
  SourceOptions(CLI::App& command, std::string of) : of_(std::move(of)) {
    command.add_option("--config", file_, "TOML file with settings")->type_name("FILE");
    command.add_option("--source", name_, "Which [[source]] [that of outbox]")->type_name("NAME");
  }
  SourceOptions(const SourceOptions&) = delete;
  SourceOptions& operator=(const SourceOptions&) = delete;

  Source choose(const Surroundings& surroundings) const {
    const Result<LoadedConfig> loaded =
        load_config({.flags = {}, .environment = surroundings.environment, .file = file_});
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    const Config& config = loaded->config;
    if (name_.empty()) return choose_unnamed(config);
    std::vector<std::string> known = {config.outbox.name};
    if (name_ == config.outbox.name) return config.outbox;
    for (const OutboxSettings& each : config.sources) {
      if (each.name == name_) return each;
      known.push_back(each.name);
    }
    return tl::unexpected(usage_error(
        format("{}: --source: there is no source `{}`{}", of_, name_, suggestion(name_, known))));
  }

 private:
  Source choose_unnamed(const Config& config) const {
    if (!config.outbox.url.empty() || config.sources.empty()) return config.outbox;
    if (config.sources.size() == 1) return config.sources.front();
    return tl::unexpected(
        usage_error(of_ + ": there are several sources: say which with --source"));
  }

  const std::string of_;
  std::string file_;
  std::string name_;
};

class Install {
 public:
  explicit Install(CLI::App& outbox)
      : app_(*outbox.add_subcommand("install", "Print the SQL of an outbox, or run it")),
        source_(app_, "outbox install") {
    app_.add_option("--kind", kind_, "Of which kind [outbox.kind]")->type_name("table|messages");
    app_.add_option("--role", command_.role, "Also grant what Courtside's database role needs")
        ->type_name("NAME");
    app_.add_flag("--notify", command_.notify,
                  "Also a trigger that calls Courtside when events commit; it has its price");
    app_.add_flag("--apply", command_.apply, "Run it on the database, and print nothing");
    app_.add_option("--url,--database", url_, "libpq connection string [outbox.url]")
        ->type_name("URL");
  }

  bool chosen() const { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const {
    OutboxInstallCommand command = command_;
    const Source source = source_.choose(surroundings);
    if (!source) return tl::unexpected(source.error());
    command.source = *source;
    if (!url_.empty()) command.source.url = url_;
    if (!kind_.empty() && kind_ != "table" && kind_ != "messages") {
      return tl::unexpected(
          usage_error(format("outbox install: --kind: `{}` is not table or messages", kind_)));
    }
    if (!kind_.empty()) {
      command.source.kind = kind_ == "table" ? OutboxKind::kTable : OutboxKind::kMessages;
    }
    if (command.notify && command.source.kind == OutboxKind::kMessages) {
      return tl::unexpected(usage_error(
          "outbox install: --notify is for --kind table: no trigger hears of a message"));
    }
    if (command.apply && command.source.url.empty()) {
      return tl::unexpected(
          usage_error("outbox install: --apply: say where: --url, or outbox.url"));
    }
    return command;
  }

 private:
  CLI::App& app_;
  SourceOptions source_;
  OutboxInstallCommand command_;
  std::string kind_;
  std::string url_;
};

class Status {
 public:
  explicit Status(CLI::App& outbox)
      : app_(*outbox.add_subcommand("status", "Show how far a running server has read")),
        server_(app_),
        output_(app_, {"table", "json", "jsonl"}, OutputOption::Tables::kWithTimes) {}

  bool chosen() const { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const {
    OutboxStatusCommand command;
    server_.take(command, surroundings);
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  ServerOptions server_;
  OutputOption output_;
};

class Backfill {
 public:
  explicit Backfill(CLI::App& outbox)
      : app_(*outbox.add_subcommand("backfill",
                                    "Publish the rows of the platform's AuditLog, once each")),
        server_(app_),
        source_(app_, "outbox backfill"),
        output_(app_, {"table", "json"}) {
    app_.add_option("--database", database_, "libpq connection string [outbox.url]")
        ->type_name("URL");
    app_.add_option("--query", query_,
                    format("SQL of at most $3 rows behind the time $1 and the id $2, in that "
                           "order; their columns id and timestamp must be there [{}]",
                           query_))
        ->type_name("SQL");
  }

  bool chosen() const { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const {
    OutboxBackfillCommand command;
    server_.take(command, surroundings);
    if (const auto taken = output_.take(command, surroundings); !taken) {
      return tl::unexpected(taken.error());
    }
    const Source source = source_.choose(surroundings);
    if (!source) return tl::unexpected(source.error());
    command.database = database_.empty() ? source->url : database_;
    if (command.database.empty()) {
      return tl::unexpected(
          usage_error("outbox backfill: say where from: --database, or outbox.url"));
    }
    command.query = query_;
    command.query_ms = source->query_ms;
    return command;
  }

 private:
  CLI::App& app_;
  ServerOptions server_;
  SourceOptions source_;
  OutputOption output_;
  std::string database_;
  std::string query_ = std::string(kAuditLogQuery);
};

class Outbox : public Subcommand {
 public:
  explicit Outbox(CLI::App& root)
      : app_(*root.add_subcommand("outbox", "Read events from the platform's database")),
        install_(app_),
        status_(app_),
        backfill_(app_) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    if (install_.chosen()) return install_.finish(surroundings);
    if (status_.chosen()) return status_.finish(surroundings);
    if (backfill_.chosen()) return backfill_.finish(surroundings);
    return tl::unexpected(usage_error("outbox: say what to do: install, status, backfill"));
  }

 private:
  CLI::App& app_;
  Install install_;
  Status status_;
  Backfill backfill_;
};

}  // namespace

std::unique_ptr<Subcommand> add_outbox(CLI::App& root) { return std::make_unique<Outbox>(root); }

}  // namespace courtside
