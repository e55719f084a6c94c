#include "tests/e2e/access/support/platform.h"

#include <fstream>

namespace courtside::e2e {
namespace {

constexpr const char* kSecret = "a secret of more than thirty-two bytes";

void write_private_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
}

}  // namespace

PostgresServer& postgres() {
  static PostgresServer server;
  return server;
}

Headers bearer(const std::string& credential) {
  if (credential.empty()) return {};
  return {{"Authorization", "Bearer " + credential}};
}

Platform::Platform(PlatformShape shape) : database_(postgres().create_database()) {
  sql(platform_tables_sql(shape));
  write_private_file(folder_->path() / "keys",
                     "http-backend:" + std::string(kServiceKey) + ":event:publish,metrics:read\n");
  if (shape == PlatformShape::kFull) return;
  Config::Database settings;
  set_queries(settings, shape);
  set_query("account_query", settings.account_query);
  set_query("permissions_query", settings.permissions_query);
  set_query("venues_query", settings.venues_query);
  set_query("booking_query", settings.booking_query);
}

std::vector<std::string> Platform::flags(const std::vector<std::string>& more) const {
  const std::filesystem::path file = folder_->path() / "courtside.toml";
  std::string text = "[access]\njwt_secret = '" + std::string(kSecret) +
                     "'\nservice_keys_file = '" + (folder_->path() / "keys").string() +
                     "'\n[database]\nurl = '" + postgres().url(database_) + "'\n";
  for (const auto& [name, query] : queries_) text += name + " = '''" + query + "'''\n";
  std::filesystem::remove(file);
  write_private_file(file, text);
  // All callers share one address and send more per second than real ones.
  std::vector<std::string> flags = {"--config",
                                    file.string(),
                                    "--limits-failed-logins-per-minute",
                                    "0",
                                    "--limits-subscribes-per-second",
                                    "0",
                                    "--limits-publishes-per-second",
                                    "0"};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

std::string Platform::token(const std::string& account, const std::string& lifetime) const {
  Process command({courtside_binary(), "token", "--secret", kSecret, "--user", account, "--expires",
                   lifetime, "--role", "BMSP_SUPER_ADMIN", "--permission", "audit:read",
                   "--permission", "booking:read_any", "--venue", "venue-2", "--channel", "*"});
  if (command.wait() != 0) give_up("courtside token: " + command.whole_output());
  const std::string text = command.whole_output();
  return text.substr(0, text.find('\n'));
}

}  // namespace courtside::e2e
