// Goal: the server tells a service manager how it is, and serves on the socket that it gets from
// one. The manager is this test: a datagram socket, and a listening socket passed as descriptor 3.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/e2e/support/server_test.h"
#include "tests/support/free_port.h"

namespace courtside::e2e {
namespace {

using testing::StartsWith;

// Where a service sends its states to.
class Manager {
 public:
  Manager() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      give_up("cannot bind " + path());
    }
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { close(socket_); }

  std::string path() const { return (folder_.path() / "notify").string(); }

  // The next message.
  std::string next() {
    pollfd wanted{socket_, POLLIN, 0};
    if (poll(&wanted, 1, Deadline().remaining_ms()) != 1) give_up("the server says nothing");
    char text[512];
    const ssize_t size = recv(socket_, text, sizeof(text), 0);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  TempFolder folder_;
  int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::vector<std::string> serve_flags(const TempFolder& folder) {
  return {courtside_binary(), "serve",
          "--listen",         "127.0.0.1:" + std::to_string(free_port()),
          "--data",           (folder.path() / "log").string()};
}

TEST(ServiceManager, HearsOfEachStep) {
  Manager manager;
  TempFolder folder;
  Process server(serve_flags(folder), {"NOTIFY_SOCKET=" + manager.path()});
  EXPECT_EQ(manager.next(), "READY=1");
  server.signal(SIGHUP);
  EXPECT_THAT(manager.next(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_EQ(manager.next(), "READY=1");
  server.signal(SIGUSR2);
  EXPECT_THAT(manager.next(), StartsWith("RELOADING=1"));
  EXPECT_EQ(manager.next(), "READY=1");
  server.signal(SIGTERM);
  EXPECT_EQ(manager.next(), "STOPPING=1");
  EXPECT_EQ(server.wait(), 0);
}

TEST(ServiceManager, HearsThatTheServerIsAliveWhereItWatches) {
  Manager manager;
  TempFolder folder;
  Process server(serve_flags(folder),
                 {"NOTIFY_SOCKET=" + manager.path(), "WATCHDOG_USEC=30000000"});
  EXPECT_EQ(manager.next(), "WATCHDOG=1");  // the start is over
  EXPECT_EQ(manager.next(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.next(), "WATCHDOG=1");
}

// A listening socket without close-on-exec, as a manager passes it.
class PassedListener {
 public:
  PassedListener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd_, generic, size) != 0 || getsockname(fd_, generic, &size) != 0) {
      give_up("cannot bind");
    }
    port_ = ntohs(address.sin_port);
  }
  PassedListener(const PassedListener&) = delete;
  PassedListener& operator=(const PassedListener&) = delete;
  ~PassedListener() { close(fd_); }

  void start() const {
    if (listen(fd_, 16) != 0) give_up("cannot listen");
  }
  std::uint16_t port() const { return port_; }

  // `serve` with this socket as descriptor 3, and `more` before its flags.
  std::vector<std::string> command(const TempFolder& folder, const std::string& more = "") const {
    return {"/bin/bash", "-c",
            "exec 3<&" + std::to_string(fd_) + "; export LISTEN_PID=$$ LISTEN_FDS=1; " + more +
                " exec '" + courtside_binary() + "' serve --data '" +
                (folder.path() / "log").string() + "'"};
  }

 private:
  int fd_ = socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
};

// Clients may connect before the server is there, and while it is away.
TEST(SocketActivation, ServesOnTheSocketThatItGets) {
  PassedListener socket;
  socket.start();
  TempFolder folder;
  for (int life = 0; life < 2; ++life) {
    HttpClient early(socket.port());
    Process server(socket.command(folder));
    EXPECT_EQ(early.get("/health").status, 200);
    server.wait_for_output("listening on http://127.0.0.1:" + std::to_string(socket.port()));
    early.close();
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
  }
}

TEST(SocketActivation, RefusesWhatItCannotServeOn) {
  PassedListener silent;
  TempFolder folder;
  Process deaf(silent.command(folder));
  EXPECT_EQ(deaf.wait(), 78);
  EXPECT_THAT(deaf.whole_output(), testing::HasSubstr("does not listen for TCP connections"));
  silent.start();
  Process several(silent.command(folder, "exec 4<&3; export LISTEN_FDS=2;"));
  EXPECT_EQ(several.wait(), 78);
  EXPECT_THAT(several.whole_output(), testing::HasSubstr("it takes one"));
}

}  // namespace
}  // namespace courtside::e2e
