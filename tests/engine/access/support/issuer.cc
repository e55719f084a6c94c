#include "tests/engine/access/support/issuer.h"

#include <unistd.h>

#include <atomic>
#include <fstream>

namespace courtside {

TestFolder::TestFolder() {
  static std::atomic<int> count{0};
  folder_ = std::filesystem::temp_directory_path() /
            ("courtside_access_" + std::to_string(getpid()) + "_" + std::to_string(++count));
  std::filesystem::create_directories(folder_);
}

TestFolder::~TestFolder() { std::filesystem::remove_all(folder_); }

std::string TestFolder::write(const std::string& name, std::string_view text) const {
  const std::string fresh = path(name + ".new");
  std::ofstream(fresh, std::ios::binary) << text;
  std::filesystem::permissions(
      fresh, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(fresh, path(name));
  return path(name);
}

Claims::Claims()
    : members_{{"userId", "\"u_1\""},
               {"type", "\"ACCESS\""},
               {"exp", std::to_string(kNow + 300)},
               {"iat", std::to_string(kNow)}} {}

Claims Claims::with(const std::string& name, std::string_view json) const {
  Claims out = *this;
  out.members_[name] = json;
  return out;
}

Claims Claims::without(const std::string& name) const {
  Claims out = *this;
  out.members_.erase(name);
  return out;
}

std::string Claims::json() const {
  std::string out = "{";
  for (const auto& [name, value] : members_) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(value);
  }
  return out + "}";
}

const Issuer& Issuer::get() {
  static const Issuer issuer;
  return issuer;
}

Issuer::Issuer() { folder_.write("jwks.json", jwks()); }

Config::Access Issuer::access() const {
  Config::Access access;
  access.jwt_secret = kSecret;
  access.jwks_file = folder_.path("jwks.json");
  return access;
}

std::string Issuer::jwks() const {
  return "{\"keys\":[" + rsa_.jwk(R"(,"kid":"r","use":"sig")") + "," +
         pss_.jwk(R"(,"kid":"p","alg":"PS256")") + "," + p256_.jwk(R"(,"kid":"e")") + "]}";
}

std::string Issuer::token(std::string_view alg, const Claims& claims) const {
  if (alg == "HS256") return hmac_token(kSecret, R"({"alg":"HS256","typ":"JWT"})", claims.json());
  if (alg == "RS256") return rsa_.token(alg, R"({"alg":"RS256","kid":"r"})", claims.json());
  if (alg == "PS256") return pss_.token(alg, R"({"alg":"PS256","kid":"p"})", claims.json());
  return p256_.token("ES256", R"({"alg":"ES256","kid":"e"})", claims.json());
}

}  // namespace courtside
