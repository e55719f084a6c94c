// Runs a document's examples: performs its fenced blocks word for word, and compares the output
// that the document shows with the real one.
//
// The convention, for the author of the document:
//
//   ```js client.mjs      A block with a file name is written to that file, in the test's folder.
//
//   ```console            A terminal session; blocks run in the document's order.
//   $ node client.mjs     `$ ` begins a command (`\` at its end continues it on the next line),
//                         which bash runs in that folder.
//   first line of output  Lines without `$ ` are its output, stdout and stderr together.
//   ...                   `...` stands for any number of lines, including none.
//   $ E=$(command)        A command that only sets a variable sets it for all later commands.
//   ^C                    Interrupts the command and waits for its end.
//
//   ```console client     Blocks with the same second word are the same terminal. A command may
//                         keep running while other blocks are performed; a later block of its
//   next line of output   terminal shows what it has printed since. A command that has ended must
//                         have printed no more than is shown.
//
// What differs from run to run is compared by its form: times (RFC 3339, and the form in tables),
// durations in tables, uuids, session numbers. Texts given to same() are replaced in both
// directions, so the document may say 8080 and k3f9. Other blocks (```sh, ```jsonc ...) are not
// run. Threads: one.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

struct FencedBlock {
  std::string language;
  std::string name;  // the second word of the info string; may be empty
  std::vector<std::string> lines;
  int line = 0;  // of the opening fence in the document
};
std::vector<FencedBlock> fenced_blocks(std::string_view document);

// Whether the output matches the expected lines. `complete`: no further output may follow.
bool output_matches(const std::vector<std::string>& expected,
                    const std::vector<std::string>& output, bool complete);

class Transcript {
 public:
  explicit Transcript(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // `in_document` and `here` are the same thing.
  void same(std::string in_document, std::string here) {
    same_.emplace_back(std::move(in_document), std::move(here));
  }
  // Commands that begin with `in_document` are run with `here` instead.
  void alias(std::string in_document, std::string here) {
    aliases_.emplace_back(std::move(in_document), std::move(here));
  }
  void environment(std::vector<std::string> variables) { environment_ = std::move(variables); }

  // Runs the block. Failure, with both texts, when the output differs.
  void perform(const FencedBlock& block);

  // The command that runs in this terminal. Failure when there is none.
  Process& running(const std::string& terminal);

  // Checks that commands that have ended printed no more than was shown.
  void expect_all_shown();

 private:
  struct Terminal {
    std::unique_ptr<Process> command;
    std::string typed;               // the command in the document
    std::vector<std::string> shown;  // its output so far in the document
  };

  void write_file(const FencedBlock& block) const;
  void start(Terminal& terminal, const std::string& typed);
  bool set_variable(const std::string& typed);
  void interrupt(Terminal& terminal);
  void compare(const Terminal& terminal, bool complete) const;
  bool shows_what_came(const Terminal& terminal, bool complete) const;
  std::string for_here(std::string text) const;
  std::string for_document(std::string text) const;

  std::filesystem::path folder_;
  std::vector<std::pair<std::string, std::string>> same_;
  std::vector<std::pair<std::string, std::string>> aliases_;
  std::vector<std::string> environment_;
  std::map<std::string, Terminal> terminals_;
};

}  // namespace courtside::e2e
