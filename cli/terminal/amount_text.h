// Amounts as people read them. Threads: any; functions.
#pragma once

#include <cstdint>
#include <string>

namespace courtside {

// "1,204,331"
std::string grouped(std::uint64_t number);

// "512 B", "3.0 MiB"
std::string bytes_text(double bytes);

// "0.4 s", "3 min", "2.5 h"
std::string duration_text(double seconds);

// "1 event", "3 events"
std::string count_text(std::uint64_t count, const std::string& noun);

// "1 event", "1,204,331 events"
std::string grouped_count_text(std::uint64_t count, const std::string& noun);

}  // namespace courtside
