// Goal: encoded values are decoded unchanged, keys sort like their numbers, and damaged bytes are
// detected.
#include "eventlog/encoding.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/log_story.h"

namespace courtside {
namespace {

using story::describe;

constexpr OffsetRange kAll{Offset(0), Offset(UINT64_MAX)};

TEST(Encoding, KeysSortAsTheirNumbers) {
  const std::uint64_t numbers[] = {0, 1, 255, 256, 65'535, 1u << 31, UINT64_MAX};
  for (std::size_t i = 1; i < std::size(numbers); ++i) {
    const auto smaller = encode(Offset(numbers[i - 1]));
    const auto larger = encode(Offset(numbers[i]));
    EXPECT_LT(smaller.view(), larger.view());
    EXPECT_EQ(decode_offset(larger.view()), Offset(numbers[i]));
  }
  EXPECT_LT(chunk_key("cuser:1", Offset(9)), chunk_key("cuser:1", Offset(300)));
  EXPECT_LT(chunk_key("cuser:1", Offset(UINT64_MAX)), chunk_key("cuser:10", Offset(1)));
}

TEST(Encoding, PlacesAndSubjectsComeBack) {
  const FoldPlace place{.first_held = Offset(7),
                        .next = Offset(1'000'000),
                        .recorded = Timestamp(-5),
                        .bytes_through = 1ull << 40};
  EXPECT_EQ(decode_place(encode(place).view()), place);
  const SubjectState state{.version = 3, .first = Offset(1), .last = Offset(UINT64_MAX - 1)};
  EXPECT_EQ(describe(*decode_subject(encode(state).view())), describe(state));
}

TEST(Encoding, BytesOfTheWrongSizeAreNone) {
  const std::string bytes(40, '\1');
  EXPECT_FALSE(decode_offset(bytes));
  EXPECT_FALSE(decode_subject(bytes));
  EXPECT_FALSE(decode_place(bytes));
  EXPECT_FALSE(decode_place(std::string(32, '\0')));  // no log begins at 0
}

TEST(Encoding, ChunksComeBackWholeAndInPart) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Offset> offsets;
    std::uint64_t at = random() % 1000;
    for (std::size_t i = 1 + random() % kChunkOffsetsMax; i > 0; --i) {
      offsets.emplace_back(at);
      at += 1 + (random() % 8 == 0 ? random() % (1u << 30) : random() % 3);
    }
    std::string chunk;
    append_chunk(chunk, offsets);
    ASSERT_EQ(chunk_last(offsets.front(), chunk), offsets.back());
    std::vector<Offset> decoded;
    ASSERT_TRUE(decode_chunk(offsets.front(), chunk, kAll, decoded));
    ASSERT_EQ(decoded, offsets);

    const OffsetRange part{offsets[offsets.size() / 4], offsets[offsets.size() / 2]};
    std::erase_if(offsets, [&part](Offset offset) { return !part.contains(offset); });
    std::vector<Offset> decoded_part;
    ASSERT_TRUE(decode_chunk(decoded.front(), chunk, part, decoded_part));
    ASSERT_EQ(decoded_part, offsets);
  }
}

TEST(Encoding, ATruncatedChunkIsNoticed) {
  std::string chunk;
  append_chunk(chunk, {Offset(5), Offset(1000), Offset(70'000)});
  for (std::size_t size = 0; size < chunk.size(); ++size) {
    std::vector<Offset> decoded;
    EXPECT_FALSE(decode_chunk(Offset(5), chunk.substr(0, size), kAll, decoded)) << size;
  }
}

}  // namespace
}  // namespace courtside
