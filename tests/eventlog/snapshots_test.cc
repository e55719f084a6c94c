// Goal: snapshots are found by key and offset, survive a restart, are bounded, and a damaged store
// is created again.
#include "eventlog/snapshots.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/log_story.h"

namespace courtside {
namespace {

using story::TempFolder;

std::string found(const Snapshots& snapshots, const Hash128& key, std::uint64_t at) {
  const auto snapshot = snapshots.find(key, Offset(at));
  return snapshot ? std::to_string(snapshot->offset.value()) + " " + snapshot->bytes : "none";
}

TEST(Snapshots, AreFoundByTheLastOffsetAtOrBefore) {
  TempFolder folder;
  for (int opened = 0; opened < 2; ++opened) {
    auto snapshots = std::move(*open_snapshots({.path = folder.path()}));
    if (opened == 0) {
      snapshots->put({7, 7}, Offset(10), "ten");
      snapshots->put({7, 7}, Offset(300), "three hundred");
      snapshots->put({7, 8}, Offset(20), "other");
    }
    EXPECT_EQ(found(*snapshots, {7, 7}, 9), "none");
    EXPECT_EQ(found(*snapshots, {7, 7}, 10), "10 ten");
    EXPECT_EQ(found(*snapshots, {7, 7}, 299), "10 ten");
    EXPECT_EQ(found(*snapshots, {7, 7}, 1000), "300 three hundred");
    EXPECT_EQ(found(*snapshots, {7, 8}, 1000), "20 other");
    EXPECT_EQ(found(*snapshots, {7, 9}, 1000), "none");
  }
}

TEST(Snapshots, TheOldestGoWhenThereAreTooMany) {
  TempFolder folder;
  auto snapshots = std::move(*open_snapshots({.path = folder.path(), .bytes_max = 8 << 20}));
  std::string bytes(64 << 10, '\0');
  std::uint64_t seed = 1;
  for (std::uint64_t i = 1; i <= 512; ++i) {
    for (char& byte : bytes)
      byte = static_cast<char>((seed = seed * 6364136223846793005 + 1) >> 56);
    snapshots->put({1, i}, Offset(1), bytes);
  }
  EXPECT_NE(found(*snapshots, {1, 512}, 1), "none");
  EXPECT_TRUE(story::eventually([&] { return found(*snapshots, {1, 1}, 1) == "none"; }));
}

// Every file is open, and states compress well: many small files would take many descriptors.
TEST(Snapshots, TheirFilesAreFew) {
  TempFolder folder;
  constexpr std::size_t kFilesMax = 32;
  auto snapshots = std::move(*open_snapshots({.path = folder.path(), .open_files_max = kFilesMax}));
  const std::string bytes(64 << 10, 'x');
  for (std::uint64_t i = 1; i <= 2048; ++i) snapshots->put({1, i}, Offset(1), bytes);
  const auto count_files = [&] {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
      if (file.path().extension() == ".sst") ++count;
    }
    return count;
  };
  EXPECT_TRUE(story::eventually([&] { return count_files() <= kFilesMax; })) << count_files();
  EXPECT_NE(found(*snapshots, {1, 2048}, 1), "none");
}

TEST(Snapshots, AreMadeAnewWhereTheyAreDamaged) {
  TempFolder folder;
  auto snapshots = std::move(*open_snapshots({.path = folder.path()}));
  snapshots->put({7, 7}, Offset(10), "ten");
  EXPECT_EQ(open_snapshots({.path = folder.path()}).error().code, Code::data_in_use);
  snapshots.reset();
  std::ofstream(folder.path() + "/CURRENT") << "rubbish";
  snapshots = std::move(*open_snapshots({.path = folder.path()}));
  EXPECT_EQ(found(*snapshots, {7, 7}, 10), "none");
  snapshots->put({7, 7}, Offset(10), "again");
  EXPECT_EQ(found(*snapshots, {7, 7}, 10), "10 again");
}

}  // namespace
}  // namespace courtside
