// How far a command is, on a terminal's stderr, for what takes longer than a second.
// Threads: the main one.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace courtside {

// One line that is written over. It ends with the object.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // "records: 42 %". `part` is 0 to 1.
  void show(std::string_view doing, double part);
  // The same as a function; valid as long as this.
  std::function<void(std::string_view, double)> teller();

 private:
  const bool is_terminal_;
  const std::uint64_t begun_us_;
  std::uint64_t shown_us_ = 0;
};

}  // namespace courtside
