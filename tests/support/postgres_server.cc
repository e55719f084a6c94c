#include "tests/support/postgres_server.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <pqxx/pqxx>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/support/free_port.h"

extern char** environ;

namespace courtside {
namespace {

std::filesystem::path temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "courtside-pg-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return name;
}

// Runs the program as a user that PostgreSQL accepts, appending its output to `output`. The kernel
// kills it when the thread that started it ends, so an aborted test leaves no server behind.
pid_t run(std::vector<std::string> arguments, const std::filesystem::path& folder) {
  std::vector<std::string> command = {"/usr/bin/setpriv", "--pdeathsig", "KILL"};
  if (geteuid() == 0) {
    for (const char* each : {"--reuid=postgres", "--regid=postgres", "--clear-groups"}) {
      command.emplace_back(each);
    }
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& each : command) pointers.push_back(each.data());
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (folder / "output").c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;  // a process group of its own
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, command[0].c_str(), &actions, &attributes, pointers.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot run " + command[0]);
  return pid;
}

[[noreturn]] void fail_with_output(const std::filesystem::path& folder, const std::string& what) {
  std::ostringstream text;
  text << what << "; it printed:\n" << std::ifstream(folder / "output").rdbuf();
  throw std::runtime_error(text.str());
}

}  // namespace

PostgresServer::PostgresServer(std::vector<std::string> settings, PostgresRelease release)
    : settings_(std::move(settings)),
      programs_(postgres_programs(release)),
      folder_(temporary_folder()) {
  if (geteuid() == 0) {
    // chown(1) looks up the user and group by name.
    const std::string command = "chown postgres:postgres " + folder_.string();
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
  }
  std::vector<std::string> command = program("initdb");
  const std::string data = (folder_ / "data").string();
  for (const char* each :
       {"--pgdata", data.c_str(), "--username", "courtside", "--auth", "trust", "--encoding",
        "UTF8", "--locale", "C", "--no-sync", "--no-instructions"}) {
    command.emplace_back(each);
  }
  const pid_t made = run(std::move(command), folder_);
  int status = 0;
  waitpid(made, &status, 0);
  if (status != 0) fail_with_output(folder_, "initdb fails");
  start();
}

PostgresServer::~PostgresServer() {
  stop();                   // kill() would leave its shared memory behind
  std::error_code ignored;  // a folder that cannot be removed is no failure
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresServer::start() {
  if (pid_ > 0) return;
  // It keeps its port, because clients know it.
  if (port_ == 0) port_ = free_port();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  do {
    // After kill(), children that have not ended yet keep a new server from using the data.
    if (pid_ < 0 || waitpid(pid_, nullptr, WNOHANG) != 0) spawn();
    if (std::chrono::steady_clock::now() > deadline) {
      fail_with_output(folder_, "postgres does not start");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  } while (!answers());
}

std::vector<std::string> PostgresServer::program(const std::string& name) const {
  std::vector<std::string> out;
  if (!programs_.libraries.empty()) {
    out = {"/usr/bin/env", "LD_LIBRARY_PATH=" + programs_.libraries.string()};
  }
  out.push_back((programs_.bin / name).string());
  return out;
}

void PostgresServer::spawn() {
  const auto set = [](const std::string& name, const std::string& value) {
    return "--" + name + "=" + value;
  };
  std::vector<std::string> command = program("postgres");
  for (const std::string& each :
       {std::string("-D"), (folder_ / "data").string(), set("port", std::to_string(port_)),
        set("listen_addresses", "127.0.0.1"), set("unix_socket_directories", ""),
        set("fsync", "off"), set("full_page_writes", "off"),
        set("dynamic_shared_memory_type", "mmap"), set("shared_buffers", "16MB"),
        set("max_connections", "50")}) {
    command.push_back(each);
  }
  for (const std::string& each : settings_) command.push_back("--" + each);
  pid_ = run(std::move(command), folder_);
}

bool PostgresServer::answers() const { return PQping(url().c_str()) == PQPING_OK; }

void PostgresServer::stop() {
  if (pid_ <= 0) return;
  thaw();
  ::kill(pid_, SIGINT);  // "fast": disconnects its clients
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresServer::kill() {
  if (pid_ <= 0) return;
  signal_all(SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresServer::copy_data() {
  stop();
  run_shell("rm -rf copy && cp -a data copy");
  start();
}

// REQUIRES: the server is stopped.
void PostgresServer::take_copy() { run_shell("rm -rf data && cp -a copy data"); }

void PostgresServer::put_back() {
  stop();
  take_copy();
  start();
}

void PostgresServer::promote(bool from_copy) {
  stop();
  if (from_copy) take_copy();
  std::ofstream(folder_ / "data" / "standby.signal").close();
  start();
  sql("postgres", "SELECT pg_promote()");
}

// Runs a shell command in the server's folder.
void PostgresServer::run_shell(const std::string& text) const {
  const std::string command = "cd " + folder_.string() + " && " + text;
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
}

void PostgresServer::freeze() { signal_all(SIGSTOP); }
void PostgresServer::thaw() { signal_all(SIGCONT); }

// Each backend leads a process group of its own, so a signal to the group does not reach it.
std::vector<pid_t> PostgresServer::processes() const {
  std::vector<pid_t> out = {pid_};
  const std::string id = std::to_string(pid_);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  for (pid_t child = 0; children >> child;) out.push_back(child);
  return out;
}

void PostgresServer::signal_all(int number) const {
  if (pid_ <= 0) return;
  for (const pid_t each : processes()) ::kill(each, number);
}

std::string PostgresServer::create_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  sql("postgres", "CREATE DATABASE " + name);
  return name;
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgresql://courtside@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PostgresServer::sql(const std::string& database, const std::string& text) const {
  pqxx::connection connection(url(database));
  pqxx::nontransaction session(connection);
  const pqxx::result rows = session.exec(text);
  return rows.empty() || rows.columns() == 0 ? "" : rows[0][0].as<std::string>("");
}

}  // namespace courtside
