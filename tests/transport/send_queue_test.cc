// Goal: pushed bytes come out once and in order, whatever sizes the kernel accepts.
#include "transport/send_queue.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace courtside {
namespace {

std::string gathered(const SendQueue& queue, std::size_t pieces_max = 1000) {
  std::string text;
  queue.gather(pieces_max, [&text](std::string_view piece) { text.append(piece).append("|"); });
  return text;
}

TEST(SendQueue, GathersFromWhereTheLastWriteStopped) {
  SendQueue queue;
  EXPECT_TRUE(queue.empty());
  queue.push(SharedBytes(std::string("abc")));
  queue.push(SharedBytes());  // ignored
  queue.push(SharedBytes(std::string("def")));
  EXPECT_EQ(gathered(queue), "abc|def|");
  EXPECT_EQ(gathered(queue, 1), "abc|");
  queue.consume(2);
  EXPECT_EQ(gathered(queue), "c|def|");
  queue.consume(1);
  EXPECT_EQ(gathered(queue), "def|");
  queue.push(SharedBytes(std::string("g")));
  EXPECT_EQ(queue.size_bytes(), 4u);
  queue.consume(4);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(gathered(queue), "");
}

TEST(SendQueue, LetsGoOfABlockAsSoonAsItIsSent) {
  auto block = std::make_shared<const std::string>("abcdef");
  SendQueue queue;
  queue.push(SharedBytes(block, std::string_view(*block).substr(0, 3)));
  queue.push(SharedBytes(std::string("rest")));
  EXPECT_EQ(block.use_count(), 2);
  queue.consume(3);
  EXPECT_EQ(block.use_count(), 1);
  queue.push(SharedBytes(block, *block));
  queue.clear();
  EXPECT_EQ(block.use_count(), 1);
}

TEST(SendQueue, HundredThousandPiecesInRandomBites) {
  std::mt19937 random(7);
  SendQueue queue;
  std::string pushed;
  std::string sent;
  for (int count = 0; count < 100'000; ++count) {
    std::string piece(random() % 5, static_cast<char>('a' + count % 26));
    pushed.append(piece);
    queue.push(SharedBytes(std::move(piece)));
    if (random() % 3 != 0 || queue.empty()) continue;
    const std::size_t bite = random() % (queue.size_bytes() + 1);
    std::string offered;
    queue.gather(1000, [&offered](std::string_view part) { offered.append(part); });
    const std::size_t taken = std::min(bite, offered.size());
    sent.append(offered, 0, taken);
    queue.consume(taken);
    ASSERT_EQ(queue.size_bytes(), pushed.size() - sent.size());
  }
  queue.gather(SIZE_MAX, [&sent](std::string_view part) { sent.append(part); });
  EXPECT_TRUE(sent == pushed);
}

}  // namespace
}  // namespace courtside
