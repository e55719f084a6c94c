#include "engine/problem.h"

#include <utility>

#include "base/json.h"

namespace courtside {
namespace {

constexpr std::string_view kErrorsBegin = "{\"errors\":";

}  // namespace

HttpResponse problem(const Error& error) {
  const CodeInfo& code = info(error.code);
  JsonObject body;
  body.text("type", "/problems/" + std::string(code.name))
      .text("title", code.cause)
      .number("status", static_cast<std::uint64_t>(code.http_status))
      .text("detail", error.message)
      .text("code", code.name)
      .boolean("retryable", code.retry != Retry::kNo);
  if (!error.details.empty()) body.raw("details", error.details);
  const std::string_view details = error.details;
  if (error.code == Code::invalid_event && details.starts_with(kErrorsBegin)) {
    body.raw("errors",
             details.substr(kErrorsBegin.size(), details.size() - kErrorsBegin.size() - 1));
  }
  HttpResponse response{.status = code.http_status,
                        .content_type = "application/problem+json",
                        .headers = {},
                        .body = body.take()};
  if (code.http_status == 503) response.headers.emplace_back("retry-after", "1");
  return response;
}

HttpResponse json_response(std::string body, int status) {
  return {
      .status = status, .content_type = "application/json", .headers = {}, .body = std::move(body)};
}

}  // namespace courtside
