// Goal: whatever happens to the bytes of a closed log's files, the damage is found when the log is
// opened, read or verified; no answer is wrong, nothing crashes, and no offset is given twice.
//
// COURTSIDE_TEST_DAMAGES: how many bits are flipped, as many files are cut, and a tenth as many
// removed or emptied. COURTSIDE_TEST_SEED.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>

#include "eventlog/tail_file.h"
#include "log_picture.h"
#include "tests/eventlog/random_log.h"
#include "tests/support/log_story.h"

namespace courtside::story {
namespace {

namespace fs = std::filesystem;
using DamageRandom = std::mt19937_64;

constexpr int kPatients = 6;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// A copy that is no copy to the server: the file `tail` says when it was created.
void copy_log(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
  const TailNote note = TailFile::read(to).value().value();
  TailFile::make(to, note.epoch, note.end).value().reset();
}

// Any file of the log that has bytes.
fs::path any_file(const fs::path& log, DamageRandom& random) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(log)) {
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files.at(random() % files.size());
}

std::string flip_any_bit(const fs::path& file, DamageRandom& random) {
  const std::uint64_t at = random() % fs::file_size(file);
  const int bit = static_cast<int>(random() % 8);
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(bytes.get() ^ (1 << bit));
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(byte);
  return "bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " flipped";
}

std::string cut_short(const fs::path& file, DamageRandom& random) {
  const std::uint64_t size = random() % fs::file_size(file);
  fs::resize_file(file, size);
  return "cut to " + std::to_string(size) + " bytes";
}

std::string remove_or_empty(const fs::path& file, DamageRandom& random) {
  if (random() % 2 == 0) {
    fs::remove(file);
    return "removed";
  }
  fs::resize_file(file, 0);
  return "emptied";
}

// What `courtside verify` says. Another process, because damage may fail an assertion of Debian's
// RocksDB, which ends the program.
struct Verified {
  int status = -1;  // -1: it did not exit
  bool is_assertion = false;
};

Verified verify_by_program(const std::string& log) {
  const std::string program = COURTSIDE_BUILT_BINARY;
  const std::string said = log + ".said";
  const std::vector<std::string> words = {program, "verify", "--data", log};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, fd, said.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  }
  pid_t pid = 0;
  const int failed =
      posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return {};
  std::ifstream output(said);
  const std::string text((std::istreambuf_iterator<char>(output)), {});
  return {.status = WEXITSTATUS(status),
          .is_assertion = text.find("RocksDB expects") != std::string::npos};
}

using Damage = std::string (*)(const fs::path&, DamageRandom&);

class RandomDamage : public testing::Test {
 protected:
  void SetUp() override {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed_));
    for (int i = 0; i < kPatients; ++i) {
      const std::string folder = patient(i);
      write_random_log(folder, {.seed = seed_ * 1000 + static_cast<std::uint64_t>(i),
                                .commits = 40,
                                .with_drops = i % 3 != 0});
      copy_log(folder, victim());
      const std::string epoch = TailFile::read(victim()).value().value().epoch;
      const auto log = open_log({.path = victim()});
      ASSERT_EQ(log->epoch(), epoch) << "taken for a copy: then the offsets may be given again";
      pictures_.emplace_back(*log);
    }
  }

  std::string patient(int i) const { return folder_.path() + "/" + std::to_string(i); }
  std::string victim() const { return folder_.path() + "/victim"; }

  void damage_many(std::uint64_t count, Damage damage) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const int chosen = static_cast<int>(random_() % kPatients);
      copy_log(patient(chosen), victim());
      const fs::path file = any_file(victim(), random_);
      const std::string what = file.filename().string() + " " + damage(file, random_);
      SCOPED_TRACE("damage " + std::to_string(i) + ", log " + std::to_string(chosen) + ": " + what);
      ++found_[outcome_of(pictures_[static_cast<std::size_t>(chosen)])];
    }
    std::printf("%llu damages:", static_cast<unsigned long long>(count));
    for (const auto& [name, times] : found_) std::printf(" %s %d;", name.c_str(), times);
    std::printf("\n");
  }

  // Where the damage was found; fails when an answer is wrong.
  std::string outcome_of(const LogPicture& before) {
    const Verified verified = verify_by_program(victim());
    const bool is_sound = verified.status == 0;
    EXPECT_TRUE(is_sound || verified.status == info(Code::data_corrupt).exit_status ||
                verified.status == info(Code::no_input).exit_status)
        << verified.status;
    if (verified.is_assertion) return "refused by RocksDB";
    auto log = EventLog::open({.path = victim()});
    if (!log) {
      const Code code = log.error().code;
      EXPECT_TRUE(code == Code::data_corrupt || code == Code::data_newer || code == Code::no_input)
          << info(code).name << ": " << log.error().message;
      return "refused";
    }
    const LogPicture::Compared seen = before.compare(**log);
    EXPECT_EQ(seen.wrong, "") << "verify: " << verified.status;
    const std::string added = commit(**log, {append({{"after the damage"}})});
    const std::string offset = std::to_string(before.held().end.value());
    EXPECT_TRUE(added.starts_with(offset + "v") || added == "write_failed" ||
                added == "data_corrupt")
        << added;
    if (seen.errors > 0) return "found when read";
    return is_sound ? "without effect" : "found by verify alone";
  }

  const std::uint64_t seed_ = number_from("COURTSIDE_TEST_SEED", 1);
  const std::uint64_t count_ = number_from("COURTSIDE_TEST_DAMAGES", 20);
  DamageRandom random_{seed_};
  TempFolder folder_;
  std::vector<LogPicture> pictures_;
  std::map<std::string, int> found_;
};

TEST_F(RandomDamage, AFlippedBitChangesNoAnswer) { damage_many(count_, flip_any_bit); }

TEST_F(RandomDamage, AFileThatWasCutChangesNoAnswer) { damage_many(count_, cut_short); }

TEST_F(RandomDamage, AFileThatIsGoneOrEmptyChangesNoAnswer) {
  damage_many(std::max<std::uint64_t>(count_ / 10, 4), remove_or_empty);
}

}  // namespace
}  // namespace courtside::story
