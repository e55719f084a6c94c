#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/json.h"

namespace courtside {
namespace {

std::atomic<bool> g_json{false};

std::shared_ptr<spdlog::logger> logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("courtside",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern("%v");
    made->flush_on(spdlog::level::warn);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view word_for(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warn";
    case LogLevel::kError: return "error";
  }
  return "error";
}

}  // namespace

void start_log(LogLevel level, bool json) {
  g_json = json;
  logger()->set_level(to_spdlog(level));
  // On a terminal: "10:00:00.000 info  engine: message".
  logger()->set_pattern(json ? "{\"timestamp\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v}" : "%H:%M:%S.%e %l %v",
                        spdlog::pattern_time_type::utc);
  logger()->flush_on(spdlog::level::debug);
}

void set_log_level(LogLevel level) { logger()->set_level(to_spdlog(level)); }

void log(LogLevel level, std::string_view module, std::string_view message) {
  if (!logger()->should_log(to_spdlog(level))) return;
  std::string line;
  if (g_json) {
    // The platform writes "warn", spdlog "warning".
    line.append("\"level\":\"").append(word_for(level)).append("\",\"message\":");
    append_json_string(line, message);
    line.append(",\"context\":{\"service\":\"courtside\",\"module\":");
    append_json_string(line, module);
    line.append("}");
  } else {
    line.append(module).append(": ").append(message);
  }
  logger()->log(to_spdlog(level), "{}", line);
}

}  // namespace courtside
