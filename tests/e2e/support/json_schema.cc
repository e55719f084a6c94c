#include "tests/e2e/support/json_schema.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/e2e/support/wait.h"

namespace courtside::e2e {
namespace {

// Keywords that constrain nothing.
const std::set<std::string_view> kNotJudging = {"description", "title",   "examples",
                                                "default",     "summary", "format"};

std::string kind_of(const Json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_text()) return "string";
  if (value.is_null()) return "null";
  if (value.raw() == "true" || value.raw() == "false") return "boolean";
  return value.raw().find_first_of(".eE") == std::string_view::npos ? "integer" : "number";
}

bool matches(const std::string& text, const std::string& pattern) {
  // Compiled once each, because compiling a regular expression is expensive.
  thread_local std::map<std::string, std::regex> known;
  const auto [at, is_new] = known.try_emplace(pattern);
  if (is_new) at->second = std::regex(pattern);
  return std::regex_search(text, at->second);
}

bool same_plain(const Json& wanted, const Json& value) {
  if (wanted.is_object() || wanted.is_array()) give_up("const and enum are of plain values here");
  if (wanted.is_text()) return value.is_text() && wanted.text() == value.text();
  return wanted.raw() == value.raw();
}

double number_of(const Json& value) {
  return std::strtod(std::string(value.raw()).c_str(), nullptr);
}

// In code points.
double length_of(const Json& text) {
  const std::string value = text.text();
  const auto is_first = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<double>(std::count_if(value.begin(), value.end(), is_first));
}

class Judge {
 public:
  explicit Judge(const JsonSchemas& schemas) : schemas_(schemas) {}

  std::string judge(const Json& schema, const Json& value, const std::string& where) const {
    for (const auto& [word, wanted] : schema.members()) {
      if (kNotJudging.count(word) > 0) continue;
      std::string wrong = judge_word(schema, word, wanted, value, where);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  static std::string wrong(const std::string& where, const std::string& why, const Json& value) {
    return (where.empty() ? "/" : where) + ": " + why + ": " +
           std::string(value.raw().substr(0, 300));
  }

  std::string judge_word(const Json& schema, const std::string& word, const Json& wanted,
                         const Json& value, const std::string& where) const;
  std::string judge_members(const Json& schema, const Json& wanted, const Json& value,
                            const std::string& where) const;
  std::string judge_one_of(const Json& wanted, const Json& value, const std::string& where) const;

  const JsonSchemas& schemas_;
};

std::string Judge::judge_members(const Json& schema, const Json& wanted, const Json& value,
                                 const std::string& where) const {
  if (!value.is_object()) return {};
  const bool open = schema.has("additionalProperties") && schema["additionalProperties"].boolean();
  for (const auto& [name, member] : value.members()) {
    if (wanted.has(name)) {
      std::string inside = judge(wanted[name], member, where + "/" + name);
      if (!inside.empty()) return inside;
    } else if (!open && schema.has("required")) {
      return wrong(where, "`" + name + "` is not in the document", value);
    }
  }
  return {};
}

std::string Judge::judge_one_of(const Json& wanted, const Json& value,
                                const std::string& where) const {
  int right = 0;
  std::string reasons;
  for (const Json& each : wanted.items()) {
    const std::string reason = judge(each, value, where);
    right += reason.empty();
    reasons += "\n  " + reason;
  }
  return right == 1 ? "" : wrong(where, std::to_string(right) + " of oneOf" + reasons, value);
}

std::string Judge::judge_word(const Json& schema, const std::string& word, const Json& wanted,
                              const Json& value, const std::string& where) const {
  const std::string kind = kind_of(value);
  const auto unless = [&](bool right) {
    return right ? "" : wrong(where, word + " " + std::string(wanted.raw().substr(0, 200)), value);
  };
  if (word == "$ref") return judge(schemas_.at(wanted.text()), value, where);
  if (word == "type")
    return unless(wanted.text() == kind || (wanted.text() == "number" && kind == "integer"));
  if (word == "const") return unless(same_plain(wanted, value));
  if (word == "enum") {
    for (const Json& each : wanted.items()) {
      if (same_plain(each, value)) return {};
    }
    return unless(false);
  }
  if (word == "required") {
    if (kind != "object") return {};
    for (const Json& each : wanted.items()) {
      if (!value.has(each.text())) return wrong(where, "`" + each.text() + "` is missing", value);
    }
    return {};
  }
  if (word == "properties") return judge_members(schema, wanted, value, where);
  if (word == "additionalProperties") return {};  // handled in judge_members
  if (word == "items") {
    if (kind != "array") return {};
    for (const Json& each : value.items()) {
      std::string inside = judge(wanted, each, where + "/-");
      if (!inside.empty()) return inside;
    }
    return {};
  }
  if (word == "minItems")
    return unless(kind != "array" || value.size() >= static_cast<std::size_t>(wanted.number()));
  if (word == "maxItems")
    return unless(kind != "array" || value.size() <= static_cast<std::size_t>(wanted.number()));
  if (word == "minLength") return unless(kind != "string" || length_of(value) >= number_of(wanted));
  if (word == "maxLength") return unless(kind != "string" || length_of(value) <= number_of(wanted));
  if (word == "not") return unless(!judge(wanted, value, where).empty());
  const bool is_number = kind == "integer" || kind == "number";
  if (word == "minimum") return unless(!is_number || number_of(value) >= number_of(wanted));
  if (word == "maximum") return unless(!is_number || number_of(value) <= number_of(wanted));
  if (word == "pattern") return unless(kind != "string" || matches(value.text(), wanted.text()));
  if (word == "oneOf") return judge_one_of(wanted, value, where);
  if (word == "allOf") {
    for (const Json& each : wanted.items()) {
      std::string inside = judge(each, value, where);
      if (!inside.empty()) return inside;
    }
    return {};
  }
  give_up("the document uses `" + word + "`, which the tests do not judge");
}

}  // namespace

JsonSchemas JsonSchemas::of_file(const std::string& path) {
  std::ifstream file(std::string(COURTSIDE_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) give_up(path + " cannot be read");
  return JsonSchemas(Json::parse(text.str()));
}

Json JsonSchemas::at(std::string_view reference) const {
  if (const auto known = found_.find(reference); known != found_.end()) return known->second;
  if (reference.substr(0, 2) != "#/") give_up("not a reference: " + std::string(reference));
  Json found = document_;
  std::string name;
  std::istringstream path{std::string(reference.substr(2))};
  while (std::getline(path, name, '/')) found = found[name];
  found_.emplace(reference, found);
  return found;
}

Json JsonSchemas::resolved(const Json& value) const {
  return value.is_object() && value.has("$ref") ? at(value["$ref"].text()) : value;
}

std::string JsonSchemas::judge(const Json& schema, const Json& value) const {
  return Judge(*this).judge(schema, value, "");
}

}  // namespace courtside::e2e
