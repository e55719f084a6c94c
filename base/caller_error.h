// Errors in the form that callers may see. Threads: any; no state.
#pragma once

#include "base/error.h"

namespace courtside {

// The message of a not_found whose path the HTTP interface does not have. The commands recognise
// it: then they have asked at a wrong address.
inline constexpr const char* kNothingAtPath = "there is nothing at this path";

// Returns the error unchanged if its code has an HTTP status. The other codes are about the process
// itself (a damaged log, a full disk), and callers must not see their text: such an error is
// logged, and `internal` is returned.
Error error_for_caller(const Error& error);

}  // namespace courtside
