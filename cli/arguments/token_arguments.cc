// The command that makes a token for development.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/format.h"
#include "cli/arguments/subcommand.h"
#include "engine/config/values.h"
#include "schema/channel.h"

namespace courtside {
namespace {

constexpr std::uint64_t kLifetimeMaxS = 366 * 86'400ULL;

class Token : public Subcommand {
 public:
  explicit Token(CLI::App& root)
      : app_(
            *root.add_subcommand("token", "Make a token for development, signed with the secret")) {
    app_.add_option("--user", command_.user, "The account that the token is for")
        ->required()
        ->type_name("ID");
    app_.add_option("--role", command_.role, "The account's role, as VENUE_OWNER");
    permissions_ =
        app_.add_option("--permission", given_permissions_,
                        "A permission, as booking:read_any; may be repeated; \"\": no permission")
            ->allow_extra_args(false);
    app_.add_option("--venue", command_.venue, "The venue that the account works for")
        ->type_name("ID");
    app_.add_option("--channel", command_.channels,
                    "A channel, or kind:*, that it may read; may be repeated")
        ->allow_extra_args(false);
    app_.add_option("--expires", lifetime_, "How long the token is valid [1h]")
        ->type_name("DURATION");
    app_.add_option("--type", command_.type, "The token's type [ACCESS]");
    app_.add_option("--secret", secret_,
                    "The secret to sign with [access.jwt_secret, or JWT_SECRET]");
    app_.add_option("--config", file_, "TOML file with settings")->type_name("FILE");
  }

  bool chosen() const override { return app_.parsed(); }

  ParsedCommandLine finish(const Surroundings& surroundings) const override {
    TokenCommand command = command_;
    if (!is_channel_id(command.user)) {
      return tl::unexpected(usage_error("token: --user: not 1 to 64 bytes of text"));
    }
    if (permissions_->count() > 0) command.permissions.emplace(permissions());
    const Result<std::uint64_t> lifetime_s = parse_quantity(lifetime_, Unit::kSeconds);
    if (!lifetime_s || *lifetime_s == 0 || *lifetime_s > kLifetimeMaxS) {
      return tl::unexpected(
          usage_error(format("token: --expires: `{}` is not within 1s ... 366d", lifetime_)));
    }
    command.issued_s = surroundings.now.value() / 1'000'000;
    command.expires_s = command.issued_s + static_cast<std::int64_t>(*lifetime_s);

    // The server's own settings, so that what it asks of a token is in this one.
    ConfigSources sources{.flags = {}, .environment = surroundings.environment, .file = file_};
    if (!secret_.empty()) sources.flags.emplace_back("access.jwt_secret", secret_);
    const Result<LoadedConfig> loaded = load_config(sources);
    if (!loaded) return tl::unexpected(exit_for(loaded.error()));
    command.secret = loaded->config.access.jwt_secret;
    command.issuer = loaded->config.access.jwt_issuer;
    command.audience = loaded->config.access.jwt_audience;
    for (const RoleRule& rule : loaded->config.roles) command.known_roles.push_back(rule.role);
    return command;
  }

 private:
  std::vector<std::string> permissions() const {
    std::vector<std::string> out = given_permissions_;
    out.erase(std::remove(out.begin(), out.end(), ""), out.end());
    return out;
  }

  CLI::App& app_;
  TokenCommand command_;
  std::vector<std::string> given_permissions_;
  std::string lifetime_ = "1h";
  std::string secret_;
  std::string file_;
  CLI::Option* permissions_ = nullptr;
};

}  // namespace

std::unique_ptr<Subcommand> add_token(CLI::App& root) { return std::make_unique<Token>(root); }

}  // namespace courtside
