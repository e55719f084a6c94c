// What can go wrong, in one registry: base/codes.def.
//
// A Code is a stable word of the interface; an Error is a code with the noun that was at hand where
// it happened. Threads: values, free to travel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace courtside {

enum class Code : std::uint8_t {
#define COURTSIDE_CODE(name, http, close, exit, retry, cause, remedy) name,
#include "base/codes.def"
#undef COURTSIDE_CODE
};

enum class Retry : std::uint8_t { kNo, kYes, kFreshToken, kAfter };

// One row of the registry.
struct CodeInfo {
  Code code;
  std::string_view name;  // as it stands on the wire
  int http_status;        // 0: never over HTTP
  int close_code;         // 0: does not close a WebSocket
  int exit_status;        // sysexits.h
  Retry retry;
  std::string_view cause;   // one line
  std::string_view remedy;  // one line
};

const CodeInfo& info(Code code);

// The code with this name; empty when there is none.
std::optional<Code> code_from_name(std::string_view name);

// All rows, in registry order: code_at(0) ... code_at(code_count() - 1).
std::size_t code_count();
const CodeInfo& code_at(std::size_t index);

struct Error {
  Code code;
  std::string message;       // for a person; holds no secrets and no user content beyond names
  std::string details = {};  // a JSON object for a program, or empty
};

}  // namespace courtside
