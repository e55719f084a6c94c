// A document whose examples are run: what stands in its fenced blocks is done, word for word, and
// what it shows as output must be what comes out.
//
// The convention, for the author of the document:
//
//   ```js client.mjs          A block with a file name is written to that file, in a folder of its
//   own.
//
//   ```console                What one does in a terminal, in the order of the document. `$ `
//   begins a $ node client.mjs         command (`\` at its end continues it on the next line), run
//   by bash in first line of output      that folder. The lines below are its output, stdout and
//   stderr together.
//   ...                       `...` stands for any number of lines, also none.
//   $ E=$(command)            A command that only sets a variable sets it for all later commands.
//   ^C                        interrupts the command and waits for its end.
//
//   ```console client         Blocks with the same second word are the same terminal. A command may
//   go next line of output       on while other blocks are done; a later block of its terminal
//   shows what
//                             it has printed since. One that has ended must have printed no more
//                             than is shown.
//
// What differs from run to run is compared by its form: times (RFC 3339, and as tables have them),
// durations in tables, uuids, session numbers.
// Words given as `same` are exchanged both ways, so the document may say 8080 and k3f9.
// Other blocks (```sh, ```jsonc ...) are prose. Threads: one.
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
  int line = 0;  // in the document, of the fence
};
std::vector<FencedBlock> fenced_blocks(std::string_view document);

// Whether the output, line by line, is what is expected. `complete`: nothing may follow.
bool output_matches(const std::vector<std::string>& expected,
                    const std::vector<std::string>& output, bool complete);

class Transcript {
 public:
  explicit Transcript(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // `in_document` and `here` name the same thing.
  void same(std::string in_document, std::string here) {
    same_.emplace_back(std::move(in_document), std::move(here));
  }
  // Commands that begin with `in_document` begin with `here` instead.
  void alias(std::string in_document, std::string here) {
    aliases_.emplace_back(std::move(in_document), std::move(here));
  }
  void environment(std::vector<std::string> variables) { environment_ = std::move(variables); }

  // Does what the block says. Failure, with both texts, where the output is another one.
  void perform(const FencedBlock& block);

  // The command that runs in a terminal. Failure when there is none.
  Process& running(const std::string& terminal);

  // Every command that has ended printed no more than was shown.
  void expect_all_shown();

 private:
  struct Terminal {
    std::unique_ptr<Process> command;
    std::string typed;               // the command, as the document has it
    std::vector<std::string> shown;  // its output so far, as the document has it
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
