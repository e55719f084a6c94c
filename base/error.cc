#include "base/error.h"

#include <array>

#include "base/check.h"

namespace courtside {
namespace {

constexpr auto kNo = Retry::kNo;
constexpr auto kYes = Retry::kYes;
constexpr auto kFreshToken = Retry::kFreshToken;
constexpr auto kAfter = Retry::kAfter;

constexpr std::array kCodes = {
#define COURTSIDE_CODE(name, http, close, exit, retry, cause, remedy) \
  CodeInfo{Code::name, #name, http, close, exit, retry, cause, remedy},
#include "base/codes.def"
#undef COURTSIDE_CODE
};

}  // namespace

const CodeInfo& info(Code code) { return code_at(static_cast<std::size_t>(code)); }

std::optional<Code> code_from_name(std::string_view name) {
  for (const CodeInfo& row : kCodes) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

std::size_t code_count() { return kCodes.size(); }

const CodeInfo& code_at(std::size_t index) {
  COURTSIDE_CHECK(index < kCodes.size());
  return kCodes[index];
}

}  // namespace courtside
