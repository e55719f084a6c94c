// Values under ids that are never reused. An id whose value was erased finds nothing, so a late
// callback (a page, a timer) can safely carry an id where a pointer would dangle.
//
// A slot is reused under a new generation; the id holds the slot's index and its generation.
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"

namespace courtside {

// Id is a StrongId over std::uint64_t: generation in the upper half, index in the lower.
template <typename Id, typename T>
class SlotMap {
 public:
  Id insert(T value) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    slots_[index].value.emplace(std::move(value));
    return Id((static_cast<std::uint64_t>(slots_[index].generation) << 32) | index);
  }

  // Null when there is no value. Valid until the next insert or erase.
  T* find(Id id) {
    const auto index = static_cast<std::uint32_t>(id.value());
    if (index >= slots_.size()) return nullptr;
    Slot& slot = slots_[index];
    if (slot.generation != id.value() >> 32 || !slot.value) return nullptr;
    return &*slot.value;
  }

  bool erase(Id id) {
    if (find(id) == nullptr) return false;
    const auto index = static_cast<std::uint32_t>(id.value());
    slots_[index].value.reset();
    ++slots_[index].generation;
    free_.push_back(index);
    return true;
  }

  std::size_t size() const { return slots_.size() - free_.size(); }

 private:
  struct Slot {
    std::optional<T> value;
    std::uint32_t generation = 1;  // so that no id is 0
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace courtside
