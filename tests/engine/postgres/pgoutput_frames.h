// Frames of pgoutput, as a server would write them. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace courtside {

inline std::string big_endian(std::uint64_t value, int size_bytes) {
  std::string out;
  for (int i = size_bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

inline std::string begin_frame(std::uint64_t commit) {
  return "B" + big_endian(commit, 8) + big_endian(77, 8) + big_endian(5, 4);
}

inline std::string message_frame(std::string_view content, std::string_view prefix = "courtside",
                                 bool is_transactional = true, std::uint64_t lsn = 1) {
  return "M" + big_endian(is_transactional ? 1 : 0, 1) + big_endian(lsn, 8) + std::string(prefix) +
         '\0' + big_endian(content.size(), 4) + std::string(content);
}

inline std::string commit_frame(std::uint64_t commit, std::uint64_t end) {
  return "C" + big_endian(0, 1) + big_endian(commit, 8) + big_endian(end, 8) + big_endian(77, 8);
}

}  // namespace courtside
