// Errors. base/codes.def is the one registry of codes.
//
// A Code is a stable name of the interface. An Error is a code with a message about the case at
// hand. Threads: values; any.
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
  std::string_view name;  // as on the wire
  int http_status;        // 0: never sent over HTTP
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
  std::string message;       // for people; holds no secrets, and of user content only names
  std::string details = {};  // a JSON object for a program, or empty
};

}  // namespace courtside
