// A free port of 127.0.0.1 for a program with a fixed port that it keeps over restarts: the kernel
// does not give it to a connection meanwhile. Threads: any.
#pragma once

#include <cstdint>

namespace courtside {

// Throws std::runtime_error when none is free.
std::uint16_t free_port();

}  // namespace courtside
