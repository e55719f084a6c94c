#include "cli/commands/command_http.h"

#include "base/caller_error.h"
#include "base/format.h"
#include "base/utf8.h"
#include "cli/commands/server_words.h"

namespace courtside {
namespace {

bool is_ours(const HttpResponse& answer, std::string_view code) {
  return code_from_name(code) || answer.content_type.starts_with("application/problem+json");
}

}  // namespace

Error with_remedy(const Remote& remote, Error error) {
  if (error.code == Code::unauthorized && remote.token.empty()) {
    error.message += " (`--token`, COURTSIDE_TOKEN)";
  }
  return error;
}

Error stranger_answered(const Remote& remote, const HttpResponse& answer) {
  const std::string status = std::to_string(answer.status);
  switch (answer.status) {
    case 413: return {Code::payload_too_large, remote.base + ": the proxy answers 413"};
    case 429: return {Code::rate_limited, remote.base + ": the proxy answers 429"};
    case 502:
    case 503:
    case 504:
      return {Code::unavailable,
              format("{}: the proxy answers {}: it does not reach a Courtside server", remote.base,
                     status)};
    default: break;
  }
  // Proxies have more of them for what passes (500, 520 to 527). What a server does not know stays.
  if (answer.status >= 500 && answer.status != 501 && answer.status != 505) {
    return {Code::unavailable, format("{}: the proxy answers {}", remote.base, status)};
  }
  const std::string media = answer.content_type.substr(0, answer.content_type.find(';'));
  return unavailable_for_good(
      format("{}: this is not a Courtside server ({}{}); check `--url` and the proxy", remote.base,
             status, media.empty() ? "" : " " + media));
}

Error error_of(const Remote& remote, const HttpResponse& answer) {
  if (answer.status >= 300 && answer.status < 400) {
    for (const auto& [name, value] : answer.headers) {
      if (name == "location") return redirected(remote, answer.status, value);
    }
  }
  const ServerWords problem(is_utf8(answer.body) ? std::string_view(answer.body) : "");
  if (!is_ours(answer, problem.text("code"))) return stranger_answered(remote, answer);
  std::string message = problem.text("detail");
  if (message == kNothingAtPath) {
    return unavailable_for_good(remote.base + " is not Courtside's address (404): check --url");
  }
  if (message.empty()) message = problem.text("title");
  if (message.empty()) message = format("the server answers {}", answer.status);
  const std::string details(problem.member("details").raw);
  if (const auto code = code_from_name(problem.text("code"))) {
    return with_remedy(remote, {*code, message, details});
  }
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
  if (!answer->content_type.starts_with("application/json")) {
    return fail(stranger_answered(remote, *answer));
  }
  return std::move(answer->body);
}

}  // namespace courtside
