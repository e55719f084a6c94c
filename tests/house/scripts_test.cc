// Goal: script/bootstrap fetches nothing where all is there, only what is missing where it is not,
// and never puts Debian's package over a program that came from elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::filesystem::path kScriptsRoot = COURTSIDE_SOURCE_DIR;

// A machine made of a folder of programs: the few that scripts need, and stand-ins that say what
// they were asked to do.
class Machine {
 public:
  Machine() {
    std::string form = (std::filesystem::temp_directory_path() / "courtside_house_XXXXXX").string();
    bin_ = mkdtemp(form.data());
    for (const char* tool : {"bash", "awk", "grep", "dirname", "env", "cat"}) {
      for (const char* folder : {"/usr/bin/", "/bin/"}) {
        const std::string real = std::string(folder) + tool;
        if (!std::filesystem::exists(real) || std::filesystem::exists(bin_ / tool)) continue;
        std::filesystem::create_symlink(real, bin_ / tool);
      }
    }
    stand_in("id", "echo 0");
    stand_in("apt-get", "echo \"apt-get $*\" >&2");
    install({});
  }
  ~Machine() { std::filesystem::remove_all(bin_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void stand_in(const std::string& name, const std::string& script) {
    std::ofstream(bin_ / name) << "#!" << (bin_ / "bash").string() << "\n" << script << "\n";
    std::filesystem::permissions(bin_ / name, std::filesystem::perms::owner_all);
  }

  // Installed are these packages and no others.
  void install(const std::set<std::string>& packages) {
    std::string list;
    for (const std::string& package : packages) list += package + "\n";
    std::ofstream(bin_ / "installed") << list;
    // The package is the last argument of dpkg-query.
    stand_in("dpkg-query", "grep -qxF \"${@: -1}\" " + (bin_ / "installed").string() +
                               " && echo -n installed || exit 1");
  }

  // "status: output" of script/bootstrap.
  std::string bootstrap(const std::string& headings) const {
    const std::string command = "env -i PATH=" + bin_.string() + " bash " +
                                (kScriptsRoot / "script/bootstrap").string() + " " + headings +
                                " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    std::string out;
    std::array<char, 4096> buffer;
    while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
      out.append(buffer.data(), count);
    }
    return std::to_string(pclose(pipe) >> 8) + ": " + out;
  }

 private:
  std::filesystem::path bin_;
};

// The packages under a heading, with what follows them on their line.
std::set<std::string> listed(const std::string& heading, bool with_alternatives = true) {
  std::set<std::string> out;
  std::istringstream lines(read_file((kScriptsRoot / "script/packages").string()));
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find('#'));
    std::istringstream words(line);
    std::string package;
    std::string alternative;
    words >> package >> alternative;
    if (package.empty()) continue;
    if (package[0] == '[') {
      current = package.substr(1, package.size() - 2);
    } else if (current == heading && (with_alternatives || alternative.empty())) {
      out.insert(package);
    }
  }
  return out;
}

TEST(Packages, AreListedOnce) {
  std::set<std::string> all;
  for (const char* heading : {"build", "node", "package", "test", "check", "peers", "deploy"}) {
    const std::set<std::string> packages = listed(heading);
    EXPECT_FALSE(packages.empty()) << heading;
    for (const std::string& package : packages) {
      EXPECT_TRUE(all.insert(package).second) << package << " is listed twice";
    }
  }
  EXPECT_TRUE(all.count("librocksdb-dev"));
}

TEST(Bootstrap, TouchesNothingWhereAllIsThere) {
  Machine machine;
  machine.install(listed("build"));
  EXPECT_EQ(machine.bootstrap("build"), "0: ");
  EXPECT_EQ(machine.bootstrap(""), "0: ");  // the default
}

TEST(Bootstrap, InstallsWhatIsMissingAndNoMore) {
  Machine machine;
  std::set<std::string> installed = listed("build");
  ASSERT_EQ(installed.erase("libuv1-dev") + installed.erase("cmake"), 2u);
  machine.install(installed);
  EXPECT_EQ(machine.bootstrap("build"),
            "0: installing cmake libuv1-dev\n"
            "apt-get update -qq\n"
            "apt-get install -y -qq --no-install-recommends cmake libuv1-dev\n");
}

TEST(Bootstrap, KeepsAProgramThatCameFromElsewhere) {
  Machine machine;
  machine.install(listed("node", /*with_alternatives=*/false));
  EXPECT_THAT(machine.bootstrap("node"), HasSubstr(" nodejs"));
  machine.stand_in("node", "");
  EXPECT_THAT(machine.bootstrap("node"), Not(HasSubstr(" nodejs")));
  EXPECT_THAT(machine.bootstrap("node"), HasSubstr(" npm"));
  machine.stand_in("npm", "");
  EXPECT_EQ(machine.bootstrap("node"), "0: ");
}

TEST(Bootstrap, AsksForRootOnlyWhenItHasTo) {
  Machine machine;
  machine.stand_in("id", "echo 1000");
  machine.install(listed("build"));
  EXPECT_EQ(machine.bootstrap("build"), "0: ");

  std::set<std::string> installed = listed("build");
  installed.erase("cmake");
  machine.install(installed);
  EXPECT_EQ(machine.bootstrap("build"),
            "77: installing cmake\n"
            "script/bootstrap: neither root nor sudo here; as root, run:\n"
            "  apt-get install --no-install-recommends cmake\n");
  machine.stand_in("sudo", "echo \"sudo $*\" >&2");
  EXPECT_EQ(machine.bootstrap("build"),
            "0: installing cmake\n"
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq\n"
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "
            "--no-install-recommends cmake\n");
}

TEST(Bootstrap, FailsWhereInstallingFails) {
  Machine machine;
  machine.stand_in("apt-get", "[ \"$1\" = update ]");
  EXPECT_EQ(machine.bootstrap("build").substr(0, 2), "1:");
}

TEST(Bootstrap, RefusesAHeadingThatIsNotThere) {
  EXPECT_THAT(Machine().bootstrap("buidl"), HasSubstr("64: "));
}

TEST(Scripts, MayBeRunAndStopAtTheFirstFailure) {
  std::size_t count = 0;
  for (const char* folder : {"script", ".ci"}) {
    for (const auto& entry : std::filesystem::directory_iterator(kScriptsRoot / folder)) {
      const std::string text = read_file(entry.path().string());
      if (text.substr(0, 2) != "#!") continue;
      ++count;
      EXPECT_EQ(text.substr(0, text.find('\n')), "#!/usr/bin/env bash") << entry.path();
      EXPECT_THAT(text, HasSubstr("\nset -euo pipefail\n")) << entry.path();
      EXPECT_EQ(access(entry.path().c_str(), X_OK), 0) << entry.path() << " is not executable";
    }
  }
  EXPECT_GE(count, 8u);
}

}  // namespace
}  // namespace courtside::house
