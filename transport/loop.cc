#include "transport/loop.h"

#include <uv.h>

#include <utility>

#include "transport/loop_core.h"

namespace courtside {

Loop::Loop() : core_(std::make_unique<LoopCore>()) {}
Loop::~Loop() = default;

void Loop::set_on_wake(std::function<void()> on_wake) { core_->on_wake = std::move(on_wake); }

void Loop::set_on_turn_end(std::function<void()> on_turn_end) {
  core_->on_turn_end = std::move(on_turn_end);
}

void Loop::run() { uv_run(core_->uv(), UV_RUN_DEFAULT); }

void Loop::run_turn(std::uint64_t wait_ms_max) {
  // libuv may fire timers before it sleeps; then nothing would be left to wake it.
  core_->waited_enough = false;
  const TimerId limit = start_timer(wait_ms_max, [this] { core_->waited_enough = true; });
  uv_run(core_->uv(), wait_ms_max == 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
  cancel_timer(limit);
  core_->waited_enough = false;
  core_->end_turn();  // In this mode libuv fires timers last, so their work belongs to this turn.
}

void Loop::request_stop() {
  core_->stop_requested.store(true, std::memory_order_relaxed);
  wake();
}

void Loop::wake() { core_->wake(); }

TimerId Loop::start_timer(std::uint64_t delay_ms, std::function<void()> fire) {
  const TimerId id = core_->timers.start(now_ms(), delay_ms, std::move(fire));
  core_->arm_wheel();
  return id;
}

void Loop::cancel_timer(TimerId id) { core_->timers.cancel(id); }

void Loop::set_flush_pause_max_us(std::uint64_t pause_us) {
  core_->flushes.set_pause_max_us(pause_us);
}

std::uint64_t Loop::now_ms() const { return core_->now_ms(); }

double Loop::busy() const {
  core_->sample_busy(uv_hrtime());
  return core_->busy;
}

}  // namespace courtside
