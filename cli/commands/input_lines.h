// The lines of a file or of stdin. A call that waits for input ends when another thread stops it.
//
//   auto lines = InputLines::open("-");
//   for (auto line = (*lines)->next(); line && *line; line = (*lines)->next()) use(**line);
//
// Threads: next() on one, stop() on any.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace courtside {

class InputLines {
 public:
  static constexpr std::size_t kLineBytesMax = std::size_t{16} << 20;

  // `path` "-" is stdin. no_input where it cannot be opened.
  static Result<std::unique_ptr<InputLines>> open(const std::string& path);
  InputLines(const InputLines&) = delete;
  InputLines& operator=(const InputLines&) = delete;
  ~InputLines();

  // Without its end. Empty after the last line, and after stop(). no_input where it cannot be read,
  // payload_too_large for a line above kLineBytesMax.
  Result<std::optional<std::string>> next();
  void stop();

 private:
  InputLines(std::string name, int input, int stopped)
      : name_(std::move(name)), input_(input), stopped_(stopped) {}
  bool wait_for_input() const;

  const std::string name_;
  const int input_;
  const int stopped_;  // an eventfd
  std::string text_;
  std::size_t taken_ = 0;  // of text_
};

}  // namespace courtside
