#include "engine/config/config.h"

#include "base/format.h"
#include "transport/listener.h"
#include "transport/network.h"

namespace courtside {

std::uint64_t shard_count(const Config& config, unsigned cores) {
  if (config.shards > 0) return config.shards;
  return cores > 1 ? cores - 1 : 1;
}

std::vector<OutboxSettings> outbox_sources(const Config& config) {
  std::vector<OutboxSettings> out;
  if (!config.outbox.url.empty()) out.push_back(config.outbox);
  out.insert(out.end(), config.sources.begin(), config.sources.end());
  return out;
}

bool has_access_control(const Config& config) {
  const Config::Access& access = config.access;
  return !access.jwt_secret.empty() || !access.jwks_file.empty() ||
         !access.service_keys_file.empty();
}

bool has_tls(const Config& config) { return !config.tls.certificate_file.empty(); }

bool is_exposed(const Config& config) {
  const Result<ListenAddress> address = parse_listen_address(config.listen);
  return !address || !address->is_loopback();
}

// Without TLS a key would travel in plain text, so only this machine may be asked.
Result<void> check_admin(const Config& config) {
  if (config.admin.empty()) return {};
  const Result<ListenAddress> address = parse_listen_address(config.admin);
  if (!address) return fail(Code::bad_configuration, "admin: " + address.error().message);
  if (address->is_loopback()) return {};
  const auto refuse = [&config](std::string_view why) {
    return fail(
        Code::bad_configuration,
        format("admin: `{}` is open to other machines, and {}; listen on 127.0.0.1 or [::1]",
               config.admin, why));
  };
  if (!has_access_control(config)) return refuse("no access control is configured");
  if (!has_tls(config)) return refuse("keys would travel in plain text without `tls`");
  return {};
}

Result<void> check_exposure(const Config& config) {
  if (const Result<void> admin = check_admin(config); !admin) return admin;
  const Result<ListenAddress> address = parse_listen_address(config.listen);
  if (!address) return fail(address.error());
  const Result<NetworkList> proxies = NetworkList::parse(config.trusted_proxies);
  if (!proxies) {
    return fail(Code::bad_configuration, "trusted_proxies: " + proxies.error().message);
  }
  if (config.tls.certificate_file.empty() != config.tls.key_file.empty()) {
    return fail(Code::bad_configuration,
                "tls: `certificate_file` and `key_file` are needed together");
  }
  const bool asks_clients = !config.tls.client_ca_file.empty();
  if (asks_clients && (!has_tls(config) || config.access.service_keys_file.empty())) {
    return fail(Code::bad_configuration,
                "tls: `client_ca_file` needs `certificate_file`, and a file of service keys that "
                "names the services (access.service_keys_file)");
  }
  if (address->is_loopback()) return {};
  const auto refuse = [&config](std::string_view why, std::string_view otherwise) {
    return fail(
        Code::bad_configuration,
        format("listen: `{}` is open to other machines, and {}; listen on 127.0.0.1 or [::1]{}",
               config.listen, why, otherwise));
  };
  if (!has_access_control(config)) return refuse("no access control is configured", "");
  if (!has_tls(config) && proxies->empty()) {
    return refuse("tokens would travel in plain text: trusted_proxies is empty",
                  ", set `tls.certificate_file` and `tls.key_file`, or name your proxy in "
                  "`trusted_proxies`");
  }
  return {};
}

}  // namespace courtside
