// Signs tokens with OpenSSL alone, so that what the verifier takes was made by someone else; and
// shows its public keys in every form that a forger might use. Threads: one.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace courtside {

std::string hmac_sha256(std::string_view secret, std::string_view text);

// `header` and `claims` in base64url, with the dot between.
std::string signing_input(std::string_view header, std::string_view claims);

// A token with an HMAC, whatever its header says.
std::string hmac_token(std::string_view secret, std::string_view header, std::string_view claims);

// A fresh pair of keys, RSA or P-256.
class KeyPair {
 public:
  static KeyPair rsa(unsigned bits = 2048);
  static KeyPair p256();

  // The signature that goes with `alg`: RS256 and PS256 by an RSA key, ES256 (64 bytes) by P-256.
  std::string sign(std::string_view alg, std::string_view text) const;
  // A token signed so; `header` may say something else.
  std::string token(std::string_view alg, std::string_view header, std::string_view claims) const;

  // The public key as a JWK; `more` is put behind its numbers, as `,"kid":"a"`.
  std::string jwk(std::string_view more = "") const;
  std::string pem() const;  // SubjectPublicKeyInfo
  std::string der() const;

 private:
  explicit KeyPair(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}
  std::string number(const char* name) const;

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace courtside
