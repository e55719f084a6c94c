// The limits of the size of files and functions, and no cycle of components.
//
// A function is found by clang-format's regular layout: a declaration at indent 0 or 2 whose last
// line ends in `{`, up to the closing brace at that indent. Data is no function and does not count:
// neither a table of its own (`constexpr X kY[] = {`) nor one inside a function (`return {` or
// `= {`, up to its closing brace). A component is a header and its .cc.
//
// Tests may be longer: a test file is a list of stories, and is read one story at a time.
// Threads: any; no state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/house/tree.h"

namespace courtside::house {

constexpr std::size_t kProductFileLinesMax = 400;
constexpr std::size_t kTestFileLinesMax = 600;
constexpr std::size_t kFunctionLinesMax = 70;

struct Function {
  std::size_t line = 0;   // where its declaration begins, from 1
  std::size_t lines = 0;  // from there to its closing brace, without data
  std::string head;       // the declaration on one line
};
std::vector<Function> functions(const SourceFile& file);

// Each violation as "engine/hub.cc:12: what is wrong"; empty when the tree is in order.
std::vector<std::string> check_file_sizes(const std::vector<SourceFile>& tree);
std::vector<std::string> check_function_sizes(const std::vector<SourceFile>& tree);
// Each cycle once, as "a and b and c include each other", in the order of their names.
std::vector<std::string> check_cycles(const std::vector<SourceFile>& tree);

}  // namespace courtside::house
