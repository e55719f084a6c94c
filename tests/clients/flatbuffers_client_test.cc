// Goal: a client made by flatc for TypeScript can say all that the protocol has, although
// flatc 2.0.8 leaves an optional number out when it is 0; and its one entry module is enough.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace courtside {
namespace {

TEST(FlatbuffersClient, SaysThatASubjectMustNotExist) {
  const std::string root = COURTSIDE_SOURCE_DIR;
  ASSERT_TRUE(std::filesystem::exists(root + "/clients/typescript/node_modules/.installed"))
      << "run script/npm";
  const std::string command =
      root + "/tests/clients/flatbuffers/run.sh " + COURTSIDE_BUILT_BINARY + " 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  EXPECT_EQ(pclose(pipe), 0) << output;
  EXPECT_EQ(output,
            "1 version 1\n"
            "2 version_conflict\n"
            "3 version 1\n"
            "4 version_conflict\n"
            "5 version 2\n");
}

}  // namespace
}  // namespace courtside
