// Assertions for programming errors. They stay on in release builds, so use them where they are
// cheap. User input must never fail one.
#pragma once

namespace courtside {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace courtside

#define COURTSIDE_CHECK(condition)                   \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::courtside::check_failed(#condition, __FILE__, __LINE__))
