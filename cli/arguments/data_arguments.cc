// The commands that work on a data folder or with the server that holds it: verify, backup,
// restore, renew, connections, health.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/arguments/number_option.h"
#include "cli/arguments/subcommand.h"

namespace courtside {
namespace {

// --data and --config: the folder that the server's settings name.
class DataOption {
 public:
  explicit DataOption(CLI::App& command) {
    command
        .add_option("--data", data_, "Folder of the log [the setting data: " + Config{}.data + "]")
        ->type_name("DIR");
    command.add_option("--config", file_, "TOML file with settings")->type_name("FILE");
  }
  DataOption(const DataOption&) = delete;
  DataOption& operator=(const DataOption&) = delete;

  bool is_given() const { return !data_.empty(); }

  // Only where --data or a setting names one: what writes there takes no default.
  tl::expected<std::string, CommandLineExit> named_folder(const std::string& command,
                                                          const Surroundings& surroundings) const {
    if (!data_.empty()) return data_;
    const Result<LoadedConfig> loaded = load(surroundings);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    if (loaded->origins.count("data") > 0) return loaded->config.data;
    return tl::unexpected(usage_error(command + ": --data is missing: the folder of the new log"));
  }

  tl::expected<std::string, CommandLineExit> folder(const Surroundings& surroundings) const {
    if (!data_.empty()) return data_;
    const Result<LoadedConfig> loaded = load(surroundings);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    return loaded->config.data;
  }

 private:
  Result<LoadedConfig> load(const Surroundings& surroundings) const {
    return load_config({.flags = {}, .environment = surroundings.environment, .file = file_});
  }

  std::string data_;
  std::string file_;
};

// A server stands in a folder of its own.
std::string absolute(const std::string& path) {
  std::error_code error;  // the folder that it stands in may be gone
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  return error ? path : whole.lexically_normal().string();
}

class Verify : public Subcommand {
 public:
  explicit Verify(CLI::App& root)
      : app_(*root.add_subcommand("verify",
                                  "Read a whole log, a backup or an export, and say if it is "
                                  "sound")),
        data_(app_),
        output_(app_, {"table", "json"}) {
    app_.add_option("what", what_, "A folder as --data, or a file of `export`, or its manifest")
        ->type_name("FILE");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    if (what_.empty()) {
      const auto folder = data_.folder(surroundings);
      if (!folder) return tl::unexpected(folder.error());
      return output_.finish(VerifyCommand{.data = *folder}, surroundings);
    }
    if (data_.is_given()) return tl::unexpected(usage_error("verify: either --data or FILE"));
    std::error_code error;
    VerifyCommand command{.data = what_};
    if (!std::filesystem::is_directory(what_, error)) command.export_file = what_;
    return output_.finish(std::move(command), surroundings);
  }

 private:
  CLI::App& app_;
  DataOption data_;
  OutputOption output_;
  std::string what_;
};

class Backup : public Subcommand {
 public:
  explicit Backup(CLI::App& root)
      : app_(*root.add_subcommand("backup", "Copy a log to a new folder, also while it is served")),
        data_(app_),
        output_(app_, {"table", "json"}) {
    app_.add_option("target", target_, "A folder that is not there, or empty")
        ->required()
        ->type_name("TARGET");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    if (target_.empty()) return tl::unexpected(usage_error("backup: TARGET is empty"));
    const auto folder = data_.folder(surroundings);
    if (!folder) return tl::unexpected(folder.error());
    return output_.finish(BackupCommand{.data = *folder, .target = absolute(target_)},
                          surroundings);
  }

 private:
  CLI::App& app_;
  DataOption data_;
  OutputOption output_;
  std::string target_;
};

class Restore : public Subcommand {
 public:
  explicit Restore(CLI::App& root)
      : app_(*root.add_subcommand("restore", "Make a new log, of a new epoch, from a backup")),
        data_(app_),
        output_(app_, {"table", "json"}) {
    app_.add_option("backup", backup_, "What `backup` has made")->required()->type_name("BACKUP");
    app_.add_flag("--no-verify", no_verify_, "Do not read the copy before it gets its name");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    const auto folder = data_.named_folder("restore", surroundings);
    if (!folder) return tl::unexpected(folder.error());
    return output_.finish(
        RestoreCommand{
            .backup = absolute(backup_), .data = absolute(*folder), .verify = !no_verify_},
        surroundings);
  }

 private:
  CLI::App& app_;
  DataOption data_;
  OutputOption output_;
  std::string backup_;
  bool no_verify_ = false;
};

class Renew : public Subcommand {
 public:
  explicit Renew(CLI::App& root)
      : app_(
            *root.add_subcommand("renew", "Go on with a log that lost its end, under a new epoch")),
        data_(app_),
        output_(app_, {"table", "json"}) {
    app_.add_flag("--force", force_, "Also where nothing is lost");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    const auto folder = data_.folder(surroundings);
    if (!folder) return tl::unexpected(folder.error());
    return output_.finish(RenewCommand{.data = *folder, .force = force_}, surroundings);
  }

 private:
  CLI::App& app_;
  DataOption data_;
  OutputOption output_;
  bool force_ = false;
};

class Connections : public Subcommand {
 public:
  explicit Connections(CLI::App& root)
      : app_(*root.add_subcommand("connections",
                                  "List the connections of the server of a folder, or end one")),
        data_(app_),
        output_(app_, {"table", "json", "jsonl"}, OutputOption::Tables::kWithTimes) {
    add_number(app_, "--close", close_, 1, UINT64_MAX, "End the connection with this id");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    const auto folder = data_.folder(surroundings);
    if (!folder) return tl::unexpected(folder.error());
    return output_.finish(ConnectionsCommand{.data = *folder, .close = close_}, surroundings);
  }

 private:
  CLI::App& app_;
  DataOption data_;
  OutputOption output_;
  std::uint64_t close_ = 0;
};

class Health : public Subcommand {
 public:
  explicit Health(CLI::App& root)
      : app_(*root.add_subcommand("health", "Say if the server of a folder is ready")),
        data_(app_),
        output_(app_, {"table", "json"}) {}

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    const auto folder = data_.folder(surroundings);
    if (!folder) return tl::unexpected(folder.error());
    return output_.finish(HealthCommand{.data = *folder}, surroundings);
  }

 private:
  CLI::App& app_;
  DataOption data_;
  OutputOption output_;
};

}  // namespace

std::unique_ptr<Subcommand> add_verify(CLI::App& root) { return std::make_unique<Verify>(root); }
std::unique_ptr<Subcommand> add_backup(CLI::App& root) { return std::make_unique<Backup>(root); }
std::unique_ptr<Subcommand> add_restore(CLI::App& root) { return std::make_unique<Restore>(root); }
std::unique_ptr<Subcommand> add_renew(CLI::App& root) { return std::make_unique<Renew>(root); }
std::unique_ptr<Subcommand> add_connections(CLI::App& root) {
  return std::make_unique<Connections>(root);
}
std::unique_ptr<Subcommand> add_health(CLI::App& root) { return std::make_unique<Health>(root); }

}  // namespace courtside
