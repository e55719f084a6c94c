// The process's log: one JSON object a line on stderr, in the platform's form (`timestamp`,
// `level`, `message`, `context`), or plain text on a terminal. spdlog does the work; its header is
// named in log.cc alone because it costs seconds to compile.
//
// No token, message text, phone number or e-mail goes in here.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Chooses level and form. Call it once, at the start; before that, warnings and errors are shown.
void start_log(LogLevel level, bool json);

// `module` is the folder or part that speaks.
void log(LogLevel level, std::string_view module, std::string_view message);

inline void log_info(std::string_view module, std::string_view message) {
  log(LogLevel::kInfo, module, message);
}
inline void log_warning(std::string_view module, std::string_view message) {
  log(LogLevel::kWarning, module, message);
}
inline void log_error(std::string_view module, std::string_view message) {
  log(LogLevel::kError, module, message);
}

}  // namespace courtside
