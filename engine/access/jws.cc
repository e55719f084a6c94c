#include "engine/access/jws.h"

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>

#include <algorithm>
#include <array>
#include <utility>

namespace courtside {
namespace {

struct Name {
  JwsAlgorithm algorithm;
  std::string_view text;
};
constexpr std::array<Name, 4> kNames = {{{JwsAlgorithm::kHs256, "HS256"},
                                         {JwsAlgorithm::kRs256, "RS256"},
                                         {JwsAlgorithm::kPs256, "PS256"},
                                         {JwsAlgorithm::kEs256, "ES256"}}};

constexpr std::size_t kHmacBytes = 32;
constexpr std::size_t kP256CoordinateBytes = 32;

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

struct ReleaseHeader {
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
using Header = std::unique_ptr<cjose_header_t, ReleaseHeader>;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// cjose takes non-const pointers for key parts that it only reads.
std::uint8_t* unconst(std::string_view text) { return const_cast<std::uint8_t*>(bytes_of(text)); }

std::string_view without_leading_zeros(std::string_view number) {
  number.remove_prefix(std::min(number.find_first_not_of('\0'), number.size()));
  return number;
}

bool is_odd(std::string_view number) {
  return !number.empty() && (static_cast<unsigned char>(number.back()) & 1) != 0;
}

std::size_t bits_of(std::string_view number) {
  if (number.empty()) return 0;
  std::size_t bits = number.size() * 8;
  for (unsigned top = static_cast<unsigned char>(number.front()); (top & 0x80) == 0; top <<= 1) {
    --bits;
  }
  return bits;
}

Sha256 fingerprint_of(JwsAlgorithm algorithm, std::string_view first, std::string_view second) {
  std::string text(name_of(algorithm));
  text.append(" ").append(std::to_string(first.size())).append(" ");
  return sha256(text.append(first).append(second));
}

}  // namespace

struct JwsKey::Handle {
  explicit Handle(cjose_jwk_t* taken) : jwk(taken) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { cjose_jwk_release(jwk); }

  cjose_jwk_t* const jwk;
};

std::string_view name_of(JwsAlgorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)].text;
}

std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name) {
  for (const Name& each : kNames) {
    if (each.text == name) return each.algorithm;
  }
  return std::nullopt;
}

JwsKey::JwsKey(JwsAlgorithm algorithm, std::size_t signature_bytes, const Sha256& fingerprint,
               std::unique_ptr<Handle> handle)
    : algorithm_(algorithm),
      signature_bytes_(signature_bytes),
      fingerprint_(fingerprint),
      handle_(std::move(handle)) {}
JwsKey::JwsKey(JwsKey&&) noexcept = default;
JwsKey& JwsKey::operator=(JwsKey&&) noexcept = default;
JwsKey::~JwsKey() = default;

std::optional<JwsKey> JwsKey::make_secret(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  cjose_jwk_t* jwk = cjose_jwk_create_oct_spec(bytes_of(bytes), bytes.size(), nullptr);
  if (jwk == nullptr) return std::nullopt;
  return JwsKey(JwsAlgorithm::kHs256, kHmacBytes, fingerprint_of(JwsAlgorithm::kHs256, bytes, {}),
                std::make_unique<Handle>(jwk));
}

std::optional<JwsKey> JwsKey::make_rsa(JwsAlgorithm algorithm, std::string_view n,
                                       std::string_view e) {
  n = without_leading_zeros(n);
  e = without_leading_zeros(e);
  // An even modulus or exponent is not an RSA key, and with exponent 1 any signature verifies.
  if (bits_of(n) < kRsaBitsMin || !is_odd(n) || !is_odd(e) || bits_of(e) < 2) return std::nullopt;
  cjose_jwk_rsa_keyspec spec = {};
  spec.n = unconst(n);
  spec.nlen = n.size();
  spec.e = unconst(e);
  spec.elen = e.size();
  cjose_jwk_t* jwk = cjose_jwk_create_RSA_spec(&spec, nullptr);
  if (jwk == nullptr) return std::nullopt;
  return JwsKey(algorithm, n.size(), fingerprint_of(algorithm, n, e),
                std::make_unique<Handle>(jwk));
}

std::optional<JwsKey> JwsKey::make_p256(std::string_view x, std::string_view y) {
  if (x.size() != kP256CoordinateBytes || y.size() != kP256CoordinateBytes) return std::nullopt;
  cjose_jwk_ec_keyspec spec = {};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.x = unconst(x);
  spec.xlen = x.size();
  spec.y = unconst(y);
  spec.ylen = y.size();
  // cjose refuses a point that is not on the curve.
  cjose_jwk_t* jwk = cjose_jwk_create_EC_spec(&spec, nullptr);
  if (jwk == nullptr) return std::nullopt;
  return JwsKey(JwsAlgorithm::kEs256, 2 * kP256CoordinateBytes,
                fingerprint_of(JwsAlgorithm::kEs256, x, y), std::make_unique<Handle>(jwk));
}

bool JwsKey::verifies(std::string_view token) const {
  const Jws jws(cjose_jws_import(token.data(), token.size(), nullptr));
  if (jws == nullptr) return false;
  // cjose uses the algorithm that it reads from the header. It must be the one that we read.
  const char* named = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, nullptr);
  if (named == nullptr || named != name_of(algorithm_)) return false;
  return cjose_jws_verify(jws.get(), handle_->jwk, nullptr);
}

std::optional<std::string> JwsKey::sign(std::string_view payload) const {
  const Header header(cjose_header_new(nullptr));
  if (header == nullptr ||
      !cjose_header_set(header.get(), CJOSE_HDR_ALG, std::string(name_of(algorithm_)).c_str(),
                        nullptr) ||
      !cjose_header_set(header.get(), "typ", "JWT", nullptr)) {
    return std::nullopt;
  }
  const Jws jws(
      cjose_jws_sign(handle_->jwk, header.get(), bytes_of(payload), payload.size(), nullptr));
  const char* token = nullptr;  // owned by `jws`
  if (jws == nullptr || !cjose_jws_export(jws.get(), &token, nullptr)) return std::nullopt;
  return token;
}

}  // namespace courtside
