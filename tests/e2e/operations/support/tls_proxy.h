// What stands between a command and a server in the wild: a proxy that ends TLS (haproxy), with
// certificates of an authority of its own (openssl), and a proxy for outgoing connections.
//
// Threads: one; ConnectProxy has one of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

// An authority, and certificates that it signed.
class Authority {
 public:
  explicit Authority(const std::filesystem::path& folder);

  std::string ca_file() const { return folder_ / "ca.pem"; }
  // Key and certificate in one file, for what `names` says ("IP:127.0.0.1"). `days` may be
  // negative: it has expired then.
  std::string issue(const std::string& name, const std::string& names, int days = 2) const;
  // Signed by itself.
  std::string self_signed(const std::string& name, const std::string& names) const;

 private:
  const std::filesystem::path folder_;
};

// One haproxy with a port for each thing that it does in front of a server.
class TlsProxy {
 public:
  struct Port {
    std::string certificate;              // empty: plain text
    std::vector<std::string> rules = {};  // of its frontend
    std::uint16_t port = 0;               // chosen at the start
  };
  TlsProxy(const std::filesystem::path& folder, std::uint16_t server, std::vector<Port> ports);

  std::uint16_t port(std::size_t index) const { return ports_[index].port; }

 private:
  std::string configuration() const;

  const std::uint16_t server_;
  std::vector<Port> ports_;
  std::unique_ptr<Process> process_;
};

// Takes `CONNECT name:port` and connects to that port of this machine, whatever the name is.
class ConnectProxy {
 public:
  ConnectProxy();
  ~ConnectProxy();
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve();
  void serve_one(int client);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace courtside::e2e
