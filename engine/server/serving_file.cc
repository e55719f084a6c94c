#include "engine/server/serving_file.h"

#include <unistd.h>

#include "base/durable_file.h"
#include "base/format.h"
#include "base/json.h"
#include "transport/listener.h"

namespace courtside {

std::optional<std::string> loopback_host(std::string_view listen) {
  const Result<ListenAddress> address = parse_listen_address(listen);
  if (!address) return std::nullopt;
  if (address->is_loopback()) return address->host;
  if (address->host == "0.0.0.0" || address->host == "::") return "127.0.0.1";
  return std::nullopt;
}

std::string http_url(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return format("http://{}:{}", is_ipv6 ? "[" + host + "]" : host, port);
}

Result<std::unique_ptr<ServingFile>> ServingFile::write(const std::string& data,
                                                        const ServingAt& at) {
  JsonObject json;
  json.text("url", at.url);
  if (!at.admin.empty()) json.text("admin", at.admin);
  json.text("key", at.key);
  const std::string whole = path(data);
  const std::string partial = whole + ".partial";
  // Always makes a new file: an existing one may have wider permissions.
  unlink(partial.c_str());
  if (auto written = write_synced_file(partial, json.take() + "\n"); !written) {
    return fail(written.error());
  }
  if (auto renamed = rename_synced(partial, whole); !renamed) return fail(renamed.error());
  return std::unique_ptr<ServingFile>(new ServingFile(whole));
}

ServingFile::~ServingFile() { unlink(path_.c_str()); }

}  // namespace courtside
