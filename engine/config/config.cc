#include "engine/config/config.h"

#include "transport/listener.h"

namespace courtside {

std::uint64_t shard_count(const Config& config, unsigned cores) {
  if (config.shards > 0) return config.shards;
  return cores > 1 ? cores - 1 : 1;
}

bool has_access_control(const Config& config) {
  const Config::Access& access = config.access;
  return !access.jwt_secret.empty() || !access.jwks_file.empty() ||
         !access.service_keys_file.empty();
}

Result<void> check_exposure(const Config& config) {
  const Result<ListenAddress> address = parse_listen_address(config.listen);
  if (!address) return fail(address.error());
  if (address->is_loopback() || has_access_control(config)) return {};
  return fail(Code::bad_configuration,
              "listen: `" + config.listen +
                  "` is open to other machines, and no access control is configured; "
                  "listen on 127.0.0.1 or [::1]");
}

}  // namespace courtside
