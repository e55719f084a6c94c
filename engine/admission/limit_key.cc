#include "engine/admission/limit_key.h"

#include <algorithm>
#include <optional>

#include "transport/network.h"

namespace courtside {

LimitKey::LimitKey(char kind, std::string_view text)
    : size_(1 + std::min(text.size(), kBytesMax - 1)) {
  bytes_[0] = kind;
  text.copy(bytes_.data() + 1, size_ - 1);
}

LimitKey LimitKey::of_address(std::string_view address) {
  constexpr std::size_t kSubscriberBytes = 8;
  const std::optional<AddressBytes> bytes = address_bytes(address);
  if (!bytes) return {'?', address};
  return {'#',
          {reinterpret_cast<const char*>(bytes->data()),
           is_ipv4(*bytes) ? bytes->size() : kSubscriberBytes}};
}

}  // namespace courtside
