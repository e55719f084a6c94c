// The keys by which programs say who they are, from a file with one a line:
//
//   # name:key[:permission,permission...]
//   http-backend:9f2c...:event:publish
//   reports:77ab...:audit:read,booking:read_any
//
// A name is letters, digits and `._-`; a key at least 32 letters, digits and `-_~+/=` (no dot: two
// dots make a token); without permissions it has `event:publish`. A name may have several keys, so
// that one can follow another.
//
// Only digests of the keys are held. One that is offered is compared with all of them, whatever the
// outcome, in constant time. Threads: reload_if_changed() one; the
// others any, at the same time.
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
  Identity identity = {};  // `key` in it is the digest
  const Sha256& digest() const { return identity.key; }
};

// bad_configuration, naming `file` and line and nothing of the key.
Result<std::vector<ServiceKey>> parse_service_keys(std::string_view text, std::string_view file);

class ServiceKeys {
 public:
  // From the file; without one (an empty path) no key is known. bad_configuration when it cannot be
  // used, has no key, or others than its owner may read it.
  static Result<std::unique_ptr<ServiceKeys>> make(const std::string& file);

  std::optional<Identity> find(std::string_view key) const;

  // What the key of this service grants now; empty when the file has it no more, or gives it to
  // another service.
  std::optional<std::vector<std::string>> permissions_of(const Identity& service) const;

  // As TokenVerifier's; a file without a key takes all of them away.
  bool reload_if_changed();

 private:
  ServiceKeys(ChangingFile file, std::vector<ServiceKey> keys);

  ChangingFile file_;
  Current<std::vector<ServiceKey>> keys_;
};

}  // namespace courtside
