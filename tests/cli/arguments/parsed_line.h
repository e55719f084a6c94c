// Command lines parsed in the surroundings that a test chooses.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments/parse_arguments.h"

namespace courtside {

// 2026-11-01T10:00:00Z, on a terminal, with nothing in the environment.
inline Surroundings terminal() {
  return {.environment = {},
          .stdin_is_terminal = true,
          .stdout_is_terminal = true,
          .now = *parse_rfc3339("2026-11-01T10:00:00Z")};
}

inline Surroundings pipe() {
  Surroundings out = terminal();
  out.environment["COURTSIDE_TOKEN"] = "t";
  out.stdin_is_terminal = out.stdout_is_terminal = false;
  return out;
}

template <typename Expected>
Expected parsed(const std::vector<std::string>& arguments,
                const Surroundings& around = terminal()) {
  const auto line = parse_command_line(arguments, around);
  if (line && std::holds_alternative<Expected>(*line)) return std::get<Expected>(*line);
  ADD_FAILURE() << (line ? "another command" : line.error().err);
  return {};
}

// "64 courtside: ...": status and message, which must be one line.
inline std::string refused(const std::vector<std::string>& arguments,
                           const Surroundings& around = terminal()) {
  const auto line = parse_command_line(arguments, around);
  if (line) return "accepted";
  const std::string& err = line.error().err;
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
  EXPECT_TRUE(line.error().out.empty());
  return std::to_string(line.error().status) + " " + err.substr(0, err.find('\n'));
}

}  // namespace courtside
