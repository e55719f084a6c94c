// The column families that the log is kept in. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace courtside {

enum class Family : std::uint8_t { kEvents, kIndex, kIds, kSubjects, kMeta };
constexpr std::size_t kFamilyCount = 5;

// The family's name on disk.
const std::string& family_name(Family family);

}  // namespace courtside
