// Which server holds a data folder, by what the server has written there. Threads: any; reads a
// file.
#pragma once

#include <optional>
#include <string>

#include "engine/server/serving_file.h"

namespace courtside {

// Empty where no server says that it is here. What is there may be stale after a crash.
std::optional<ServingAt> serving_at(const std::string& data);

}  // namespace courtside
