// Goal: a record keeps its contents, and damage is distinguished from a later format.
#include "schema/record.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

TEST(Record, ComesBackAsItWasWritten) {
  const std::vector<std::string> channels = {"user:42", "booking:b_1", "venue:7"};
  const std::string event = build_event(full_fields());
  const std::string bytes = make_record(event, 7, channels);
  const auto record = verify_record(bytes);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->offset(), Offset(7));
  EXPECT_EQ(record->recorded(), kRecorded);
  EXPECT_EQ(record->subject_version(), 18u);
  EXPECT_EQ(record->bytes_before(), 1000u);
  EXPECT_EQ(record->bytes_through(), 1000u + bytes.size());
  EXPECT_EQ(record->event().bytes(), event);
  const RecordChannels reached = record->channels();
  EXPECT_EQ(std::vector<std::string_view>(reached.begin(), reached.end()),
            (std::vector<std::string_view>{"user:42", "booking:b_1", "venue:7"}));
  EXPECT_TRUE(record->has_channel("venue:7"));
  EXPECT_FALSE(record->has_channel("venue:70"));
  EXPECT_FALSE(record->has_channel("venue:"));
}

// The layout is stored for years and must not change.
TEST(Record, LaysItsHeaderOutAsDocumented) {
  const std::string bytes =
      make_record(build_event(full_fields()), 0x0102030405060708, {"user:42"});
  const auto at = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  EXPECT_EQ(at(0), 1);   // format
  EXPECT_EQ(at(1), 0);   // flags
  EXPECT_EQ(at(2), 1);   // channels
  EXPECT_EQ(at(4), 48);  // header size
  EXPECT_EQ(at(8), 0x08);
  EXPECT_EQ(at(15), 0x01);
  EXPECT_EQ(at(24), 18);
  EXPECT_EQ(at(32), 1000 % 256);
  EXPECT_EQ(at(40), 7);
  EXPECT_EQ(bytes.substr(41, 7), "user:42");
  EXPECT_EQ(bytes.substr(48 + 4, 4), "CSEV");
}

TEST(Record, AppendsBehindOthersAndIsReadAtAnyAddress) {
  const std::string event = build_event(full_fields());
  const std::string alone = make_record(event);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::string out(shift, 'x');
    append_record(out,
                  {.offset = Offset(104'218),
                   .recorded = kRecorded,
                   .subject_version = 18,
                   .bytes_before = 1000},
                  {"booking:b_1"}, event);
    const auto record = verify_record(std::string_view(out).substr(shift));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->bytes(), alone);
    EXPECT_EQ(record->event().subject(), "booking:b_1");
  }
}

TEST(Record, HoldsNoChannelsOrAsManyAsAreAllowed) {
  const std::string event = build_event(full_fields());
  EXPECT_EQ(verify_record(make_record(event, 1, {}))->channels().size(), 0u);
  std::vector<std::string> many;
  for (std::size_t i = 0; i < kRecordChannelsMax; ++i) many.push_back("user:" + std::to_string(i));
  const std::string bytes = make_record(event, 1, many);
  const auto record = verify_record(bytes);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->channels().size(), kRecordChannelsMax);
  EXPECT_TRUE(record->has_channel(many.back()));
}

TEST(Record, EveryTruncationIsCorrupt) {
  // Data of every length modulo 4, so that every amount of padding is truncated.
  for (std::size_t length = 0; length < 8; ++length) {
    const std::string data(length, 'd');
    EventFields fields = full_fields();
    fields.data_kind = DataKind::kBinary;
    fields.data = data;
    const std::string bytes = make_record(build_event(fields), 7, {"user:42", "venue:7"});
    ASSERT_TRUE(verify_record(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto record = verify_record(std::string_view(bytes).substr(0, size));
      ASSERT_FALSE(record) << "cut to " << size << " of " << bytes.size();
      EXPECT_EQ(record.error().code, Code::data_corrupt);
    }
  }
}

TEST(Record, ALaterFormatIsNotDamage) {
  std::string later = make_record(build_event(full_fields()));
  later[0] = 2;
  EXPECT_EQ(verify_record(later).error().code, Code::data_newer);
  std::string flagged = make_record(build_event(full_fields()));
  flagged[1] = 2;
  EXPECT_EQ(verify_record(flagged).error().code, Code::data_newer);
  std::string zeros(200, '\0');
  EXPECT_EQ(verify_record(zeros).error().code, Code::data_corrupt);
}

TEST(Record, ADamagedHeaderIsFound) {
  const std::string sound = make_record(build_event(full_fields()), 7, {"user:42", "venue:7"});
  const auto damaged = [&sound](std::size_t at, char byte) {
    std::string bytes = sound;
    bytes[at] = byte;
    return verify_record(bytes);
  };
  EXPECT_FALSE(damaged(2, 1));        // one channel less: bytes are left over
  EXPECT_FALSE(damaged(2, 3));        // one channel more
  EXPECT_FALSE(damaged(4, 40));       // a header without its channels
  EXPECT_FALSE(damaged(4, 57));       // not a multiple of 8
  EXPECT_FALSE(damaged(7, '\x7f'));   // larger than the record
  EXPECT_FALSE(damaged(40, '\xff'));  // a channel longer than the header
}

// The event begins at a multiple of 8, the alignment that FlatBuffers needs.
TEST(Record, AHeaderIsPaddedToEightBytes) {
  std::string bytes = make_record(build_event(full_fields()), 7, {});
  ASSERT_TRUE(verify_record(bytes));
  bytes.insert(40, 4, '\0');
  bytes[4] = 44;
  EXPECT_FALSE(verify_record(bytes));
}

TEST(Record, NoMutationMakesItReadBeyondItsBytes) {
  std::mt19937 random(7);
  const std::string sound = make_record(build_event(full_fields()), 7, {"user:42", "venue:7"});
  std::size_t verified = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes = sound;
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto record = verify_record(bytes);
    record ? ++verified : ++refused;
    if (!record) continue;
    for (const std::string_view channel : record->channels()) {
      EXPECT_LE(channel.data() + channel.size(), bytes.data() + bytes.size());
    }
    EXPECT_LE(record->event().data().size(), bytes.size());
  }
  EXPECT_GT(verified, 5'000u);
  EXPECT_GT(refused, 5'000u);
}

}  // namespace
}  // namespace courtside
