#include "engine/http/backup_door.h"

#include "base/json.h"
#include "base/log.h"
#include "engine/version.h"

namespace courtside {
namespace {

constexpr std::size_t kKeyLength = 40;  // of 36 letters and digits: 200 bits

}  // namespace

BackupDoor::BackupDoor(const EventLog& log)
    : log_(log), key_(random_word(kKeyLength)), key_digest_(sha256(key_)) {}

bool BackupDoor::is_key(std::string_view credential) const {
  return equal_in_constant_time(sha256(credential), key_digest_);
}

Result<BackupMade> BackupDoor::make(const std::string& target) {
  if (!target.starts_with('/')) {
    return fail(Code::bad_request, "`target` is not an absolute path");
  }
  if (is_busy_.exchange(true)) return fail(Code::overloaded, "another backup is being made");
  Result<BackupMade> made = make_backup(log_, target, kVersion);
  is_busy_ = false;
  if (made) {
    log_info("engine", "backup " + backup_answer(*made));
    return made;
  }
  log_error("engine", "backup: " + made.error().message);
  if (made.error().code == Code::bad_request) return made;
  return fail(Code::internal, made.error().message);  // what it is over HTTP
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
