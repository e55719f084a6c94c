// What the tests of tokens share: an issuer with a secret and one key of each kind, the verifier's
// settings that go with it, and claims that are good until one of them is changed. Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "engine/config/config.h"
#include "tests/engine/access/support/signer.h"

namespace courtside {

constexpr std::int64_t kNow = 1'800'000'000;

// A folder of the test's own, gone at its end.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();

  // Puts a new file in the old one's place, as a careful owner does. The whole path.
  std::string write(const std::string& name, std::string_view text) const;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

// Good claims as JSON text by name: change one, leave one out, add one.
class Claims {
 public:
  Claims();
  Claims with(const std::string& name, std::string_view json) const;
  Claims without(const std::string& name) const;
  std::string json() const;

 private:
  std::map<std::string, std::string> members_;
};

class Issuer {
 public:
  static constexpr std::string_view kSecret = "the platform's secret of 32 bytes and more";

  // With a JWKS of three keys: RS256 `r`, PS256 `p`, ES256 `e`.
  static const Issuer& get();

  Config::Access access() const;
  // A good token of the algorithm, but for the claims.
  std::string token(std::string_view alg, const Claims& claims) const;

  const KeyPair& rsa() const { return rsa_; }
  const KeyPair& pss() const { return pss_; }
  const KeyPair& p256() const { return p256_; }
  std::string jwks() const;

 private:
  Issuer();

  TestFolder folder_;
  KeyPair rsa_ = KeyPair::rsa();
  KeyPair pss_ = KeyPair::rsa();
  KeyPair p256_ = KeyPair::p256();
};

}  // namespace courtside
