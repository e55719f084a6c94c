// Limits how many connections each key (an address or an account) has at a time. Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace courtside {

class ConnectionLimit {
 public:
  // 0: unlimited.
  explicit ConnectionLimit(std::size_t connections_max) : connections_max_(connections_max) {}

  // Leases that were taken stay. Those of an unlimited time do not count.
  void set_max(std::size_t connections_max) { connections_max_ = connections_max; }

  // Counts one connection while the lease lives. The limit must outlive it.
  class Lease {
   public:
    Lease() = default;  // counts nothing
    Lease(ConnectionLimit& limit, std::string key) : limit_(&limit), key_(std::move(key)) {}
    ~Lease() {
      if (limit_ != nullptr) limit_->release(key_);
    }
    Lease(Lease&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)), key_(std::move(other.key_)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(limit_, other.limit_);
      std::swap(key_, other.key_);
      return *this;
    }

   private:
    ConnectionLimit* limit_ = nullptr;
    std::string key_;
  };

  // Empty when the key has its maximum.
  std::optional<Lease> acquire(const std::string& key);

 private:
  void release(const std::string& key);

  std::atomic<std::size_t> connections_max_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace courtside
