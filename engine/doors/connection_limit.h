// How many connections one address may have at a time. Threads: any.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace courtside {

class AddressLimit {
 public:
  // 0: any number.
  explicit AddressLimit(std::size_t connections_max) : connections_max_(connections_max) {}

  // Counts one connection for as long as it lives. The limit outlives it.
  class Lease {
   public:
    Lease() = default;  // of nobody
    Lease(AddressLimit& limit, std::string address)
        : limit_(&limit), address_(std::move(address)) {}
    ~Lease() {
      if (limit_ != nullptr) limit_->release(address_);
    }
    Lease(Lease&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)), address_(std::move(other.address_)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(limit_, other.limit_);
      std::swap(address_, other.address_);
      return *this;
    }

   private:
    AddressLimit* limit_ = nullptr;
    std::string address_;
  };

  // Empty when the address has as many as it may.
  std::optional<Lease> acquire(const std::string& address);

 private:
  void release(const std::string& address);

  const std::size_t connections_max_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace courtside
