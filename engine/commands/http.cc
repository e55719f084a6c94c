#include "engine/commands/http.h"

#include "base/utf8.h"
#include "engine/commands/client.h"

namespace courtside {
Error error_of(const HttpResponse& answer) {
  const ServerWords problem(is_utf8(answer.body) ? std::string_view(answer.body) : "");
  std::string message = problem.text("detail");
  if (message.empty()) message = problem.text("title");
  if (message.empty()) message = "the server answers " + std::to_string(answer.status);
  const std::string details(problem.member("details").raw);
  if (const auto code = code_from_name(problem.text("code"))) return {*code, message, details};
  for (std::size_t i = 0; i < code_count(); ++i) {
    const CodeInfo& row = code_at(i);
    if (row.http_status == answer.status) return {row.code, message, details};
  }
  return {answer.status >= 500 ? Code::unavailable : Code::bad_request, message, details};
}

Result<std::string> ask_server(const ClientTarget& target, const ServerRequest& request) {
  HttpHeaders headers;
  if (!request.token.empty()) {
    headers.emplace_back("authorization", "Bearer " + std::string(request.token));
  }
  if (!request.content_type.empty()) headers.emplace_back("content-type", request.content_type);
  Result<HttpResponse> answer =
      http_request(target, request.method, request.path, headers, request.body, request.timeout_ms);
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(error_of(*answer));
  return std::move(answer->body);
}

}  // namespace courtside
