#include "engine/access/service_keys.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/log.h"

namespace courtside {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kPermissionBytesMax = 128;
constexpr std::string_view kDefaultPermission = "event:publish";
constexpr std::string_view kCertificate = "certificate";  // in the place of a key

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
}

// Returns the text before the separator (or all of it) and removes both from `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// Empty when a permission is malformed.
std::optional<std::vector<std::string>> read_permissions(std::string_view rest) {
  std::vector<std::string> out;
  do {
    const std::string_view permission = take_until(rest, ',');
    if (permission.empty() || permission.size() > kPermissionBytesMax ||
        !consists_of(permission, ":_.-*")) {
      return std::nullopt;
    }
    out.emplace_back(permission);
  } while (!rest.empty());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Parses a line that is neither empty nor a comment. The error says what is wrong with it.
tl::expected<ServiceKey, std::string> read_line(std::string_view line) {
  const bool has_permissions = std::count(line.begin(), line.end(), ':') > 1;
  const std::string_view name = take_until(line, ':');
  const std::string_view key = take_until(line, ':');
  if (name.empty() || name.size() > kNameBytesMax || !consists_of(name, "._-")) {
    return tl::unexpected(std::string("the name is not 1 to 64 letters, digits or `._-`"));
  }
  const bool is_certificate = key == kCertificate;
  const bool is_key = key.size() >= kServiceKeyBytesMin && key.size() <= kServiceKeyBytesMax &&
                      consists_of(key, "-_~+/=");
  if (!is_key && !is_certificate) {
    return tl::unexpected(
        std::string("the key is not 32 to 512 letters, digits or `-_~+/=`, nor `certificate`"));
  }
  const auto permissions = read_permissions(has_permissions ? line : kDefaultPermission);
  if (!permissions) return tl::unexpected(std::string("a permission is malformed"));
  ServiceKey out;
  out.is_certificate = is_certificate;
  out.identity.key =
      sha256(is_certificate ? format("{}:{}", kCertificate, name) : std::string(key));
  out.identity.kind = Identity::Kind::kService;
  out.identity.actor = name;
  out.identity.permissions = *permissions;
  return out;
}

}  // namespace

Result<std::vector<ServiceKey>> parse_service_keys(std::string_view text, std::string_view file) {
  std::vector<ServiceKey> keys;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = trimmed(take_until(text, '\n'));
    if (line.empty() || line.front() == '#') continue;
    const auto refuse = [&](const std::string& why) {
      return fail(Code::bad_configuration, format("{}:{}: {}", file, number, why));
    };
    tl::expected<ServiceKey, std::string> key = read_line(line);
    if (!key) return refuse(key.error());
    const bool repeated = std::any_of(keys.begin(), keys.end(), [&](const ServiceKey& each) {
      return each.digest() == key->digest();
    });
    if (repeated) return refuse("the key stands further up too");
    keys.push_back(std::move(*key));
  }
  return keys;
}

ServiceKeys::ServiceKeys(ChangingFile file, std::vector<ServiceKey> keys)
    : file_(std::move(file)),
      keys_(std::make_shared<const std::vector<ServiceKey>>(std::move(keys))) {}

Result<std::unique_ptr<ServiceKeys>> ServiceKeys::make(const std::string& path) {
  ChangingFile file(path);
  const Result<std::string> text = path.empty() ? std::string() : file.read();
  if (!text) return fail(text.error());
  if (const auto secret = file.check_secret(); !path.empty() && !secret) {
    return fail(secret.error());
  }
  Result<std::vector<ServiceKey>> keys = parse_service_keys(*text, path);
  if (!keys) return fail(keys.error());
  if (!path.empty() && keys->empty()) {
    return fail(Code::bad_configuration, path + ": it has no key");
  }
  return std::unique_ptr<ServiceKeys>(new ServiceKeys(std::move(file), std::move(*keys)));
}

std::optional<Identity> ServiceKeys::find(std::string_view key) const {
  if (key.size() > kServiceKeyBytesMax) return std::nullopt;
  const Sha256 digest = sha256(key);
  const auto keys = keys_.get();
  const ServiceKey* found = nullptr;
  for (const ServiceKey& each : *keys) {  // compares all: the time reveals no match
    if (!each.is_certificate && equal_in_constant_time(each.digest(), digest)) found = &each;
  }
  if (found == nullptr) return std::nullopt;
  return found->identity;
}

std::optional<Identity> ServiceKeys::find_certificate(std::string_view name) const {
  const auto keys = keys_.get();
  for (const ServiceKey& each : *keys) {
    if (each.is_certificate && each.identity.actor == name) return each.identity;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> ServiceKeys::permissions_of(const Identity& service) const {
  const auto keys = keys_.get();
  for (const ServiceKey& each : *keys) {
    if (each.digest() == service.key && each.identity.actor == service.actor) {
      return each.identity.permissions;
    }
  }
  return std::nullopt;
}

bool ServiceKeys::reload_if_changed() {
  if (file_.path().empty()) return false;
  const std::optional<Result<std::string>> text = file_.read_if_changed();
  if (!text) return false;
  Result<std::vector<ServiceKey>> keys =
      text->and_then([&](const std::string& lines) -> Result<std::vector<ServiceKey>> {
        if (const auto secret = file_.check_secret(); !secret) return fail(secret.error());
        return parse_service_keys(lines, file_.path());
      });
  if (!keys) {
    log_error("access", keys.error().message + "; the keys of before stay");
    return false;
  }
  if (keys->empty()) log_warning("access", file_.path() + ": it has no key any more");
  keys_.set(std::make_shared<const std::vector<ServiceKey>>(std::move(*keys)));
  log_info("access", file_.path() + ": its keys are in use");
  return true;
}

}  // namespace courtside
