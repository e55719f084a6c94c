// Proxies between a command and a server: one that terminates TLS (haproxy), with certificates of
// its own authority (openssl), and one for outgoing connections.
//
// Threads: one; ConnectProxy has its own.
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

// A certificate authority.
class Authority {
 public:
  explicit Authority(const std::filesystem::path& folder);

  std::string ca_file() const { return folder_ / "ca.pem"; }
  // Makes a file with key and certificate for `names` ("IP:127.0.0.1"). With negative `days` it has
  // expired.
  std::string issue(const std::string& name, const std::string& names, int days = 2) const;
  // The same, self-signed.
  std::string self_signed(const std::string& name, const std::string& names) const;

 private:
  const std::filesystem::path folder_;
};

// One haproxy with several ports in front of a server, each configured differently.
class TlsProxy {
 public:
  struct Port {
    std::string certificate;              // empty: plain text
    std::vector<std::string> rules = {};  // lines of its frontend
    std::uint16_t port = 0;               // chosen at start
  };
  TlsProxy(const std::filesystem::path& folder, std::uint16_t server, std::vector<Port> ports);

  std::uint16_t port(std::size_t index) const { return ports_[index].port; }

 private:
  std::string configuration() const;

  const std::uint16_t server_;
  std::vector<Port> ports_;
  std::unique_ptr<Process> process_;
};

// Accepts `CONNECT name:port` and connects to that port on this machine, whatever the name.
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
