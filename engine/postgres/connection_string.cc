#include "engine/postgres/connection_string.h"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "base/format.h"

namespace courtside {
namespace {

std::string quoted(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "'";
}

}  // namespace

Result<std::string> connection_string(std::string_view setting, const std::string& url,
                                      std::uint64_t query_ms) {
  const std::string seconds = std::to_string(std::max<std::uint64_t>((query_ms + 999) / 1000, 2));
  std::map<std::string, std::string> values = {
      {"application_name", "courtside"}, {"client_encoding", "UTF8"},
      {"connect_timeout", seconds},      {"tcp_user_timeout", std::to_string(query_ms)},
      {"keepalives_idle", "30"},         {"keepalives_interval", seconds},
      {"keepalives_count", "3"}};
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), &why), &PQconninfoFree);
  PQfreemem(why);
  if (options == nullptr) {
    return fail(
        Code::bad_configuration,
        format(
            "{}: it is no connection string of libpq, such as postgresql://user@host:5432/database",
            setting));
  }
  for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
    if (each->val != nullptr) values[each->keyword] = each->val;
  }
  std::string out;
  for (const auto& [name, value] : values) {
    out.append(out.empty() ? "" : " ").append(name).append("=").append(quoted(value));
  }
  return out;
}

}  // namespace courtside
