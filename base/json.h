// Writes JSON: escaping, and objects built member by member. (schema/json_reader.h reads it.)
//
//   JsonObject object;
//   object.text("code", "not_found").number("status", 404);
//   std::string body = object.take();   // {"code":"not_found","status":404}
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace courtside {

// Appends `text`, which is UTF-8, as a JSON string with its quotes (RFC 8259, section 7).
void append_json_string(std::string& out, std::string_view text);

void append_number(std::string& out, std::uint64_t number);

class JsonObject {
 public:
  JsonObject() {
    out_.reserve(kReservedBytes);
    out_.push_back('{');
  }

  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::uint64_t value);
  JsonObject& real(std::string_view name, double value);
  JsonObject& boolean(std::string_view name, bool value);
  JsonObject& texts(std::string_view name, const std::vector<std::string>& values);
  // REQUIRES: `json` is a JSON value.
  JsonObject& raw(std::string_view name, std::string_view json);

  bool empty() const { return out_.size() == 1; }
  // Returns the whole object. REQUIRES: called once, and last.
  std::string take();

 private:
  // Most objects are answers of the protocol: one allocation holds them.
  static constexpr std::size_t kReservedBytes = 160;

  void begin(std::string_view name);

  std::string out_;
};

}  // namespace courtside
