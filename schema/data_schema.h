// JSON Schemas (2020-12) of the data of catalogue events, made from the catalogue. They are served
// at GET /schemas/{type}; docs/openapi.json, docs/asyncapi.json and the TypeScript client contain
// parts of them.
//
// A schema accepts whatever the server accepts, with one exception: JSON Schema takes 1.0 for an
// integer. The server is stricter in what a schema cannot say: bytes of an id, days of the
// calendar, a field that is there twice, the agreement with `subject`. Threads: any; all of it is
// constant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/catalogue.h"

namespace courtside {

// The events of one family that must have the same ids in their data.
struct DataShape {
  std::string name;  // "BookingData"
  const EventFamily* family = nullptr;
  std::vector<EventRule> events = {};
  std::vector<std::string_view> required = {};  // ids that each event has
  std::vector<std::string_view> any_of = {};    // each event has one of these; empty: no such rule
};

std::span<const DataShape> data_shapes();

// A schema of one kind of value, which fields refer to by its name.
struct ValueSchema {
  FieldType type;
  std::string_view name;  // "Money"
  std::string schema;     // JSON on one line
};

std::span<const ValueSchema> value_schemas();
std::string_view value_schema_name(FieldType type);

// The fields of a shape: catalogue_ids(), then those of the family.
std::vector<FieldRule> fields_of(const DataShape& shape);

// The members "required", "properties" and "additionalProperties" of a shape's schema, a line each,
// as they stand in an object at `indent`. `references` is what precedes a name of value_schemas():
// "#/$defs/".
std::string shape_members(const DataShape& shape, std::string_view references,
                          std::string_view indent);

// "A booking was made." for "a booking was made".
std::string sentence(std::string_view meaning);

// The document for GET /schemas/{type}; empty for a type that is not in the catalogue.
std::string_view data_schema(std::string_view type);

// The document for GET /schemas: {"schemas":[{"type":"slot.held","schema":"/schemas/slot.held"}]}.
std::string_view data_schema_list();

}  // namespace courtside
