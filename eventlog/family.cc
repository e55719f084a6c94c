#include "eventlog/family.h"

#include <array>

namespace courtside {

const std::string& family_name(Family family) {
  static const std::array<std::string, kFamilyCount> names = {"events", "index", "ids", "subjects",
                                                              "meta"};
  return names[static_cast<std::size_t>(family)];
}

}  // namespace courtside
