// Goal: posted values arrive once and in their sender's order, the owner is woken once per burst,
// and a full mailbox leaves the value with the sender.
#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <thread>

namespace courtside {
namespace {

TEST(Mailbox, WakesItsOwnerOncePerBurst) {
  int wakes = 0;
  Mailbox<int> mailbox(10, [&] { ++wakes; });
  EXPECT_EQ(wakes, 0);
  mailbox.post(1);
  mailbox.post(2);
  mailbox.post(3);
  EXPECT_EQ(wakes, 1);

  std::vector<int> taken;
  mailbox.take_all(taken);
  EXPECT_EQ(taken, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(wakes, 1);

  mailbox.post(4);
  EXPECT_EQ(wakes, 2);
  mailbox.take_all(taken);
  EXPECT_EQ(taken, (std::vector<int>{4}));
}

TEST(Mailbox, ReplacesWhatTheOwnerStillHeld) {
  Mailbox<int> mailbox(10, [] {});
  std::vector<int> taken = {7, 8, 9};
  mailbox.take_all(taken);
  EXPECT_TRUE(taken.empty());
}

TEST(Mailbox, LeavesTheValueWithTheSenderWhenFull) {
  int wakes = 0;
  Mailbox<std::unique_ptr<int>> mailbox(2, [&] { ++wakes; });
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  auto third = std::make_unique<int>(3);
  EXPECT_TRUE(mailbox.try_post(first));
  EXPECT_TRUE(mailbox.try_post(second));
  EXPECT_FALSE(mailbox.try_post(third));
  EXPECT_EQ(first, nullptr);
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(*third, 3);
  EXPECT_EQ(mailbox.size(), 2u);
  EXPECT_EQ(wakes, 1);

  // There is room again after it was emptied.
  std::vector<std::unique_ptr<int>> taken;
  mailbox.take_all(taken);
  EXPECT_TRUE(mailbox.try_post(third));
  EXPECT_EQ(wakes, 2);
}

TEST(Mailbox, TakesWhatMustArriveBeyondItsBound) {
  Mailbox<int> mailbox(1, [] {});
  int one = 1;
  int other = 3;
  EXPECT_TRUE(mailbox.try_post(one));
  mailbox.post(2);
  EXPECT_FALSE(mailbox.try_post(other));
  std::vector<int> taken;
  mailbox.take_all(taken);
  EXPECT_EQ(taken, (std::vector<int>{1, 2}));
}

TEST(Mailbox, TakesNothingOnceClosedButGivesWhatItHas) {
  int wakes = 0;
  Mailbox<int> mailbox(10, [&] { ++wakes; });
  mailbox.post(1);
  mailbox.close();
  int late = 2;
  EXPECT_FALSE(mailbox.try_post(late));
  mailbox.post(3);
  std::vector<int> taken;
  mailbox.take_all(taken);
  EXPECT_EQ(taken, (std::vector<int>{1}));
  mailbox.post(4);
  EXPECT_EQ(wakes, 1);
}

TEST(Mailbox, MayBePostedToByItsOwnWake) {
  // The mailbox does not hold its lock while it wakes: a wake that posts, here or elsewhere, cannot
  // deadlock.
  std::unique_ptr<Mailbox<int>> mailbox;
  std::size_t seen = 0;
  mailbox = std::make_unique<Mailbox<int>>(10, [&] { seen = mailbox->size(); });
  mailbox->post(1);
  EXPECT_EQ(seen, 1u);
}

// A thread that sleeps until it is woken, as a loop does.
class Owner {
 public:
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    condition_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [&] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
};

TEST(Mailbox, WakesOncePerBurstAlsoForAPatientSender) {
  int wakes = 0;
  Mailbox<int> mailbox(3, [&] { ++wakes; });
  mailbox.post_when_room(1);
  mailbox.post_when_room(2);
  EXPECT_EQ(wakes, 1);
  std::vector<int> taken;
  mailbox.take_all(taken);
  EXPECT_EQ(taken, (std::vector<int>{1, 2}));
  mailbox.post_when_room(3);
  EXPECT_EQ(wakes, 2);
}

TEST(Mailbox, MakesAPatientSenderAsSlowAsItsOwner) {
  constexpr std::size_t kItemsMax = 4;
  constexpr std::size_t kCount = 20'000;
  Owner owner;
  Mailbox<std::size_t> mailbox(kItemsMax, [&] { owner.wake(); });
  std::thread sender([&] {
    for (std::size_t number = 0; number < kCount; ++number) mailbox.post_when_room(number);
  });

  std::size_t next = 0;
  std::size_t largest = 0;
  bool in_order = true;
  std::vector<std::size_t> taken;
  while (next < kCount) {
    owner.wait();
    mailbox.take_all(taken);
    largest = std::max(largest, taken.size());
    for (const std::size_t number : taken) in_order = in_order && number == next++;
  }
  sender.join();
  EXPECT_TRUE(in_order);
  EXPECT_GE(largest, 1u);
  EXPECT_LE(largest, kItemsMax);
}

TEST(Mailbox, LetsAPatientSenderGoWhenItCloses) {
  Mailbox<int> mailbox(1, [] {});
  mailbox.post(1);
  // It posts before or after close(), and must return either way.
  std::thread sender([&] { mailbox.post_when_room(2); });
  mailbox.close();
  sender.join();
  std::vector<int> taken;
  mailbox.take_all(taken);
  EXPECT_EQ(taken, (std::vector<int>{1}));
}

TEST(Mailbox, LosesNothingBetweenManySendersAndOneOwner) {
  constexpr std::size_t kSenders = 4;
  constexpr std::size_t kEach = 20'000;
  Owner owner;
  // (sender, number). The mailbox is small, so it is sometimes full; senders then try again.
  Mailbox<std::pair<std::size_t, std::size_t>> mailbox(64, [&] { owner.wake(); });

  std::vector<std::thread> senders;
  for (std::size_t sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&mailbox, sender] {
      for (std::size_t number = 0; number < kEach; ++number) {
        std::pair<std::size_t, std::size_t> value(sender, number);
        while (!mailbox.try_post(value)) std::this_thread::yield();
      }
    });
  }

  // The owner waits for a wake before each take: without one of the wakes this would not end.
  std::vector<std::size_t> next(kSenders, 0);
  std::vector<std::pair<std::size_t, std::size_t>> taken;
  bool in_order = true;
  for (std::size_t count = 0; count < kSenders * kEach; count += taken.size()) {
    owner.wait();
    mailbox.take_all(taken);
    for (const auto& [sender, number] : taken) in_order = in_order && number == next[sender]++;
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(next, std::vector<std::size_t>(kSenders, kEach));
  EXPECT_EQ(mailbox.size(), 0u);
}

}  // namespace
}  // namespace courtside
