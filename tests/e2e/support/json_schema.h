// JSON Schema as far as docs/openapi.json and docs/asyncapi.json use it: $ref within the document,
// type, const, enum, required, properties, additionalProperties, items, minItems, maxItems,
// minimum, maximum, pattern, oneOf, allOf. Another word that would judge is a Failure, so that none
// is quietly left out.
//
// It is stricter than the standard in one thing: where a schema lists what is required and does not
// say `additionalProperties: true`, a member that is not in its properties is wrong. Clients ignore
// what they do not know; the document may not leave out what the server says.
//
// Threads: one each.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tests/e2e/support/json.h"

namespace courtside::e2e {

class JsonSchemas {
 public:
  // A document whose schemas refer to one another by "#/a/b".
  explicit JsonSchemas(Json document) : document_(std::move(document)) {}
  // From a file of the tree: "docs/openapi.json".
  static JsonSchemas of_file(const std::string& path);

  const Json& document() const { return document_; }
  // What "#/components/schemas/Page" names. A Failure where there is nothing.
  Json at(std::string_view reference) const;
  // The value itself, or what its $ref names.
  Json resolved(const Json& value) const;

  // Empty when the value is as the schema wants it; else where it is not, and why.
  std::string judge(const Json& schema, const Json& value) const;

 private:
  Json document_;
  mutable std::map<std::string, Json, std::less<>> found_;  // what at() has looked up
};

}  // namespace courtside::e2e
