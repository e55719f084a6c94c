// The load generator is a program of its own, which lies beside this one: the server does without
// it.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands/commands.h"

namespace courtside {

int run_bench(const std::vector<std::string>& arguments) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return report({Code::no_input, "/proc/self/exe: " + error.message()});
  std::string program = (self.parent_path() / "courtside-bench").string();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv = {program.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  const std::string why = errno == ENOENT ? "is not there" : std::strerror(errno);
  return report({Code::no_input, program + " " + why +
                                     ": the load generator is a program of its own; put "
                                     "courtside-bench beside courtside"});
}

}  // namespace courtside
