// A hub over a small log, with readers whose events are texts, reads that end when they are told
// to, and a clock of its own. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/delivery/hub.h"
#include "tests/engine/support/plain_wire.h"
#include "tests/engine/support/small_log.h"

namespace courtside {

using fixtures::PlainWire;
using fixtures::SmallLog;

class Reader final : public SubscriberOwner {
 public:
  void send_frames(const SharedBytes& frames) override {
    heard.append(frames.view());
    if (on_send) on_send();
  }
  bool congested() const override { return slow; }
  void on_read_failed(SubscriberId /*id*/, const Error& /*error*/) override {
    heard.append("broken ");
  }

  std::string reader_key() const override { return key; }

  std::string take() { return std::exchange(heard, {}); }

  std::string heard;
  std::string key;
  bool slow = false;
  std::function<void()> on_send;
};

class HubTest : public ::testing::Test, public HubHost {
 protected:
  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override {
    if (reads_later) {
      waiting.push_back({id, interest, range});
      return std::nullopt;
    }
    return render(interest, range);
  }

  void on_barrier(std::size_t index) override {
    if (at_barrier) at_barrier(index);
  }
  void forget_page(SubscriberId id) override {
    std::erase_if(waiting, [id](const Waiting& each) { return each.id == id; });
  }

  RenderedPage render(const SharedInterest& interest, OffsetRange range) {
    const Result<Page> page = small.pages.read(
        interest->filter, {.window = range, .events_max = interest->page_events(page_events)});
    return render_page("e", *interest, projections, *page);
  }

  void finish_read() {
    const Waiting read = waiting.front();
    waiting.erase(waiting.begin());
    hub->on_page(read.id, render(read.interest, read.range));
  }

  void start() { hub.emplace("e", small.held(), projections, *this); }

  SubscriberId subscribe(Reader& reader, std::vector<std::string> channels,
                         std::optional<std::uint64_t> next = {}, std::uint32_t sub = 1) {
    auto interest = std::make_shared<Interest>();
    interest->wire = batch ? &wire.batched() : &wire;
    interest->sub = sub;
    interest->filter.channels = std::move(channels);
    interest->filter.types = types;
    interest->speed = speed;
    if (!fields.empty()) interest->fields = FieldSelection(fields);
    const SubscriberId id =
        hub->add(reader, interest, next ? Offset(*next) : hub->held().end, pace);
    hub->advance(id);
    return id;
  }

  struct Waiting {
    SubscriberId id;
    SharedInterest interest;
    OffsetRange range;
  };

  std::uint64_t now_ms() override { return clock_ms; }
  void wake_after(SubscriberId id, std::uint64_t delay_ms) override {
    alarms.emplace_back(clock_ms + delay_ms, id);
  }
  // Time goes on to `ms`, alarm by alarm.
  void advance_clock(std::uint64_t ms) {
    for (;;) {
      const auto next = std::min_element(alarms.begin(), alarms.end());
      if (next == alarms.end() || next->first > ms) break;
      const auto [at, id] = *next;
      alarms.erase(next);
      clock_ms = at;
      hub->on_wake(id);
    }
    clock_ms = ms;
  }

  std::function<void(std::size_t)> at_barrier;
  SmallLog small;
  PlainWire wire;
  Projections projections;
  std::optional<Hub> hub;
  bool reads_later = false;
  std::size_t page_events = 100;
  std::vector<Waiting> waiting;
  std::vector<std::string> types;
  std::uint32_t speed = 0;
  std::vector<std::string> fields;
  bool batch = false;
  Pace pace;
  std::uint64_t clock_ms = 1000;
  std::vector<std::pair<std::uint64_t, SubscriberId>> alarms;
  Reader ann;
  Reader bob;
};

}  // namespace courtside
