#include "cli/terminal/output.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "cli/terminal/table_text.h"

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

void say(const std::string& text) { std::fprintf(stderr, "courtside: %s\n", text.c_str()); }

int report(const Error& error) {
  say(error.message);
  return info(error.code).exit_status;
}

int nothing_found(const std::string& what) {
  if (isatty(STDERR_FILENO) != 0) say("nothing found: " + for_terminal(what));
  return info(Code::not_found).exit_status;
}

}  // namespace courtside
