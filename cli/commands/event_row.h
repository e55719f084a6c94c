// Events of a server's answers as rows of CSV. Threads: any; functions.
#pragma once

#include <string>

#include "cli/commands/command_client.h"
#include "schema/event_lines.h"

namespace courtside {

// The cells of schema/event_lines.h, of an event in JSON.
void append_event_row(std::string& out, const std::string& position, const ServerWords& event);

}  // namespace courtside
