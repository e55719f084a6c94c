#include "tests/e2e/proxies/support/proxy_process.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "tests/e2e/support/socket.h"
#include "tests/e2e/support/transcript.h"
#include "tests/e2e/support/wait.h"
#include "tests/support/free_port.h"

namespace courtside::e2e {
namespace {

// The block of docs/proxies.md with this name.
std::string block_of_page(const std::string& name) {
  std::ostringstream page;
  page << std::ifstream(COURTSIDE_SOURCE_DIR "/docs/proxies.md").rdbuf();
  for (const FencedBlock& block : fenced_blocks(page.str())) {
    if (block.name != name) continue;
    std::string text;
    for (const std::string& line : block.lines) text += line + "\n";
    return text;
  }
  give_up("docs/proxies.md has no " + name);
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

std::vector<std::string> command_of(const std::string& folder, const std::string& file) {
  if (file.ends_with(".cfg")) return {"/usr/sbin/haproxy", "-db", "-f", file};
  const std::string frame = folder + "/nginx.conf";
  std::ofstream(frame) << nginx_frame(folder, file);
  return {"/usr/sbin/nginx", "-p", folder, "-e", "stderr", "-c", frame};
}

}  // namespace

ProxyProcess::ProxyProcess(const std::string& name, std::uint16_t server_port)
    : port_(free_port()) {
  std::string text = block_of_page(name);
  const std::string here = "127.0.0.1:" + std::to_string(port_);
  exchange(text, "127.0.0.1:8080", "127.0.0.1:" + std::to_string(server_port));
  if (name.ends_with(".cfg")) {
    exchange(text, "bind :80\n", "bind " + here + "\n");
  } else {
    exchange(text, "listen 80;", "listen " + here + ";");
  }
  const std::string file = (folder_.path() / name).string();
  std::ofstream(file) << text;
  process_ = std::make_unique<Process>(command_of(folder_.path().string(), file));
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
