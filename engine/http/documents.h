// The OpenAPI and AsyncAPI documents of docs/, compiled into the program, which serves them.
// Threads: any; constants.
#pragma once

#include <string_view>

namespace courtside {

std::string_view openapi_document();   // GET /openapi.json: OpenAPI 3.1
std::string_view asyncapi_document();  // GET /asyncapi.json: AsyncAPI 3.0

}  // namespace courtside
