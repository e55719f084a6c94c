#include "cli/commands/uncaught.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/format.h"
#include "base/log.h"

namespace courtside {
namespace {

bool is_of_resources(const std::error_code& code) {
  for (const int error : {EAGAIN, ENOMEM, ENOSPC, EMFILE, ENFILE}) {
    if (code == std::error_code(error, std::generic_category())) return true;
    if (code == std::error_code(error, std::system_category())) return true;
  }
  return false;
}

// Why the system refused; empty for every other exception.
std::string refusal(const std::exception_ptr& thrown) {
  if (!thrown) return {};
  try {
    std::rethrow_exception(thrown);
  } catch (const std::system_error& error) {
    return is_of_resources(error.code()) ? error.what() : "";
  } catch (const std::bad_alloc&) {
    return "Cannot allocate memory";
  } catch (...) {
    return {};
  }
}

[[noreturn]] void on_uncaught() {
  const std::string why = refusal(std::current_exception());
  if (why.empty()) std::abort();
  const CodeInfo& code = info(Code::no_resources);
  log_error("engine", format("{}: {}: the process ends", code.cause, why));
  _exit(code.exit_status);
}

}  // namespace

void end_by_name_without_resources() { std::set_terminate(&on_uncaught); }

}  // namespace courtside
