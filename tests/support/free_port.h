// A port of 127.0.0.1 that nobody listens on, for a program that is told its port, and keeps it
// over its restarts: not one that the kernel gives to a connection meanwhile. Threads: any.
#pragma once

#include <cstdint>

namespace courtside {

// Throws std::runtime_error where there is none.
std::uint16_t free_port();

}  // namespace courtside
