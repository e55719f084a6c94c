#include "engine/http/backup_endpoint.h"

#include <utility>

#include "base/json.h"
#include "base/log.h"

namespace courtside {
namespace {

constexpr std::size_t kKeyLength = 40;  // letters and digits, 36 different: 200 bits

}  // namespace

BackupEndpoint::BackupEndpoint(Make make)
    : make_(std::move(make)), key_(random_word(kKeyLength)), key_digest_(sha256(key_)) {}

bool BackupEndpoint::is_key(std::string_view credential) const {
  return equal_in_constant_time(sha256(credential), key_digest_);
}

Result<BackupMade> BackupEndpoint::make(const std::string& target) {
  if (!target.starts_with('/')) {
    return fail(Code::bad_request, "`target` is not an absolute path");
  }
  if (is_busy_.exchange(true)) return fail(Code::overloaded, "another backup is being made");
  Result<BackupMade> made = make_(target);
  is_busy_ = false;
  if (made) {
    log_info("engine", "backup " + backup_answer(*made));
    return made;
  }
  log_error("engine", "backup: " + made.error().message);
  const Code code = made.error().code;
  const bool is_for_caller =
      code == Code::bad_request || code == Code::storage_full || code == Code::storage_read_only;
  if (is_for_caller) return made;
  return fail(Code::internal, made.error().message);  // the code for HTTP
}

std::string backup_answer(const BackupMade& made) {
  JsonObject json;
  json.text("target", made.target)
      .text("epoch", made.log.epoch)
      .number("first", made.log.held.begin.value())
      .number("last", previous(made.log.held.end).value())
      .number("events", made.log.held.count());
  return json.take();
}

}  // namespace courtside
