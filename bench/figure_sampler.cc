#include "bench/figure_sampler.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "bench/server_figures.h"

namespace courtside {
namespace {

constexpr std::chrono::milliseconds kEvery{1000};

}  // namespace

FigureSampler::FigureSampler(const FiguresAt& at, std::vector<std::string> metrics)
    : at_(at), metrics_(std::move(metrics)), thread_([this] { run(); }) {}

FigureSampler::~FigureSampler() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_one();
  thread_.join();
}

double FigureSampler::largest(const std::string& metric) const {
  const std::lock_guard lock(mutex_);
  const auto found = largest_.find(metric);
  return found == largest_.end() ? 0 : found->second;
}

void FigureSampler::restart() {
  const std::lock_guard lock(mutex_);
  largest_.clear();
}

void FigureSampler::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    // A look that failed is one of many: what the workload itself sees tells what is wrong.
    const Result<ServerFigures> figures = read_server_figures(at_);
    lock.lock();
    for (const std::string& metric : metrics_) {
      double& largest = largest_[metric];
      if (figures) largest = std::max(largest, figures->value(metric));
    }
    stopping_.wait_for(lock, kEvery, [this] { return stop_; });
  }
}

}  // namespace courtside
