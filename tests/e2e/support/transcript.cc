#include "tests/e2e/support/transcript.h"

#include <signal.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

namespace courtside::e2e {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void exchange(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Replaces what differs from run to run by its form.
std::string by_form(std::string text) {
  static const std::pair<std::regex, const char*> kForms[] = {
      {std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))"), "TIME"},
      // The form in tables.
      {std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?)"), "TIME"},
      {std::regex(R"( *[+-]\d+\.\d{3} s)"), " DURATION"},
      {std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"},
      {std::regex(R"(\bs_\w+)"), "SESSION"},
      // Columns of a table are as wide as the epoch is long.
      {std::regex("  +"), "  "},
  };
  for (const auto& [form, name] : kForms) text = std::regex_replace(text, form, name);
  return text;
}

}  // namespace

std::vector<FencedBlock> fenced_blocks(std::string_view document) {
  std::vector<FencedBlock> blocks;
  bool inside = false;
  int number = 0;
  for (const std::string& line : lines_of(std::string(document))) {
    ++number;
    if (line.substr(0, 3) != "```") {
      if (inside) blocks.back().lines.push_back(line);
      continue;
    }
    inside = !inside;
    if (!inside) continue;
    blocks.emplace_back().line = number;
    std::istringstream info(line.substr(3));
    info >> blocks.back().language >> blocks.back().name;
  }
  if (inside)
    give_up("a block that is not closed begins in line " + std::to_string(blocks.back().line));
  return blocks;
}

bool output_matches(const std::vector<std::string>& expected,
                    const std::vector<std::string>& output, bool complete) {
  // reach[j]: the expected lines so far can match exactly the first j lines of the output.
  std::vector<bool> reach(output.size() + 1, false);
  reach[0] = true;
  for (const std::string& line : expected) {
    std::vector<bool> next(output.size() + 1, false);
    for (std::size_t j = 0; j <= output.size(); ++j) {
      if (line == "...") {
        next[j] = reach[j] || (j > 0 && next[j - 1]);
      } else if (j > 0) {
        next[j] = reach[j - 1] && output[j - 1] == line;
      }
    }
    reach = next;
  }
  if (complete) return reach.back();
  for (const bool reached : reach) {
    if (reached) return true;
  }
  return false;
}

std::string Transcript::for_here(std::string text) const {
  for (const auto& [in_document, here] : same_) exchange(text, in_document, here);
  return text;
}

std::string Transcript::for_document(std::string text) const {
  for (const auto& [in_document, here] : same_) exchange(text, here, in_document);
  return text;
}

void Transcript::write_file(const FencedBlock& block) const {
  std::ofstream(folder_ / block.name) << for_here(joined(block.lines));
}

void Transcript::start(Terminal& terminal, const std::string& typed) {
  if (terminal.command) {
    if (terminal.command->running()) terminal.command->wait(Deadline(seconds(300)));
    compare(terminal, true);
  }
  std::string line = typed;
  for (const auto& [in_document, here] : aliases_) {
    if (line.starts_with(in_document)) line = here + line.substr(in_document.size());
  }
  terminal.command = std::make_unique<Process>(
      std::vector<std::string>{"/bin/bash", "-c", for_here(line)}, environment_, folder_);
  terminal.typed = typed;
  terminal.shown.clear();
}

// "E=$(...)": each command has its own shell, so the value is put into their environment.
bool Transcript::set_variable(const std::string& typed) {
  static const std::regex kAssignment(R"(([A-Z]+)=\$\(.*\))");
  std::smatch found;
  if (!std::regex_match(typed, found, kAssignment)) return false;
  Process shell({"/bin/bash", "-c", for_here(typed) + "; printf %s \"$" + found[1].str() + "\""},
                environment_, folder_);
  if (shell.wait(Deadline(seconds(300))) != 0) give_up("$ " + typed + "\nfails");
  const std::string value = shell.whole_output();
  if (value.empty()) give_up("$ " + typed + "\nsets it to nothing");
  environment_.push_back(found[1].str() + "=" + value);
  return true;
}

void Transcript::interrupt(Terminal& terminal) {
  if (!terminal.command || !terminal.command->running()) give_up("^C, but nothing runs");
  terminal.command->signal_group(SIGINT);
  terminal.command->wait();
}

bool Transcript::shows_what_came(const Terminal& terminal, bool complete) const {
  const std::string output =
      complete ? terminal.command->whole_output() : terminal.command->output();
  return output_matches(lines_of(by_form(joined(terminal.shown))),
                        lines_of(by_form(for_document(output))), complete);
}

void Transcript::compare(const Terminal& terminal, bool complete) const {
  const Deadline deadline(seconds(300));
  while (true) {
    const bool final = complete || terminal.command->output_ended();  // read before the output
    if (shows_what_came(terminal, complete)) return;
    if (final || deadline.expired()) {
      give_up("$ " + terminal.typed + "\nis shown to print\n" + joined(terminal.shown) +
              "\nbut prints\n" + for_document(terminal.command->output()));
    }
    std::this_thread::sleep_for(milliseconds(10));  // between two checks
  }
}

void Transcript::perform(const FencedBlock& block) {
  if (block.language != "console") {
    if (block.name.find('.') != std::string::npos) write_file(block);
    return;
  }
  Terminal& terminal = terminals_[block.name];
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    const std::string& line = block.lines[i];
    if (line.starts_with("$ ")) {
      std::string typed = line.substr(2);
      while (typed.ends_with('\\') && i + 1 < block.lines.size()) typed += "\n" + block.lines[++i];
      // A reader's log has another epoch, so the document must not type its own.
      if (typed.find("k3f9") != std::string::npos) give_up("$ " + typed + "\nhas k3f9, not $E");
      if (!set_variable(typed)) start(terminal, typed);
    } else if (line == "^C") {
      compare(terminal, false);
      interrupt(terminal);
    } else {
      terminal.shown.push_back(line);
    }
  }
  if (!terminal.command && terminal.shown.empty()) return;
  if (!terminal.command)
    give_up("output before any command, in line " + std::to_string(block.line));
  compare(terminal, false);
}

Process& Transcript::running(const std::string& terminal) {
  const auto found = terminals_.find(terminal);
  if (found == terminals_.end()) give_up("nothing was run in terminal '" + terminal + "'");
  return *found->second.command;
}

void Transcript::expect_all_shown() {
  for (auto& [name, terminal] : terminals_) {
    if (!terminal.command) continue;
    // Only a terminal with a name runs something beside what follows it.
    if (name.empty() && terminal.command->running()) terminal.command->wait(Deadline(seconds(300)));
    if (terminal.command->output_ended()) compare(terminal, true);
  }
}

}  // namespace courtside::e2e
