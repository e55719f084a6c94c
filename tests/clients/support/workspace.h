// The npm workspace in clients/typescript, and commands that are run in it. Threads: any.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace courtside {

struct Outcome {
  int status = -1;
  std::string output;  // both standard streams
};

// By the shell, in the workspace's folder.
inline Outcome run_in_workspace(const std::string& command) {
  const std::string line = "cd " COURTSIDE_SOURCE_DIR "/clients/typescript && " + command + " 2>&1";
  FILE* const pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return {};
  Outcome out;
  std::array<char, 4096> buffer;
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.output.append(buffer.data(), count);
  }
  out.status = pclose(pipe);
  return out;
}

// Whether script/npm has run.
inline bool is_workspace_installed() {
  return std::filesystem::exists(COURTSIDE_SOURCE_DIR
                                 "/clients/typescript/node_modules/.installed");
}

}  // namespace courtside
