// nginx, HAProxy or Caddy in front of a server, with a configuration from deploy/proxies. Threads:
// one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

class ProxyProcess {
 public:
  // Starts it with the file `name` ("nginx-short.conf") and waits until it listens.
  // `server_port` replaces 8080, a free port replaces 80.
  ProxyProcess(const std::string& name, std::uint16_t server_port);

  std::uint16_t port() const { return port_; }
  Process& process() { return *process_; }

 private:
  std::uint16_t port_;
  TempFolder folder_;
  std::unique_ptr<Process> process_;
};

}  // namespace courtside::e2e
