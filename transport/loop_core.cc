#include "transport/loop_core.h"

#include <sys/epoll.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "transport/connection_limits.h"

namespace courtside {
namespace {

constexpr std::uint64_t kBusyWindowNs = 100'000'000;  // the period of Loop::busy()

template <typename Handle>
uv_handle_t* as_handle(Handle& handle) {
  return reinterpret_cast<uv_handle_t*>(&handle);
}

}  // namespace

void TurnTasks::add(TurnTask& task) {
  if (task.waits_) return;
  task.waits_ = true;
  waiting_.push_back(&task);
}

void TurnTasks::remove(TurnTask& task) {
  if (!task.waits_) return;
  task.waits_ = false;
  TurnTask* const gone = &task;
  TurnTask* const nobody = nullptr;
  std::replace(waiting_.begin(), waiting_.end(), gone, nobody);
  std::replace(running_.begin(), running_.end(), gone, nobody);
}

void TurnTasks::run() {
  running_.swap(waiting_);
  // By index: a running task may remove another one from the list.
  for (std::size_t index = 0; index < running_.size(); ++index) {
    TurnTask* const task = running_[index];
    if (task == nullptr) continue;
    task->waits_ = false;
    task->run_turn_task();
  }
  running_.clear();
}

// One turn of libuv: timers, prepare, poll (sockets, wake), check. The turn ends in check, and for
// work of timers in prepare, before poll would sleep.
struct LoopCore::Uv {
  uv_loop_t loop;
  uv_async_t wake;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_idle_t idle;     // active while a turn left work for the next, so that poll does not sleep
  uv_timer_t wheel;   // one timer for the whole timer wheel
  uv_timer_t pacing;  // for the paced flushes

  explicit Uv(LoopCore& core) {
    if (const int error = uv_loop_init(&loop); error != 0) no_loop(-error);
    COURTSIDE_CHECK(uv_loop_configure(&loop, UV_METRICS_IDLE_TIME) == 0);
    COURTSIDE_CHECK(uv_async_init(&loop, &wake, &Uv::on_async) == 0);
    // libuv's own descriptors: its wake-up and its signal pipe.
    for (unsigned fd = 0; fd < loop.nwatchers; ++fd) {
      if (loop.watchers[fd] == nullptr) continue;
      if (const int error = add_to_set(static_cast<int>(fd)); error != 0) no_loop(error);
    }
    uv_prepare_init(&loop, &prepare);
    uv_check_init(&loop, &check);
    uv_idle_init(&loop, &idle);
    uv_timer_init(&loop, &wheel);
    uv_timer_init(&loop, &pacing);
    for (uv_handle_t* handle : all()) handle->data = &core;
    uv_prepare_start(&prepare, [](uv_prepare_t* handle) { core_of(handle).end_turn(); });
    uv_check_start(&check, [](uv_check_t* handle) { core_of(handle).end_turn(); });
    // Only `wake` keeps the loop alive, until request_stop() (see arm_next_turn).
    uv_unref(as_handle(prepare));
    uv_unref(as_handle(check));
    uv_unref(as_handle(wheel));
  }

  ~Uv() {
    for (uv_handle_t* handle : all()) uv_close(handle, nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    COURTSIDE_CHECK(uv_loop_close(&loop) == 0);
  }

  // The process ends; see cli/commands/uncaught.h.
  [[noreturn]] static void no_loop(int error) {
    throw std::system_error(error, std::generic_category(), "cannot make an event loop");
  }

  int add_to_set(int fd) {
    epoll_event nothing = {};
    nothing.data.fd = fd;
    const bool added = epoll_ctl(uv_backend_fd(&loop), EPOLL_CTL_ADD, fd, &nothing) == 0;
    return added || errno == EEXIST ? 0 : errno;
  }

  std::array<uv_handle_t*, 6> all() {
    return {as_handle(wake), as_handle(prepare), as_handle(check),
            as_handle(idle), as_handle(wheel),   as_handle(pacing)};
  }

  template <typename Handle>
  static LoopCore& core_of(Handle* handle) {
    return *static_cast<LoopCore*>(handle->data);
  }

  static void on_async(uv_async_t* handle) {
    core_of(handle).woken = true;
    core_of(handle).note_activity();
  }
};

LoopCore::LoopCore()
    : flushes(&steady_us),
      timers(0),
      handles(std::make_unique<Uv>(*this)),
      read_buffer_(std::make_unique<char[]>(kReadBufferBytes)) {
  timers = TimerWheel(now_ms());
  sampled_at_ns_ = uv_hrtime();
}

LoopCore::~LoopCore() { COURTSIDE_CHECK(watcher_count == 0); }

uv_loop_s* LoopCore::uv() { return &handles->loop; }

int LoopCore::add_to_poll(int fd) { return handles->add_to_set(fd); }

void LoopCore::wake() { uv_async_send(&handles->wake); }

std::uint64_t LoopCore::now_ms() const { return uv_now(&handles->loop); }

void LoopCore::end_turn() {
  if (woken) {
    woken = false;
    if (on_wake) on_wake();
  }
  if (active && on_turn_end) on_turn_end();
  active = false;
  flushes.run();
  tasks.run();
  arm_next_turn();
  sample_busy(uv_hrtime());
}

void LoopCore::arm_next_turn() {
  if (active || waited_enough || !tasks.empty() || flushes.replies_waiting()) {
    uv_idle_start(&handles->idle, [](uv_idle_t*) {});
  } else {
    uv_idle_stop(&handles->idle);
  }
  const auto wait_us = flushes.paced_wait_us();
  if (wait_us && uv_is_active(as_handle(handles->pacing)) == 0) {
    // libuv counts whole milliseconds from the beginning of the turn; the flush itself checks the
    // clock.
    uv_timer_start(
        &handles->pacing, [](uv_timer_t*) {}, (*wait_us + 999) / 1000, 0);
  }
  if (stop_requested.load(std::memory_order_relaxed) && watcher_count == 0) {
    uv_unref(as_handle(handles->wake));
  }
}

void LoopCore::arm_wheel() {
  const auto next = timers.next_ms();
  if (!next) {
    uv_timer_stop(&handles->wheel);
    return;
  }
  const std::uint64_t now = now_ms();
  uv_timer_start(
      &handles->wheel, [](uv_timer_t* handle) { Uv::core_of(handle).fire_timers(); },
      *next > now ? *next - now : 0, 0);
}

void LoopCore::fire_timers() {
  note_activity();
  timers.advance(now_ms());
  arm_wheel();
}

// libuv's idle time is the time spent sleeping in poll.
void LoopCore::sample_busy(std::uint64_t now_ns) {
  const std::uint64_t window_ns = now_ns - sampled_at_ns_;
  if (window_ns < kBusyWindowNs) return;
  const std::uint64_t idle_ns = uv_metrics_idle_time(&handles->loop);
  const double idle_share =
      static_cast<double>(idle_ns - sampled_idle_ns_) / static_cast<double>(window_ns);
  busy = std::clamp(1.0 - idle_share, 0.0, 1.0);
  sampled_at_ns_ = now_ns;
  sampled_idle_ns_ = idle_ns;
}

std::shared_ptr<const ConnectionLimits> LoopCore::share(const ConnectionLimits& limits) {
  if (!limits_ || !(*limits_ == limits)) {
    limits_ = std::make_shared<const ConnectionLimits>(limits);
  }
  return limits_;
}

}  // namespace courtside
