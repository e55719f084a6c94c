#include "engine/http/problem.h"

#include <charconv>
#include <utility>

#include "base/json.h"

namespace courtside {
namespace {

constexpr std::string_view kErrorsBegin = "{\"errors\":";

constexpr std::string_view kRetryAfterBegin = "{\"retryafter\":";

// In whole seconds (RFC 9110, section 10.2.3), rounded up.
std::string retry_after_s(std::string_view details) {
  constexpr std::uint64_t kSecondMs = 1000;
  std::uint64_t wait_ms = kSecondMs;
  if (details.starts_with(kRetryAfterBegin)) {
    details.remove_prefix(kRetryAfterBegin.size());
    std::from_chars(details.data(), details.data() + details.size(), wait_ms);
  }
  return std::to_string((wait_ms + kSecondMs - 1) / kSecondMs);
}

}  // namespace

HttpResponse problem(const Error& given) {
  const Error error = error_for_caller(given);
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
                        .headers = {kNotStored},
                        .body = body.take()};
  if (code.http_status == 503 || code.http_status == 507 || code.http_status == 429) {
    response.headers.emplace_back("retry-after", retry_after_s(details));
  }
  return response;
}

HttpResponse draining_problem() { return problem({Code::draining, "the server is going down"}); }

HttpResponse json_response(std::string body, int status) {
  return {.status = status,
          .content_type = "application/json",
          .headers = {kNotStored},
          .body = std::move(body)};
}

}  // namespace courtside
