// Goal: however a publisher alternates between channels, each subscriber gets log order across its
// channels, live and after a resume.
#include <algorithm>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/rover.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using Order = ServerTest;

constexpr std::uint64_t kChannels = 100;

std::string channel(std::uint64_t n) { return "lane:l" + std::to_string(n % kChannels); }

TEST_F(Order, AlternatingOverAHundredChannels) {
  constexpr int kSubscribers = 20;
  const std::uint64_t events = static_cast<std::uint64_t>(scaled(20'000, 4'000));
  Random random(seed());
  const Place start{session().epoch(), 0};

  std::vector<std::vector<std::string>> wishes;
  std::vector<Rover> rovers;
  for (int i = 0; i < kSubscribers; ++i) {
    std::vector<std::string> wish;
    for (int j = 0; j < 30; ++j) wish.push_back(channel(random()));
    wishes.push_back(i == 0 ? std::vector<std::string>{"*"} : wish);
    rovers.emplace_back(port(), wishes.back(), std::vector<std::string>{}, start);
  }

  // Each hundred events use each lane once, in a different order each time.
  const auto lane = [](std::uint64_t n) { return n * 37 + n / kChannels; };
  Workers readers;
  for (int i = 0; i < kSubscribers; ++i) {
    Rover& rover = rovers[static_cast<std::size_t>(i)];
    readers.add([&rover, i, events] {
      // Odd subscribers stay, even ones resume from the middle.
      if (i % 2 == 0) {
        rover.follow(milliseconds(200));
        rover.cut(Cut::kReset);
      }
      while (rover.cursor() < events - 2 * kChannels) rover.follow(milliseconds(50));
    });
  }
  Session publisher = session();
  std::uint64_t answered = 0;
  for (std::uint64_t n = 0; n < events; ++n) {
    publisher.say(R"({"type":"publish","id":)" + std::to_string(n + 1) + R"(,"event":)" +
                  Draft{.id = std::to_string(n), .subject = channel(lane(n))}.json() + "}");
    if (n - answered >= 200) publisher.expect("ok"), ++answered;
  }
  for (; answered < events; ++answered) publisher.expect("ok");
  readers.join();

  const std::vector<Logged> log = read_log(http);
  ASSERT_EQ(log.size(), events);
  for (std::size_t i = 0; i < rovers.size(); ++i) {
    rovers[i].cut(Cut::kClean);
    rovers[i].follow_to(events);  // `live` brings the cursor to the head.
    rovers[i].expect_matches(log, [&](const Logged& event) {
      const std::string lane_of = event.event["subject"].text();
      return i == 0 || std::find(wishes[i].begin(), wishes[i].end(), lane_of) != wishes[i].end();
    });
  }
}

}  // namespace
}  // namespace courtside::e2e
