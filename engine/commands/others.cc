#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/json.h"
#include "engine/commands/commands.h"
#include "engine/commands/table_text.h"
#include "engine/config/print.h"
#include "engine/version.h"

namespace courtside {

namespace {

// Of a pipe. The errno of the write that failed is long gone, and so is what it was to write.
bool reader_has_gone() {
  pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

bool output_goes() { return std::ferror(stdout) == 0; }

int finish_output(int status) {
  const bool went = output_goes();
  if (std::fflush(stdout) == 0 && went) return status;
  const Error failed{Code::write_failed, "stdout takes no more"};
  if (reader_has_gone()) return info(failed.code).exit_status;
  const int said = report(failed);
  // What went wrong before that is the better reason.
  return status > 1 ? status : said;
}

int report(const Error& error) {
  std::fprintf(stderr, "courtside: %s\n", error.message.c_str());
  return info(error.code).exit_status;
}

int nothing_found(const std::string& what) {
  if (isatty(STDERR_FILENO) != 0) {
    std::fprintf(stderr, "nothing found: %s\n", for_terminal(what).c_str());
  }
  return info(Code::not_found).exit_status;
}

std::string count_text(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

int run_config_print(const ConfigPrintCommand& command) {
  std::fputs(print_config(command).c_str(), stdout);
  return 0;
}

int run_version(const VersionCommand& command) {
  if (command.output == OutputFormat::kTable) {
    std::printf("courtside %s\n", kVersion);
    return 0;
  }
  JsonObject version;
  version.text("name", "courtside").text("version", kVersion);
  std::printf("%s\n", version.take().c_str());
  return 0;
}

}  // namespace courtside
