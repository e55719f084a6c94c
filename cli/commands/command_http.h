// What the commands that speak HTTP with a running server share. Threads: the main one; it blocks.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/remote/download.h"
#include "cli/remote/remote.h"

namespace courtside {

// The answer's body where its status is 200. Otherwise the error that its problem document names,
// with the document's details; other errors as remote_request() has them.
Result<std::string> ask_server(const Remote& remote, const RemoteRequest& request);

// What an answer with another status than 200 says: by its problem document. One without is not
// from a Courtside server: see below.
Error error_of(const Remote& remote, const HttpResponse& answer);

// With the options that name a credential, where it is refused for want of one.
Error with_remedy(const Remote& remote, Error error);

// The answer is that of a proxy, or of another server: unavailable, for good where it will not
// pass.
Error stranger_answered(const Remote& remote, const HttpResponse& answer);

}  // namespace courtside
