#include "base/caller_error.h"

#include <string>

#include "base/format.h"
#include "base/log.h"

namespace courtside {

Error error_for_caller(const Error& error) {
  const CodeInfo& code = info(error.code);
  // Their messages name files. The log thread and the readers log them.
  if (error.code == Code::data_corrupt || error.code == Code::write_failed) {
    return {error.code, std::string(code.cause)};
  }
  if (code.http_status != 0) return error;
  log_error("answer", format("{}: {}", code.name, error.message));
  return {Code::internal, "the server could not do it; its log says why"};
}

}  // namespace courtside
