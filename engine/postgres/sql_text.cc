#include "engine/postgres/sql_text.h"

namespace courtside {

std::string quoted_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

std::string quoted_literal(std::string_view text) {
  std::string out = text.find('\\') == std::string_view::npos ? "'" : " E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out.push_back(c);
    out.push_back(c);
  }
  return out + "'";
}

std::pair<std::string_view, std::string_view> table_parts(std::string_view table) {
  const std::size_t dot = table.rfind('.');
  if (dot == std::string_view::npos) return {{}, table};
  return {table.substr(0, dot), table.substr(dot + 1)};
}

std::string dollar_quoted(std::string_view body) {
  std::string tag = "$$";
  for (int i = 1; body.find(tag.substr(0, tag.size() - 1)) != std::string_view::npos; ++i) {
    tag = "$q" + std::to_string(i) + "$";
  }
  return tag + std::string(body) + tag;
}

}  // namespace courtside
