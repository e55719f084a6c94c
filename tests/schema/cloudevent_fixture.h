// CloudEvents in JSON for the tests of this folder, and the validation's results for them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "schema/cloudevent.h"

namespace courtside {

// 2026-11-01T10:00:00Z
constexpr Timestamp kReceived{1'793'527'200'000'000};

// A valid generic event; `more` is appended to its members: `,"a":1`.
inline std::string cloudevent(std::string_view more = "") {
  std::string json =
      R"({"specversion":"1.0","id":"1","source":"/web","type":"demo.happened","subject":"demo:d_1")";
  return json.append(more).append("}");
}

inline std::string with_data(std::string_view data) {
  return cloudevent(std::string(R"(,"data":)").append(data));
}

// "ok", or "invalid_event: /type is missing".
template <typename T>
std::string verdict(const Result<T>& result) {
  if (result) return "ok";
  return std::string(info(result.error().code).name) + ": " + result.error().message;
}

inline std::string verdict_on(std::string_view json) {
  return verdict(parse_cloudevent(json, kReceived));
}

}  // namespace courtside
