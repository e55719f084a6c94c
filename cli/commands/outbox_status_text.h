// What GET /v1/outbox answers, as `courtside outbox status` shows it. Threads: any; no state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/arguments/command_line.h"

namespace courtside {

struct OutboxStatusText {
  std::size_t sources = 0;
  bool has_refused = false;  // one of them is not read until somebody mends what is wrong
  std::string text;          // with its line ends; empty where there is no source
};

// kTable for a person: a row for each source, and a line below it for what is wrong with it. kJson:
// the answer as it came; kJsonl: each of its sources in a line. `internal` when it is no such
// answer.
Result<OutboxStatusText> outbox_status_text(std::string_view answer, OutputFormat format,
                                            const TableOptions& options = {});

}  // namespace courtside
