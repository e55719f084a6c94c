// Dispatches requests by path and method. Threads: a shard's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/command.h"
#include "transport/http.h"

namespace courtside {

class Exchange;

// Answers the exchange's request, now or later, or turns it into a session or stream.
void handle_request(Exchange& exchange, HttpRequest& request);

// {"results":[{"id":...,"position":...,"subjectversion":...,"duplicate":...}]}
std::string append_results(std::string_view epoch, const std::vector<std::string>& ids,
                           const std::vector<Appended>& appended);

}  // namespace courtside
