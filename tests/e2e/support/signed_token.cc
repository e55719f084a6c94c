#include "tests/e2e/support/signed_token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>

namespace courtside::e2e {
namespace {

// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63];
  return out;
}

}  // namespace

std::string signed_token(std::string_view secret, std::string_view claims,
                         std::string_view header) {
  const std::string input = base64url(header) + "." + base64url(claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data(), &size);
  return input + "." + base64url({reinterpret_cast<const char*>(digest.data()), size});
}

std::int64_t now_s() {
  using std::chrono::seconds;
  using std::chrono::system_clock;
  return std::chrono::floor<seconds>(system_clock::now().time_since_epoch()).count();
}

std::string claims_of(std::string_view account, std::int64_t made_s, std::int64_t ends_s) {
  return R"({"userId":")" + std::string(account) + R"(","type":"ACCESS","userRole":"USER","iat":)" +
         std::to_string(now_s() + made_s) + R"(,"exp":)" + std::to_string(now_s() + ends_s) + "}";
}

}  // namespace courtside::e2e
