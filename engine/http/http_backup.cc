#include "base/log.h"
#include "base/utf8.h"
#include "engine/http/backup_endpoint.h"
#include "engine/http/http_access.h"
#include "engine/http/http_routes.h"
#include "engine/http/problem.h"
#include "schema/json_reader.h"
#include "transport/network.h"

namespace courtside {
namespace {

// The text of {"target": "..."}; bad_request for any other body.
Result<std::string> target_of(std::string_view body) {
  const auto bad = [] {
    return fail(Code::bad_request, "the body is not {\"target\": \"/path\"}");
  };
  if (!is_utf8(body)) return bad();
  JsonReader reader(body);
  std::string target;
  if (!reader.begin_object()) return bad();
  while (reader.next_member()) {
    const bool is_target = reader.key().raw == "\"target\"";
    const JsonValue value = reader.value();
    if (!is_target || !value.is(JsonKind::kString)) continue;
    std::string scratch;
    if (const auto text = json_text(value, scratch)) target = *text;
  }
  if (!reader.at_end() || target.empty() || target.find('\0') != std::string::npos) return bad();
  return target;
}

bool is_on_this_machine(const std::string& address) {
  const auto bytes = address_bytes(address);
  return bytes && is_loopback(*bytes);
}

void make_backup(Exchange& exchange, const RequestBody& body) {
  const Result<std::string> target = target_of(body.text);
  if (!target) return exchange.respond(problem(target.error()));
  exchange.make_backup([&backups = exchange.services().backups, target = *target] {
    Result<BackupMade> made = backups.make(target);
    return [made = std::move(made)](Exchange& asker) {
      if (made) return asker.respond(json_response(backup_answer(*made)));
      log_error("backup", made.error().message);
      // The holder of the key may see disk errors.
      const bool is_ours = info(made.error().code).http_status == 0;
      asker.respond(problem(is_ours ? Error{Code::internal, made.error().message} : made.error()));
    };
  });
}

}  // namespace

void post_backup(Exchange& exchange, const HttpRequest& request) {
  const BackupEndpoint& backups = exchange.services().backups;
  // For other machines this path does not exist.
  if (!is_on_this_machine(exchange.admission().address())) {
    return refuse(exchange, {Code::not_found, kNothingAtPath});
  }
  const auto credential = credential_of(request);
  if (!credential || !*credential || !backups.is_key(**credential)) {
    const Error wrong{Code::unauthorized, "a backup needs the key in serving.json"};
    return refuse(exchange,
                  exchange.admission().count_if_invalid(Result<Identity>(fail(wrong))).error());
  }
  if (const Result<void> plain = check_plain_body(request); !plain) {
    return respond_error(exchange, plain.error());
  }
  with_body(exchange, request, Identity{.kind = Identity::Kind::kAdministrator},
            [](Exchange& asker, const RequestBody& body) { make_backup(asker, body); });
}

}  // namespace courtside
