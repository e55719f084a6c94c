// Limits how much of something each key (an account, an address, or "" for everybody) holds at a
// time: connections, subscriptions, bytes. Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace courtside {

class Quota {
 public:
  // `most`: of each key; 0: unlimited.
  explicit Quota(std::size_t most) : most_(most) {}

  // What is held stays held. What was taken while it was unlimited does not count.
  void set_most(std::size_t most) { most_ = most; }

  // Holds an amount for a key while it lives. The quota must outlive it.
  class Lease {
   public:
    Lease() = default;  // holds nothing
    Lease(Quota& quota, std::string key, std::size_t amount)
        : quota_(&quota), key_(std::move(key)), amount_(amount) {}
    ~Lease() {
      if (quota_ != nullptr) quota_->release(key_, amount_);
    }
    Lease(Lease&& other) noexcept
        : quota_(std::exchange(other.quota_, nullptr)),
          key_(std::move(other.key_)),
          amount_(other.amount_) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(quota_, other.quota_);
      std::swap(key_, other.key_);
      std::swap(amount_, other.amount_);
      return *this;
    }

   private:
    Quota* quota_ = nullptr;
    std::string key_;
    std::size_t amount_ = 0;
  };

  // Empty when the key would hold more than it may.
  std::optional<Lease> acquire(const std::string& key, std::size_t amount = 1);

  // What all keys hold together.
  std::size_t held() const;

 private:
  void release(const std::string& key, std::size_t amount);

  std::atomic<std::size_t> most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> amounts_;  // by key, none of them 0
  std::size_t held_ = 0;
};

}  // namespace courtside
