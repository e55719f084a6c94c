// Finds what a schema breaks of a released one, by comparing flatc's reflection of both. flatc
// --conform (2.0.8) misses half of these. Threads: values.
#pragma once

#include <string>
#include <vector>

namespace courtside::schema {

// Schemas as text; `folder` is where their includes are. Returns one sentence for each breakage;
// for a schema that flatc cannot read, its error.
std::vector<std::string> breakages(const std::string& released, const std::string& released_folder,
                                   const std::string& current, const std::string& current_folder);

// A buffer of the schema's root type as JSON, or the error. Values that are not set are omitted.
std::string as_json(const std::string& schema, const std::string& folder,
                    const std::string& buffer);
// The same for JSON that is converted to a buffer first.
std::string normal_json(const std::string& schema, const std::string& folder,
                        const std::string& json);

}  // namespace courtside::schema
