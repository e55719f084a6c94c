#include "bench/bench_loop.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/check.h"
#include "base/format.h"

namespace courtside {
namespace {

constexpr std::size_t kReadyMax = 1024;
constexpr std::size_t kScratchBytes = 1 << 20;  // the largest event fits several times
constexpr std::uint64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kWaitNsMax = 100 * kNsPerMs;

epoll_event interest(BenchLoop::Watcher& watcher, bool read, bool write) {
  epoll_event event{};
  event.events = (read ? static_cast<std::uint32_t>(EPOLLIN) : 0) |
                 (write ? static_cast<std::uint32_t>(EPOLLOUT) : 0);
  event.data.ptr = &watcher;
  return event;
}

}  // namespace

std::uint64_t steady_ns() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

BenchLoop::BenchLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), now_ns_(steady_ns()), progress_ns_(now_ns_) {
  COURTSIDE_CHECK(epoll_ >= 0);
  scratch_.resize(kScratchBytes);
  // The kernel may wake a thread up to 50 us late unless told otherwise.
  prctl(PR_SET_TIMERSLACK, 1);
}

BenchLoop::~BenchLoop() { ::close(epoll_); }

void BenchLoop::add(int fd, Watcher& watcher, bool read, bool write) {
  epoll_event event = interest(watcher, read, write);
  COURTSIDE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0);
}

void BenchLoop::change(int fd, Watcher& watcher, bool read, bool write) {
  epoll_event event = interest(watcher, read, write);
  COURTSIDE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void BenchLoop::remove(int fd, Watcher& watcher) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  to_flush_.erase(std::remove(to_flush_.begin(), to_flush_.end(), &watcher), to_flush_.end());
}

void BenchLoop::set_schedule(Schedule due) {
  schedule_ = std::move(due);
  due_ns_ = schedule_ ? std::optional<std::uint64_t>(steady_ns()) : std::nullopt;
}

void BenchLoop::fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

Result<void> BenchLoop::run_until(const std::function<bool()>& done, std::string_view what) {
  progress_ns_ = steady_ns();
  while (!done()) {
    if (const Result<void> turned = turn(kWaitNsMax); !turned) return turned;
    if (now_ns_ - progress_ns_ > kStallMsMax * kNsPerMs) {
      return courtside::fail(Code::timeout, format("nothing came for {} s while waiting for {}",
                                                   kStallMsMax / 1000, what));
    }
  }
  return {};
}

Result<void> BenchLoop::run_for(std::uint64_t ms) {
  const std::uint64_t end_ns = steady_ns() + ms * kNsPerMs;
  for (std::uint64_t now = steady_ns(); now < end_ns; now = steady_ns()) {
    if (const Result<void> turned = turn(std::min(kWaitNsMax, end_ns - now)); !turned) {
      return turned;
    }
  }
  return {};
}

Result<void> BenchLoop::turn(std::uint64_t wait_ns_max) {
  flush_all();
  std::uint64_t wait_ns = wait_ns_max;
  if (due_ns_) {
    const std::uint64_t now = steady_ns();
    wait_ns = *due_ns_ > now ? std::min(wait_ns, *due_ns_ - now) : 0;
  }
  const timespec wait{.tv_sec = 0, .tv_nsec = static_cast<long>(wait_ns)};
  std::array<epoll_event, kReadyMax> ready;
  const int count = epoll_pwait2(epoll_, ready.data(), kReadyMax, &wait, nullptr);
  now_ns_ = steady_ns();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    static_cast<Watcher*>(event.data.ptr)
        ->on_ready(broken || (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0);
  }
  if (due_ns_ && *due_ns_ <= steady_ns()) due_ns_ = schedule_(steady_ns());
  flush_all();
  if (failure_) return courtside::fail(*failure_);
  return {};
}

void BenchLoop::flush_all() {
  flushing_.swap(to_flush_);
  for (Watcher* watcher : flushing_) watcher->flush();
  flushing_.clear();
}

}  // namespace courtside
