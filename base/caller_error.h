// Errors as callers hear them. Threads: any; no state.
#pragma once

#include "base/error.h"

namespace courtside {

// The error itself. Of one that is the process's own (a damaged log, a full disk) no caller can
// make anything, and what it says is not for them: `internal`, and the process's log has the rest.
Error error_for_caller(const Error& error);

}  // namespace courtside
