#include "tests/house/shape_rules.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

#include "tests/house/include_rules.h"

namespace courtside::house {
namespace {

using Lines = std::vector<std::string>;

bool is_product(const SourceFile& file) {
  return !file.path.starts_with("tests/") && !file.path.ends_with(".def");
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

std::string_view without_indent(std::string_view line) { return line.substr(indent_of(line)); }

// The line without the comment at its end.
std::string_view code_of(std::string_view line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != '\0') {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == quote) {
        quote = '\0';
      }
    } else if (line[i] == '"' ||
               (line[i] == '\'' &&
                (i == 0 || std::isalnum(static_cast<unsigned char>(line[i - 1])) == 0))) {
      quote = line[i];
    } else if (line.substr(i, 2) == "//") {
      line = line.substr(0, i);
    }
  }
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

// The file's lines as code: comments and what stands in raw strings are empty.
Lines code_lines(const SourceFile& file) {
  Lines out;
  std::string raw_end;  // of the raw string that we are in
  for (const std::string_view line : file.lines()) {
    if (!raw_end.empty()) {
      const std::size_t end = line.find(raw_end);
      if (end == line.npos) {
        out.emplace_back();
        continue;
      }
      out.emplace_back(code_of(line.substr(end + raw_end.size())));
      raw_end.clear();
      continue;
    }
    const std::size_t begin = line.find("R\"");
    const std::size_t open = begin == line.npos ? line.npos : line.find('(', begin);
    if (open != line.npos) {
      const std::string end = ")" + std::string(line.substr(begin + 2, open - begin - 2)) + "\"";
      if (line.find(end, open) == line.npos) raw_end = end;
    }
    out.emplace_back(raw_end.empty() ? code_of(line) : line.substr(0, begin));
  }
  return out;
}

bool ends_declaration(std::string_view line) {
  return !line.empty() && std::string_view(";{}").find(line.back()) != std::string_view::npos;
}

bool is_data_head(std::string_view head) {
  return head.ends_with("= {") || head.ends_with("return {");
}

bool is_function_head(std::string_view head) {
  for (const char* other : {"namespace ", "namespace{", "inline namespace ", "extern ", "class ",
                            "struct ", "enum ", "union "}) {
    if (head.starts_with(other)) return false;
  }
  return head.ends_with('{') && !is_data_head(head) && head.find('(') != head.npos;
}

// Templates are what they are templates of.
std::string_view without_template(std::string_view head) {
  while (head.starts_with("template <")) {
    std::size_t depth = 0;
    std::size_t at = head.find('<');
    do {
      if (head[at] == '<') ++depth;
      if (head[at] == '>') --depth;
    } while (++at < head.size() && depth > 0);
    head = without_indent(head.substr(at));
  }
  return head;
}

// The line that closes what was opened at this indent, or the last one.
std::size_t closing_line(const Lines& lines, std::size_t after, std::size_t indent) {
  for (std::size_t at = after + 1; at < lines.size(); ++at) {
    if (indent_of(lines[at]) == indent && without_indent(lines[at]).starts_with('}')) return at;
  }
  return lines.size() - 1;
}

std::size_t count_data_lines(const Lines& lines, std::size_t begin, std::size_t end) {
  std::size_t count = 0;
  for (std::size_t at = begin; at < end; ++at) {
    if (!is_data_head(lines[at])) continue;
    const std::size_t close = std::min(closing_line(lines, at, indent_of(lines[at])), end);
    count += close - at - 1;
    at = close;
  }
  return count;
}

bool may_begin_declaration(std::string_view line) {
  const std::size_t indent = indent_of(line);
  return indent < line.size() && (indent == 0 || indent == 2) && line[indent] != '}' &&
         line[indent] != '#' && !line.ends_with(':');
}

std::string component_of(std::string_view path) {
  return std::string(path.substr(0, path.rfind('.')));
}

using Graph = std::map<std::string, std::set<std::string>>;

std::set<std::string> reached_from(const Graph& graph, const std::string& from) {
  std::set<std::string> reached;
  std::vector<std::string> waiting = {from};
  while (!waiting.empty()) {
    const std::string at = waiting.back();
    waiting.pop_back();
    for (const std::string& next : graph.at(at)) {
      if (reached.insert(next).second) waiting.push_back(next);
    }
  }
  return reached;
}

}  // namespace

std::vector<Function> functions(const SourceFile& file) {
  const Lines lines = code_lines(file);
  std::vector<Function> out;
  std::size_t at = 0;
  while (at < lines.size()) {
    if (lines[at].starts_with('#')) {
      while (at < lines.size() && lines[at].ends_with('\\')) ++at;
    }
    if (at == lines.size() || !may_begin_declaration(lines[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    std::string head;
    for (; at < lines.size(); ++at) {
      if (!head.empty() && !lines[at].empty()) head += ' ';
      head += without_indent(lines[at]);
      if (ends_declaration(lines[at])) break;
    }
    if (at == lines.size()) break;
    head = without_template(head);
    const bool is_function = is_function_head(head);
    if (is_function || is_data_head(head)) {
      const std::size_t end = closing_line(lines, at, indent_of(lines[begin]));
      if (is_function) {
        const std::size_t data = count_data_lines(lines, at + 1, end);
        out.push_back({.line = begin + 1, .lines = end - begin + 1 - data, .head = head});
      }
      at = end;
    }
    ++at;
  }
  return out;
}

std::vector<std::string> check_file_sizes(const std::vector<SourceFile>& tree) {
  std::vector<std::string> violations;
  for (const SourceFile& file : tree) {
    const std::size_t count = file.lines().size();
    const std::size_t max = is_product(file) ? kProductFileLinesMax : kTestFileLinesMax;
    if (count <= max) continue;
    violations.push_back(file.path + ": " + std::to_string(count) + " lines, of at most " +
                         std::to_string(max));
  }
  return violations;
}

std::vector<std::string> check_function_sizes(const std::vector<SourceFile>& tree) {
  std::vector<std::string> violations;
  for (const SourceFile& file : tree) {
    if (!is_product(file)) continue;
    for (const Function& function : functions(file)) {
      if (function.lines <= kFunctionLinesMax) continue;
      violations.push_back(file.path + ":" + std::to_string(function.line) + ": " +
                           std::to_string(function.lines) + " lines, of at most " +
                           std::to_string(kFunctionLinesMax) + ": " + function.head);
    }
  }
  return violations;
}

std::vector<std::string> check_cycles(const std::vector<SourceFile>& tree) {
  Graph graph;
  for (const SourceFile& file : tree) {
    if (is_product(file)) graph[component_of(file.path)];
  }
  for (const SourceFile& file : tree) {
    if (!is_product(file)) continue;
    const std::string from = component_of(file.path);
    for (const Include& include : includes(file)) {
      const std::string to = component_of(include.name);
      if (include.quoted && to != from && graph.contains(to)) graph[from].insert(to);
    }
  }
  std::map<std::string, std::set<std::string>> reached;
  for (const auto& [from, below] : graph) reached[from] = reached_from(graph, from);
  std::vector<std::string> violations;
  std::set<std::string> told;
  for (const auto& [from, below] : reached) {
    if (!below.contains(from) || told.contains(from)) continue;
    std::string cycle;
    for (const std::string& other : below) {
      if (!reached[other].contains(from)) continue;
      told.insert(other);
      cycle += (cycle.empty() ? "" : " and ") + other;
    }
    violations.push_back(cycle + " include each other");
  }
  return violations;
}

}  // namespace courtside::house
