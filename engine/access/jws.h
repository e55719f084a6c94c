// One key for JSON Web Signatures (RFC 7515) with its one algorithm. Only this component uses the
// library cjose.
//
// cjose would take the algorithm from the token, so the sender would choose it. Here each key has a
// fixed algorithm, and a token with another algorithm is refused unseen. Threads: any,
// concurrently; immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace courtside {

enum class JwsAlgorithm : std::uint8_t { kHs256, kRs256, kPs256, kEs256 };

std::string_view name_of(JwsAlgorithm algorithm);  // "HS256"
// Exact match only; empty for any other text.
std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name);

constexpr std::size_t kRsaBitsMin = 2048;  // RFC 7518, section 3.3

class JwsKey {
 public:
  // Each of these is empty when the numbers are not a valid key.
  static std::optional<JwsKey> make_secret(std::string_view bytes);
  // Modulus and exponent, big-endian. REQUIRES: the algorithm is kRs256 or kPs256.
  static std::optional<JwsKey> make_rsa(JwsAlgorithm algorithm, std::string_view n,
                                        std::string_view e);
  // A point on the curve P-256, 32 bytes per coordinate.
  static std::optional<JwsKey> make_p256(std::string_view x, std::string_view y);

  JwsKey(JwsKey&&) noexcept;
  JwsKey& operator=(JwsKey&&) noexcept;
  ~JwsKey();

  JwsAlgorithm algorithm() const { return algorithm_; }
  // The length of its signatures; a signature of another length is refused unseen.
  std::size_t signature_bytes() const { return signature_bytes_; }

  // A hash of the algorithm and the key's numbers. The same key in another file or under another
  // name has the same fingerprint.
  const Sha256& fingerprint() const { return fingerprint_; }

  // Whether this key signed the token (compact form). REQUIRES: the token's header was read and
  // names algorithm().
  bool verifies(std::string_view token) const;

  // A signed token with this payload; empty when cjose fails. REQUIRES: algorithm() is kHs256.
  std::optional<std::string> sign(std::string_view payload) const;

 private:
  struct Handle;  // cjose's
  JwsKey(JwsAlgorithm algorithm, std::size_t signature_bytes, const Sha256& fingerprint,
         std::unique_ptr<Handle> handle);

  JwsAlgorithm algorithm_;
  std::size_t signature_bytes_;
  Sha256 fingerprint_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace courtside
