// What a schema breaks of a released one, found by comparing the two as flatc's reflection
// describes them. flatc --conform (2.0.8) lets half of these pass. Threads: values.
#pragma once

#include <string>
#include <vector>

namespace courtside::schema {

// Schemas as text; `folder` is where their includes lie. A sentence for each breakage; for a schema
// that flatc cannot read, its error.
std::vector<std::string> breakages(const std::string& released, const std::string& released_folder,
                                   const std::string& current, const std::string& current_folder);

// A buffer of the schema's root type as JSON, or the error. Values that are not set are left out.
std::string as_json(const std::string& schema, const std::string& folder,
                    const std::string& buffer);
// The same of JSON that is first made into a buffer.
std::string normal_json(const std::string& schema, const std::string& folder,
                        const std::string& json);

}  // namespace courtside::schema
