#include "tests/e2e/operations/support/tls_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <utility>

#include "tests/support/free_port.h"

namespace courtside::e2e {
namespace {

void run(const std::string& command, const std::filesystem::path& folder) {
  Process process({"/bin/sh", "-ec", command}, {}, folder);
  if (process.wait() != 0) give_up(command + "\nfails:\n" + process.whole_output());
}

const std::string kNewKey = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// A listening socket and its port.
std::pair<int, std::uint16_t> listen_somewhere() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, generic, size) != 0 || listen(fd, 16) != 0 ||
      getsockname(fd, generic, &size) != 0) {
    give_up("cannot listen");
  }
  return {fd, ntohs(address.sin_port)};
}

bool is_open(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool open = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return open;
}

}  // namespace

Authority::Authority(const std::filesystem::path& folder) : folder_(folder) {
  run("openssl req -x509" + kNewKey +
          " -keyout ca.key -out ca.pem -days 2 -subj '/CN=Authority of a test'",
      folder_);
}

std::string Authority::issue(const std::string& name, const std::string& names, int days) const {
  run("openssl req" + kNewKey + " -keyout " + name + ".key -out " + name + ".csr -subj /CN=" +
          name + " -addext subjectAltName=" + names + "\nopenssl x509 -req -in " + name +
          ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy -days " +
          std::to_string(days) + " -out " + name + ".crt\ncat " + name + ".crt " + name +
          ".key > " + name + ".pem",
      folder_);
  return folder_ / (name + ".pem");
}

std::string Authority::self_signed(const std::string& name, const std::string& names) const {
  run("openssl req -x509" + kNewKey + " -keyout " + name + ".key -out " + name +
          ".crt -days 2 -subj /CN=" + name + " -addext subjectAltName=" + names + "\ncat " + name +
          ".crt " + name + ".key > " + name + ".pem",
      folder_);
  return folder_ / (name + ".pem");
}

TlsProxy::TlsProxy(const std::filesystem::path& folder, std::uint16_t server,
                   std::vector<Port> ports)
    : server_(server), ports_(std::move(ports)) {
  // haproxy cannot report a port that the kernel chose, so look for a free one. Another process may
  // take it first, so try several times.
  for (int attempt = 0; attempt < 5; ++attempt) {
    for (Port& each : ports_) each.port = free_port();
    const std::string file = folder / "haproxy.cfg";
    std::ofstream(file) << configuration();
    process_ =
        std::make_unique<Process>(std::vector<std::string>{"/usr/sbin/haproxy", "-db", "-f", file});
    bool is_up = false;
    wait_until("haproxy listens, or has ended", [&] {
      is_up = is_open(ports_.back().port);
      return is_up || process_->output_ended();
    });
    if (is_up) return;
  }
  give_up("haproxy does not start:\n" + process_->output());
}

std::string TlsProxy::configuration() const {
  // Without `noreuseport` two frontends, or two haproxys, would share a port without an error.
  std::string text =
      "global\n"
      "  noreuseport\n"
      "defaults\n"
      "  mode http\n"
      "  timeout connect 10s\n"
      "  timeout client 60s\n"
      "  timeout server 60s\n"
      "  timeout tunnel 60s\n"
      "backend courtside\n"
      "  server one 127.0.0.1:" +
      std::to_string(server_) + "\n";
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const Port& each = ports_[i];
    text += "frontend f" + std::to_string(i) + "\n  bind 127.0.0.1:" + std::to_string(each.port);
    if (!each.certificate.empty()) text += " ssl crt " + each.certificate;
    text += "\n  default_backend courtside\n";
    for (const std::string& rule : each.rules) text += "  " + rule + "\n";
  }
  return text;
}

ConnectProxy::ConnectProxy() {
  std::tie(listener_, port_) = listen_somewhere();
  thread_ = std::thread([this] { serve(); });
}

ConnectProxy::~ConnectProxy() {
  ended_ = true;
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void ConnectProxy::serve() {
  while (!ended_) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    ++connections_;
    serve_one(client);
    close(client);
  }
}

// One client at a time: the commands of these tests use one connection each.
void ConnectProxy::serve_one(int client) {
  std::string head;
  for (char c = 0; head.find("\r\n\r\n") == head.npos && recv(client, &c, 1, 0) == 1;) head += c;
  const std::size_t colon = head.find(':');
  if (!head.starts_with("CONNECT ") || colon == head.npos) return;
  const auto port = static_cast<std::uint16_t>(std::stoul(head.substr(colon + 1)));
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string answer = "HTTP/1.1 200 Connected\r\n\r\n";
    send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    std::array<char, 16 << 10> piece;
    std::array<pollfd, 2> ends = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    for (bool open = true; open && poll(ends.data(), 2, -1) > 0;) {
      for (std::size_t i = 0; i < 2 && open; ++i) {
        if (ends[i].revents == 0) continue;
        const ssize_t count = recv(ends[i].fd, piece.data(), piece.size(), 0);
        open = count > 0 && send(ends[1 - i].fd, piece.data(), static_cast<std::size_t>(count),
                                 MSG_NOSIGNAL) == count;
      }
    }
  }
  close(server);
}

}  // namespace courtside::e2e
