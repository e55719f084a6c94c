#include "tests/engine/access/support/signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

#include "base/base64url.h"
#include "base/check.h"

namespace courtside {
namespace {

constexpr int kCoordinateBytes = 32;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// r and s side by side (RFC 7518, section 3.4), from OpenSSL's ASN.1.
std::string raw_ecdsa(const std::string& der) {
  const unsigned char* at = bytes(std::string_view(der));
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  COURTSIDE_CHECK(signature != nullptr);
  std::string out(2 * kCoordinateBytes, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), bytes(out), kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), bytes(out) + kCoordinateBytes, kCoordinateBytes);
  ECDSA_SIG_free(signature);
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view secret, std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes(text), text.size(),
       bytes(digest), &length);
  digest.resize(length);
  return digest;
}

std::string signing_input(std::string_view header, std::string_view claims) {
  return base64url_encode(header) + "." + base64url_encode(claims);
}

std::string hmac_token(std::string_view secret, std::string_view header, std::string_view claims) {
  const std::string input = signing_input(header, claims);
  return input + "." + base64url_encode(hmac_sha256(secret, input));
}

KeyPair KeyPair::rsa(unsigned bits) { return KeyPair(EVP_RSA_gen(bits)); }
KeyPair KeyPair::p256() { return KeyPair(EVP_EC_gen("P-256")); }

std::string KeyPair::sign(std::string_view alg, std::string_view text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;  // owned by `context`
  COURTSIDE_CHECK(EVP_DigestSignInit(context, &options, EVP_sha256(), nullptr, key_.get()) == 1);
  if (alg == "PS256") {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t length = 0;
  COURTSIDE_CHECK(EVP_DigestSign(context, nullptr, &length, bytes(text), text.size()) == 1);
  std::string signature(length, '\0');
  COURTSIDE_CHECK(EVP_DigestSign(context, bytes(signature), &length, bytes(text), text.size()) ==
                  1);
  signature.resize(length);
  EVP_MD_CTX_free(context);
  return alg == "ES256" ? raw_ecdsa(signature) : signature;
}

std::string KeyPair::token(std::string_view alg, std::string_view header,
                           std::string_view claims) const {
  const std::string input = signing_input(header, claims);
  return input + "." + base64url_encode(sign(alg, input));
}

std::string KeyPair::number(const char* name) const {
  BIGNUM* value = nullptr;
  COURTSIDE_CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
  // A coordinate has its full length, an RSA number no zeros in front.
  const bool is_rsa = EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA;
  const int length = is_rsa ? BN_num_bytes(value) : kCoordinateBytes;
  std::string out(static_cast<std::size_t>(length), '\0');
  BN_bn2binpad(value, bytes(out), length);
  BN_free(value);
  return base64url_encode(out);
}

std::string KeyPair::jwk(std::string_view more) const {
  const bool is_rsa = EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA;
  std::string out = is_rsa
                        ? R"({"kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
                              number(OSSL_PKEY_PARAM_RSA_E)
                        : R"({"kty":"EC","crv":"P-256","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X) +
                              R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y);
  return out.append("\"").append(more).append("}");
}

std::string KeyPair::pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  COURTSIDE_CHECK(PEM_write_bio_PUBKEY(memory, key_.get()) == 1);
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  std::string out(text, static_cast<std::size_t>(length));
  BIO_free(memory);
  return out;
}

std::string KeyPair::der() const {
  unsigned char* encoded = nullptr;
  const int length = i2d_PUBKEY(key_.get(), &encoded);
  COURTSIDE_CHECK(length > 0);
  std::string out(reinterpret_cast<char*>(encoded), static_cast<std::size_t>(length));
  OPENSSL_free(encoded);
  return out;
}

}  // namespace courtside
