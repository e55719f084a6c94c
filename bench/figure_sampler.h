// Looks at the server's figures once a second, beside a loop that must not wait for the answers,
// and keeps the largest of each that it is asked for.
//
// Threads: one of its own; its calls are made on the owner's.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/server_figures.h"

namespace courtside {

class FigureSampler {
 public:
  FigureSampler(const FiguresAt& at, std::vector<std::string> metrics);
  ~FigureSampler();
  FigureSampler(const FigureSampler&) = delete;
  FigureSampler& operator=(const FigureSampler&) = delete;

  // The largest value since the last restart(), 0 when there was no answer yet.
  double largest(const std::string& metric) const;
  void restart();

 private:
  void run();

  const FiguresAt at_;
  const std::vector<std::string> metrics_;
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::map<std::string, double> largest_;
  std::thread thread_;
};

}  // namespace courtside
