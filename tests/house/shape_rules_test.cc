// Goal: files and functions stay small and components have no cycle, and the checks that say so
// find what is planted.
#include "tests/house/shape_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

namespace courtside::house {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string lines_of(const std::string& line, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line + "\n";
  return text;
}

// As "line: lines head", one function each.
std::vector<std::string> found(const std::string& text) {
  std::vector<std::string> out;
  for (const Function& each : functions({.path = "a.cc", .text = text})) {
    out.push_back(std::to_string(each.line) + ": " + std::to_string(each.lines) + " " + each.head);
  }
  return out;
}

TEST(ShapeRules, HoldInTheTree) {
  const std::vector<SourceFile> tree = read_tree(COURTSIDE_SOURCE_DIR);
  std::size_t count = 0;
  for (const SourceFile& file : tree) count += functions(file).size();
  ASSERT_GT(count, 1000u) << "the functions were not found";
  EXPECT_THAT(check_file_sizes(tree), IsEmpty());
  EXPECT_THAT(check_function_sizes(tree), IsEmpty());
  EXPECT_THAT(check_cycles(tree), IsEmpty());
}

TEST(ShapeRules, TellOfFilesThatMayHoldTwoIdeas) {
  constexpr std::size_t kLinesUsual = 300;
  for (const SourceFile& file : read_tree(COURTSIDE_SOURCE_DIR)) {
    const std::size_t count = file.lines().size();
    if (count > kLinesUsual) {
      std::cout << "warning: " << file.path << " has " << count << " lines\n";
    }
  }
}

TEST(ShapeRules, FindAFileThatIsTooLong) {
  EXPECT_THAT(check_file_sizes({{"base/a.cc", lines_of("int a;", 401)}}),
              ElementsAre("base/a.cc: 401 lines, of at most 400"));
  EXPECT_THAT(check_file_sizes({{"base/a.h", lines_of("int a;", 400)}}), IsEmpty());
  EXPECT_THAT(check_file_sizes({{"tests/base/a.cc", lines_of("int a;", 600)}}), IsEmpty());
  EXPECT_THAT(check_file_sizes({{"tests/base/a.cc", lines_of("int a;", 601)}}), SizeIs(1));
}

TEST(ShapeRules, FindAFunctionThatIsTooLong) {
  const std::string long_body = lines_of("  step();", 69) + "}\n";
  const std::string good_body = lines_of("  step();", 68) + "}\n";
  EXPECT_THAT(check_function_sizes({{"base/a.cc", "\nvoid run() {\n" + long_body}}),
              ElementsAre("base/a.cc:2: 71 lines, of at most 70: void run() {"));
  EXPECT_THAT(check_function_sizes({{"base/a.cc", "void run() {\n" + good_body}}), IsEmpty());
  EXPECT_THAT(check_function_sizes({{"tests/a.cc", "void run() {\n" + long_body}}), IsEmpty());
}

TEST(ShapeRules, FunctionsAreFoundByTheirLayout) {
  EXPECT_THAT(found("int one() { return 1; }\n\nint two() {\n  return 2;\n}\n"),
              ElementsAre("3: 3 int two() {"));
  EXPECT_THAT(found("namespace a {\nnamespace {\n\n// A comment {\nvoid run(int a,\n"
                    "         int b) {  // why\n  if (a) {\n  }\n}\n\n}  // namespace\n}\n"),
              ElementsAre("5: 5 void run(int a, int b) {"));
  EXPECT_THAT(found("class A {\n public:\n  A() : a_(1) {\n    run();\n  }\n  void run();\n\n"
                    " private:\n  int a_ = 0;\n};\n"),
              ElementsAre("3: 3 A() : a_(1) {"));
  EXPECT_THAT(found("template <typename A, typename B>\nvoid run(A a) {\n}\n"),
              ElementsAre("1: 3 void run(A a) {"));
  EXPECT_THAT(found("Thing::Thing(int a)\n    : a_(a),\n      b_(a) {\n  run();\n}\n"),
              ElementsAre("1: 5 Thing::Thing(int a) : a_(a), b_(a) {"));
}

TEST(ShapeRules, ItsTextsAndMacrosDoNotHideAFunction) {
  EXPECT_THAT(found("const char* kUrl = \"http://a\";\nvoid run() {\n}\n"),
              ElementsAre("2: 2 void run() {"));
  EXPECT_THAT(found("void run() {\n  use(R\"(\n}\nvoid other() {\n)\");\n}\nvoid next() {\n}\n"),
              ElementsAre("1: 6 void run() {", "7: 2 void next() {"));
  EXPECT_THAT(
      found("#define A(x) \\\n  [](int y) {    \\\n    x;         \\\n  }\nvoid run() {\n}\n"),
      ElementsAre("5: 2 void run() {"));
}

TEST(ShapeRules, DataIsNotCounted) {
  EXPECT_THAT(found("constexpr Row kRows[] = {\n    row(1),\n    row(2),\n};\nvoid run() {\n}\n"),
              ElementsAre("5: 2 void run() {"));
  EXPECT_THAT(found("Rows make() {\n  return {\n      row(1),\n      row(2),\n  };\n}\n"),
              ElementsAre("1: 4 Rows make() {"));
  EXPECT_THAT(found("Rows make() {\n  static const Rows table = {\n      row(1),\n  };\n"
                    "  return table;\n}\n"),
              ElementsAre("1: 5 Rows make() {"));
}

TEST(ShapeRules, FindComponentsThatIncludeEachOther) {
  EXPECT_THAT(check_cycles({{"base/a.h", "#include \"base/b.h\"\n"},
                            {"base/b.h", ""},
                            {"base/b.cc", "#include \"base/b.h\"\n#include \"base/a.h\"\n"}}),
              ElementsAre("base/a and base/b include each other"));
  EXPECT_THAT(check_cycles({{"base/a.h", "#include \"base/b.h\"\n"},
                            {"base/b.h", "#include \"base/c.h\"\n"},
                            {"base/c.cc", "#include \"base/a.h\"\n"},
                            {"base/d.cc", "#include \"base/a.h\"\n"}}),
              ElementsAre("base/a and base/b and base/c include each other"));
}

TEST(ShapeRules, AComponentMayIncludeItselfAndRunDownhill) {
  EXPECT_THAT(check_cycles({{"base/a.cc", "#include \"base/a.h\"\n#include \"base/b.h\"\n"},
                            {"base/a.h", "#include \"base/b.h\"\n"},
                            {"base/b.h", "#include <a.h>\n"},
                            {"tests/t.h", "#include \"base/a.h\"\n#include \"tests/t.h\"\n"}}),
              IsEmpty());
}

}  // namespace
}  // namespace courtside::house
