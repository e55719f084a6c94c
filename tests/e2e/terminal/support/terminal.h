// A terminal of some width, and what it shows of a program that runs on it: the kernel's own pseudo
// terminal. Threads: one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

struct Shown {
  int status = 0;
  std::string raw;                 // as the program wrote it
  std::vector<std::string> lines;  // without colours; of a line written over, what stays

  std::string text() const;  // the lines, each with its end
  bool says(const std::string& part) const { return text().find(part) != std::string::npos; }
  bool has_color() const { return raw.find("\x1b[1m") != std::string::npos; }
};

// Runs the arguments with input, output and error on a terminal, to their end. `environment`
// entries ("NAME=value") come on top of ours, less what is COURTSIDE_ or about looks.
Shown run_on_terminal(std::size_t columns, const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment = {},
                      Deadline deadline = Deadline());

// What a program prints that is on no terminal.
struct Ran {
  int status = 0;
  std::string output;
};
// A script of bash, in which the program is $0.
Ran in_shell(const std::string& script, const std::filesystem::path& folder = ".");

// How many columns a text takes, as the C library counts them.
std::size_t columns_of(const std::string& text);

}  // namespace courtside::e2e
