#include "engine/postgres/sql_text.h"

#include <algorithm>

#include "base/check.h"
#include "base/format.h"

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
    tag = format("$q{}$", i);
  }
  return tag + std::string(body) + tag;
}

std::string filled(std::string_view sql,
                   const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string out;
  for (std::size_t open = sql.find('{'); open != sql.npos; open = sql.find('{')) {
    const std::size_t close = sql.find('}', open);
    COURTSIDE_CHECK(close != sql.npos);
    const std::string_view name = sql.substr(open + 1, close - open - 1);
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&](const auto& each) { return each.first == name; });
    COURTSIDE_CHECK(value != values.end());
    out.append(sql.substr(0, open)).append(value->second);
    sql.remove_prefix(close + 1);
  }
  return out.append(sql);
}

}  // namespace courtside
