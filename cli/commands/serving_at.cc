#include "cli/commands/serving_at.h"

#include <fstream>
#include <iterator>

#include "base/utf8.h"
#include "cli/commands/server_words.h"

namespace courtside {

std::optional<ServingAt> serving_at(const std::string& data) {
  std::ifstream file(ServingFile::path(data));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!is_utf8(text)) return std::nullopt;
  const ServerWords words(text);
  if (words.text("url").empty()) return std::nullopt;
  return ServingAt{
      .url = words.text("url"), .admin = words.text("admin"), .key = words.text("key")};
}

}  // namespace courtside
