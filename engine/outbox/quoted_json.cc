#include "engine/outbox/quoted_json.h"

#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr int kQuotedMax = 3;

std::string unquoted(const JsonValue& value) {
  std::string scratch;
  if (!value.is(JsonKind::kString)) return {};
  return std::string(json_text(value, scratch).value_or(std::string_view()));
}

}  // namespace

std::string unquoted_json(const JsonValue& value, std::size_t depth_max) {
  std::string text = unquoted(value);
  for (int i = 0; i < kQuotedMax && !text.empty(); ++i) {
    const JsonValue inner = read_json(text);
    if (inner.is(JsonKind::kObject) || inner.is(JsonKind::kArray)) {
      if (inner.depth <= depth_max) return std::string(inner.raw);
      break;
    }
    if (!inner.is(JsonKind::kString)) break;
    text = unquoted(inner);
  }
  return std::string(value.raw);
}

}  // namespace courtside
