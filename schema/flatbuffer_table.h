// Reading the fields of a FlatBuffers table at any address, for buffers of our own making or that
// were verified. Threads: values.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schema/flatbuffer.h"

namespace courtside {

inline const flatbuffers::Table& root_table(std::string_view buffer) {
  return *reinterpret_cast<const flatbuffers::Table*>(buffer.data() + root_begin(buffer));
}

// A string or byte vector; empty when there is none. flatbuffers::String would read its length as
// an aligned number; ReadScalar reads it at any address.
inline std::string_view bytes_in(const flatbuffers::Table& table, flatbuffers::voffset_t field) {
  const auto* vector = table.GetPointer<const std::uint8_t*>(field);
  if (vector == nullptr) return {};
  const auto size = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(vector);
  return {reinterpret_cast<const char*>(vector + sizeof(size)), size};
}

}  // namespace courtside
