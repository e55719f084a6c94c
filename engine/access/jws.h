// One key that signs JSON Web Signatures (RFC 7515), with the one algorithm that it is good for.
// This is where the library cjose is, and nothing else of ours knows it.
//
// cjose would take the algorithm from the token, which is the sender's choice: a key here has its
// own, and a token of another one is never looked at. Threads: any, at the same time; a key does
// not change.
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
// Exactly one of these names; empty for anything else, in whatever spelling.
std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name);

constexpr std::size_t kRsaBitsMin = 2048;  // RFC 7518, section 3.3

class JwsKey {
 public:
  // Each is empty when the numbers are no such key.
  static std::optional<JwsKey> make_secret(std::string_view bytes);
  // Modulus and exponent, the first byte first.
  // REQUIRES: the algorithm is kRs256 or kPs256.
  static std::optional<JwsKey> make_rsa(JwsAlgorithm algorithm, std::string_view n,
                                        std::string_view e);
  // A point of the curve P-256, 32 bytes each.
  static std::optional<JwsKey> make_p256(std::string_view x, std::string_view y);

  JwsKey(JwsKey&&) noexcept;
  JwsKey& operator=(JwsKey&&) noexcept;
  ~JwsKey();

  JwsAlgorithm algorithm() const { return algorithm_; }
  // How long each of its signatures is: another length is refused without a look.
  std::size_t signature_bytes() const { return signature_bytes_; }

  // Of the algorithm and the numbers: another key has another one, and the same key in another
  // file, or under another name, has the same.
  const Sha256& fingerprint() const { return fingerprint_; }

  // Whether this key signed the token, which is in compact form.
  // REQUIRES: the token's header was read and names algorithm().
  bool verifies(std::string_view token) const;

  // The token with this payload; empty when cjose fails.
  // REQUIRES: algorithm() is kHs256.
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
