#include "tests/e2e/proxies/support/proxy_process.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "tests/e2e/support/socket.h"
#include "tests/e2e/support/wait.h"
#include "tests/support/free_port.h"

namespace courtside::e2e {
namespace {

std::string text_of_configuration(const std::string& name) {
  const std::string path = COURTSIDE_SOURCE_DIR "/deploy/proxies/" + name;
  std::ifstream file(path);
  if (!file) give_up("there is no " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Replaces `from`; it must occur.
void exchange(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) give_up("the configuration has no `" + from + "`:\n" + text);
  text.replace(at, from.size(), to);
}

// The parts of Debian's nginx.conf around a site, without its folders.
std::string nginx_frame(const std::string& folder, const std::string& site) {
  std::string text = "daemon off;\nerror_log stderr;\npid " + folder + "/pid;\nevents {}\nhttp {\n";
  if (geteuid() == 0) text.insert(0, "user root;\n");
  text += "access_log off;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += std::string(kind) + "_temp_path " + folder + "/" + kind + ";\n";
  }
  return text + "include " + site + ";\n}\n";
}

// Caddy's own port for changes of its configuration is the same for every Caddy of a machine.
constexpr const char* kCaddyGlobals = "{\n  admin off\n  storage file_system {$CADDY_STORAGE}\n}\n";

std::vector<std::string> command_of(const std::string& folder, const std::string& file) {
  if (file.ends_with("Caddyfile")) {
    return {"/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", file};
  }
  if (file.ends_with(".cfg")) return {"/usr/sbin/haproxy", "-db", "-f", file};
  const std::string frame = folder + "/nginx.conf";
  std::ofstream(frame) << nginx_frame(folder, file);
  return {"/usr/sbin/nginx", "-p", folder, "-e", "stderr", "-c", frame};
}

}  // namespace

ProxyProcess::ProxyProcess(const std::string& name, std::uint16_t server_port)
    : port_(free_port()) {
  std::string text = text_of_configuration(name);
  const std::string here = "127.0.0.1:" + std::to_string(port_);
  exchange(text, "127.0.0.1:8080", "127.0.0.1:" + std::to_string(server_port));
  if (name == "Caddyfile") {
    exchange(text, ":80 {\n", "http://127.0.0.1:" + std::to_string(port_) + " {\n");
    text.insert(0, kCaddyGlobals);
  } else if (name.ends_with(".cfg")) {
    exchange(text, "bind :80\n", "bind " + here + "\n");
  } else {
    exchange(text, "listen 80;", "listen " + here + ";");
  }
  const std::string file = (folder_.path() / name).string();
  std::ofstream(file) << text;
  const std::string folder = folder_.path().string();
  process_ = std::make_unique<Process>(
      command_of(folder, file),
      std::vector<std::string>{"CADDY_STORAGE=" + folder, "XDG_CONFIG_HOME=" + folder});
  wait_until(name + " listens", [this] {
    if (process_->output_ended()) give_up("it ended:\n" + process_->output());
    try {
      Socket::connect(port_);
      return true;
    } catch (const Disconnected&) {
      return false;
    }
  });
}

}  // namespace courtside::e2e
