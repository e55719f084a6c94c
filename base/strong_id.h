// A number with a type of its own: ids of different Tag do not mix.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace courtside {

template <typename Tag, typename Rep>
class StrongId {
 public:
  using Number = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Rep value_ = 0;
};

}  // namespace courtside

template <typename Tag, typename Rep>
struct std::hash<courtside::StrongId<Tag, Rep>> {
  std::size_t operator()(courtside::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
