// The process's log on stderr: one JSON object per line in the platform's form (`timestamp`,
// `level`, `message`, `context`), or plain text for a terminal. spdlog does the work; only log.cc
// includes its header, because it is slow to compile.
//
// Never log a token, message text, phone number or e-mail address. Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Sets level and form. Call it once at the start; before that, only warnings and errors are
// written.
void start_log(LogLevel level, bool json);

// Changes the level. Any thread.
void set_log_level(LogLevel level);

// `module` is the folder or part that logs.
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
