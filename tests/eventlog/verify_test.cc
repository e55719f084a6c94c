// Goal: verify accepts every undamaged log, whatever its history, and changes nothing.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "eventlog/verify/journal.h"
#include "eventlog/verify/verify_log.h"
#include "random_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

// Small sizes, so that a short log needs several stretches and walks.
VerifyOptions small(const std::string& path) {
  return {.path = path, .progress = {}, .subject_slots = 16, .stretch_offsets = 7};
}

// "1..4 of outbox", or the error's code and message.
std::string verified(const VerifyOptions& options) {
  const auto log = verify_log(options);
  if (!log) return std::string(info(log.error().code).name) + ": " + log.error().message;
  std::string out = describe(log->held);
  for (const std::string& source : log->sources) out += " of " + source;
  for (const std::string& note : log->notes) out += "; " + note;
  return out;
}

std::map<std::string, std::uintmax_t> files_in(const std::string& path) {
  std::map<std::string, std::uintmax_t> files;
  for (const auto& file : fs::directory_iterator(path)) {
    if (!file.is_regular_file() || file.path().filename() == "LOCK") continue;
    files[file.path().filename()] = file.file_size();
  }
  return files;
}

TEST(Verify, AcceptsEveryLogThatWasLeftAlone) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const TempFolder folder;
    write_random_log(folder.path(), {.seed = seed, .with_drops = seed % 3 != 0});
    const auto before = files_in(folder.path());
    EXPECT_EQ(verified(small(folder.path())).find(": "), std::string::npos)
        << "seed " << seed << ": " << verified(small(folder.path()));
    EXPECT_EQ(verified({.path = folder.path()}), verified(small(folder.path()))) << seed;
    EXPECT_EQ(files_in(folder.path()), before) << seed;
    const auto log = open_log({.path = folder.path()});
    EXPECT_EQ(verified(small(folder.path())).substr(0, 13), "data_in_use: ") << seed;
  }
}

TEST(Verify, SaysWhatTheLogHolds) {
  const TempFolder folder;
  {
    const auto log = open_log({.path = folder.path()});
    commit(*log, {append({{"1"}, {"2"}, {"3"}}), Drop{Offset(2)}});
    EXPECT_EQ(verify_log({.path = folder.path()}).error().code, Code::data_in_use);
  }
  EXPECT_EQ(verified({.path = folder.path()}), "2..3");
}

TEST(Verify, AcceptsALogWithoutEvents) {
  const TempFolder folder;
  { const auto log = open_log({.path = folder.path()}); }
  EXPECT_EQ(verified({.path = folder.path()}), "none");
  {
    const auto log = open_log({.path = folder.path()});
    commit(*log, {append({{"1"}, {"2"}}), Drop{Offset(3)}});
  }
  EXPECT_EQ(verified({.path = folder.path()}), "none");
}

TEST(Verify, MakesNothingWhereThereIsNoLog) {
  const TempFolder folder;
  EXPECT_EQ(verified({.path = folder.path() + "/x"}).substr(0, 9), "no_input:");
  EXPECT_EQ(verified({.path = folder.path()}), "no_input: there is no log in " + folder.path());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Verify, ATornLastWriteIsANote) {
  const TempFolder folder;
  std::string tail;
  {
    const auto log = open_log({.path = folder.path()});
    for (int i = 0; i < 20; ++i) {
      tail = file_bytes(folder.path() + "/tail");
      commit(*log, {append({{std::to_string(i)}})});
    }
  }
  // The torn commit was never acknowledged.
  overwrite_file(folder.path() + "/tail", tail);
  for (const auto& file : fs::directory_iterator(folder.path())) {
    if (file.path().extension() != ".log" || file.file_size() == 0) continue;
    fs::resize_file(file.path(), file.file_size() - 10);
    EXPECT_EQ(verified({.path = folder.path()}),
              "1..19; file " + file.path().filename().string() +
                  " ends in a write that was cut off, as by a crash: what was not acknowledged is "
                  "passed over");
  }
}

// RocksDB takes some of these for the journal's end and would silently open a shorter log.
TEST(Verify, EveryFlippedBitOfAJournalIsNamed) {
  const TempFolder folder;
  {
    const auto log = open_log({.path = folder.path()});
    for (int i = 0; i < 5; ++i) commit(*log, {append({{std::to_string(i)}})});
  }
  int journals = 0;
  for (const auto& file : fs::directory_iterator(folder.path())) {
    const std::string name = file.path().filename();
    if (file.path().extension() != ".log" && !name.starts_with("MANIFEST-")) continue;
    if (file.file_size() == 0) continue;
    ++journals;
    ASSERT_TRUE(check_journal(file.path()).value()) << name;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    const auto put = [&bytes](std::uintmax_t at, char byte) {
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.put(byte).flush();
    };
    for (std::uintmax_t at = 0; at < file.file_size(); ++at) {
      bytes.seekg(static_cast<std::streamoff>(at));
      const char byte = static_cast<char>(bytes.get());
      for (int bit = 0; bit < 8; ++bit) {
        put(at, static_cast<char>(byte ^ (1 << bit)));
        const auto checked = check_journal(file.path());
        ASSERT_FALSE(checked) << name << " with bit " << bit << " of byte " << at << " flipped";
        ASSERT_EQ(checked.error().code, Code::data_corrupt);
      }
      put(at, byte);
    }
  }
  EXPECT_EQ(journals, 2);
}

}  // namespace
}  // namespace courtside
