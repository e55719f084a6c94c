// The keys with which services identify themselves, from a file with one key per line:
//
//   # name:key[:permission,permission...]
//   http-backend:9f2c...:event:publish
//   reports:77ab...:audit:read,booking:read_any
//
//   billing:certificate:event:publish
//
// A name consists of letters, digits and `._-`. A key has at least 32 letters, digits and `-_~+/=`;
// no dot, because a credential with two dots is a token. Without permissions a key has
// `event:publish`. A name may have several keys, so that a key can be replaced without a gap. The
// word `certificate` in the place of a key stands for the TLS certificate with this common name.
//
// Only digests of the keys are kept. A presented key is always compared with all of them, in
// constant time. Threads: reload_if_changed() on one thread; everything else on any, concurrently.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "engine/access/changing_file.h"
#include "engine/access/current.h"
#include "engine/access/identity.h"

namespace courtside {

constexpr std::size_t kServiceKeyBytesMin = 32;
constexpr std::size_t kServiceKeyBytesMax = 512;

struct ServiceKey {
  Identity identity = {};  // identity.key is the digest, of a key or of a certificate's name
  bool is_certificate = false;
  const Sha256& digest() const { return identity.key; }
};

// bad_configuration, naming `file` and the line, but no part of the key.
Result<std::vector<ServiceKey>> parse_service_keys(std::string_view text, std::string_view file);

class ServiceKeys {
 public:
  // Reads the file; with an empty path no key is known. bad_configuration when the file is
  // unreadable, has no key, or others than its owner may read it.
  static Result<std::unique_ptr<ServiceKeys>> make(const std::string& file);

  std::optional<Identity> find(std::string_view key) const;
  // The service whose certificate has this common name. The caller has checked the certificate.
  std::optional<Identity> find_certificate(std::string_view name) const;

  // The permissions of the service's key now; empty when the file no longer has the key, or assigns
  // it to another service.
  std::optional<std::vector<std::string>> permissions_of(const Identity& service) const;

  // As TokenVerifier::reload_if_changed(). A file without keys removes all of them.
  bool reload_if_changed();

 private:
  ServiceKeys(ChangingFile file, std::vector<ServiceKey> keys);

  ChangingFile file_;
  Current<std::vector<ServiceKey>> keys_;
};

}  // namespace courtside
