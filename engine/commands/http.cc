#include "engine/commands/http.h"

#include "base/utf8.h"
#include "engine/commands/client.h"

namespace courtside {
Error error_of(const Remote& remote, const HttpResponse& answer) {
  if (answer.status >= 300 && answer.status < 400) {
    for (const auto& [name, value] : answer.headers) {
      if (name == "location") return redirected(remote, answer.status, value);
    }
  }
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

Result<std::string> ask_server(const Remote& remote, const RemoteRequest& request) {
  Result<HttpResponse> answer = remote_request(remote, request);
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(error_of(remote, *answer));
  return std::move(answer->body);
}

}  // namespace courtside
