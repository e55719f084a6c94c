// Goal: a torn last write is cut off; any other damage, and any log that is not ours, is refused
// with an error. A shortened log is never opened silently.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>

#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "eventlog/sequencer/event_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

class DamageTest : public testing::Test {
 protected:
  EventLogOptions options() const { return {.path = folder_.path()}; }

  // Twenty commits of ten events each; all of them are in the write-ahead log.
  void write_log() {
    const auto log = open_log(options());
    for (int i = 0; i < 20; ++i) {
      if (i == 19) tail_before_last_ = file_bytes(folder_.path() + "/tail");
      std::vector<EventSpec> specs;
      for (int j = 0; j < 10; ++j) {
        specs.push_back({.id = std::to_string(i) + '-' + std::to_string(j), .data_bytes = 100});
      }
      ASSERT_EQ(commit(*log, {append(specs)}).find("write_failed"), std::string::npos);
    }
  }

  // The newest file with this extension.
  fs::path newest(const std::string& extension) const {
    return newest_file(folder_.path(), extension);
  }

  static void flip_bit(const fs::path& file, std::uintmax_t at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(bytes.get() ^ 4);
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(byte);
    ASSERT_TRUE(bytes.good());
  }

  // Changes the log with RocksDB directly, as no version of ours would.
  void with_rocksdb(const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& change,
                    const std::string& family) {
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder_.path(), &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) {
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(
        rocksdb::DB::Open(rocksdb::DBOptions(), folder_.path(), families, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == family) change(*db, handles[i]);
    }
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  }

  void remove_record_5() {
    const std::string key("\0\0\0\0\0\0\0\5", 8);
    with_rocksdb(
        [&key](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
          ASSERT_TRUE(db.Delete(rocksdb::WriteOptions(), events, key).ok());
        },
        "events");
  }

  TempFolder folder_;
  std::string tail_before_last_;  // the file `tail` before the last commit
};

// The last commit was never acknowledged: the power failed while it was written.
TEST_F(DamageTest, ATornLastWriteIsCutOffAndTheRestIsWhole) {
  write_log();
  const fs::path wal = newest(".log");
  fs::resize_file(wal, fs::file_size(wal) - 100);
  overwrite_file(folder_.path() + "/tail", tail_before_last_);
  const auto log = open_log(options());
  EXPECT_EQ(describe(log->held()), "1..190");  // only the whole last commit is gone
  EXPECT_EQ(describe(*log->scan({Offset(188), Offset(999)}, Direction::kAscending)), "188 189 190");
  // The events that were cut off are unknown and can be sent again.
  EXPECT_EQ(commit(*log, {append({{"19-0"}, {"18-9"}})}), "191v191 new 190v190 again");
}

TEST_F(DamageTest, AFlippedBitInTheMiddleIsRefused) {
  write_log();
  const fs::path wal = newest(".log");
  flip_bit(wal, fs::file_size(wal) / 2);
  const auto log = EventLog::open(options());
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::data_corrupt);
  EXPECT_NE(log.error().message.find(folder_.path()), std::string::npos);
}

TEST_F(DamageTest, AFlippedBitInAFileOfRecordsIsReportedWhereItIsRead) {
  write_log();
  { const auto log = open_log(options()); }  // recovery moves the records into a file
  const fs::path records = [this] {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      const bool larger = largest.empty() || entry.file_size() > fs::file_size(largest);
      if (entry.path().extension() == ".sst" && larger) largest = entry.path();
    }
    return largest;
  }();
  flip_bit(records, 200);  // in the first block, which opening does not read
  const auto log = EventLog::open(options());
  if (!log) {
    EXPECT_EQ(log.error().code, Code::data_corrupt);
    return;
  }
  EXPECT_NE(describe(*(*log)->scan((*log)->held(), Direction::kAscending)).find("data_corrupt"),
            std::string::npos);
}

TEST_F(DamageTest, ARecordThatIsGoneIsNoticedByTheRebuild) {
  write_log();
  remove_record_5();
  EXPECT_EQ(open_error(options()), "data_corrupt");
}

TEST_F(DamageTest, ARecordThatIsGoneIsAHoleToEveryReader) {
  EventLogOptions small_segments = options();
  small_segments.segment_events_max = 10;
  // Until the index on disk goes beyond the first ten records: then a start does not read them.
  const auto index_goes_further = [&] {
    {
      const auto log = open_log(small_segments);
      for (int i = 0; i < 10; ++i) {
        commit(*log, {append({{std::to_string(log->place().next.value())}})});
      }
    }
    const auto database = Database::open_to_read({.path = folder_.path()});
    return low_water(**database).value() > Offset(10);
  };
  ASSERT_TRUE(eventually(index_goes_further));
  remove_record_5();
  const auto log = open_log(small_segments);
  const auto scan = [&log](std::uint64_t begin, std::uint64_t end, Direction direction) {
    return describe(*log->scan({Offset(begin), Offset(end)}, direction));
  };
  EXPECT_EQ(scan(3, 8, Direction::kAscending), "data_corrupt");
  EXPECT_EQ(scan(3, 8, Direction::kDescending), "data_corrupt");
  EXPECT_EQ(scan(3, 6, Direction::kAscending), "data_corrupt");   // nothing comes after it
  EXPECT_EQ(scan(5, 8, Direction::kDescending), "data_corrupt");  // nothing comes before it
  EXPECT_EQ(scan(6, 8, Direction::kAscending), "6 7");
  EXPECT_EQ(log->read({Offset(4), Offset(5)}).error().code, Code::data_corrupt);
  EXPECT_EQ(log->read({Offset(9), Offset(5), Offset(7)}).error().code, Code::data_corrupt);
  // Dropped records are not a hole.
  commit(*log, {Drop{Offset(6)}});
  EXPECT_EQ(scan(3, 8, Direction::kDescending), "7 6");
  EXPECT_TRUE(log->read({Offset(4), Offset(5)})->empty());
}

TEST_F(DamageTest, RecordsBehindTheEndAreRefused) {
  write_log();
  with_rocksdb(
      [](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* events) {
        const std::string next("\0\0\0\0\0\0\0\xc9", 8);
        ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), events, next, "x").ok());
      },
      "events");
  EXPECT_EQ(open_error(options()), "data_corrupt");
}

TEST_F(DamageTest, ALaterFormatIsRefused) {
  write_log();
  with_rocksdb(
      [](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
        ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), meta, "format", "2").ok());
      },
      "meta");
  const auto log = EventLog::open(options());
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::data_newer);
  EXPECT_NE(log.error().message.find("format 2"), std::string::npos);
}

TEST_F(DamageTest, APartThatALaterVersionAddedIsRefused) {
  write_log();
  with_rocksdb(
      [](rocksdb::DB& db, rocksdb::ColumnFamilyHandle*) {
        rocksdb::ColumnFamilyHandle* added = nullptr;
        ASSERT_TRUE(db.CreateColumnFamily({}, "merkle", &added).ok());
        db.DestroyColumnFamilyHandle(added);
      },
      "meta");
  EXPECT_EQ(open_error(options()), "data_newer");
}

}  // namespace
}  // namespace courtside
