// The part of JSON Schema that docs/openapi.json and docs/asyncapi.json use: $ref within the
// document, type, const, enum, required, properties, additionalProperties, items, minItems,
// maxItems, minLength, maxLength, minimum, maximum, pattern, oneOf, allOf, not. Any other
// constraining keyword is a Failure, so that none is ignored.
//
// It is stricter than the standard in one point: if a schema lists `required` and does not say
// `additionalProperties: true`, an unlisted member is an error. Clients ignore unknown members, but
// the document must list everything that the server sends.
//
// Threads: one each.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tests/e2e/support/test_json.h"

namespace courtside::e2e {

class JsonSchemas {
 public:
  // A document whose schemas refer to each other by "#/a/b".
  explicit JsonSchemas(Json document) : document_(std::move(document)) {}
  // Reads a file of the tree: "docs/openapi.json".
  static JsonSchemas of_file(const std::string& path);

  const Json& document() const { return document_; }
  // The value at "#/components/schemas/Page". A Failure when there is none.
  Json at(std::string_view reference) const;
  // The value itself, or the value that its $ref names.
  Json resolved(const Json& value) const;

  // Empty when the value matches the schema; otherwise where and why it does not.
  std::string judge(const Json& schema, const Json& value) const;

 private:
  Json document_;
  mutable std::map<std::string, Json, std::less<>> found_;  // results of at()
};

}  // namespace courtside::e2e
