// The certificate of the server's listener, its key, and the authorities of its clients, read from
// files that may be replaced while the server runs. Connections that are open keep the certificate
// that they began with.
//
// Threads: the Server's; valid_until_s() any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "engine/access/changing_file.h"
#include "engine/config/config.h"
#include "transport/tls.h"

namespace courtside {

class TlsFiles {
 public:
  // Reads the files: bad_configuration with what is wrong.
  static Result<std::unique_ptr<TlsFiles>> make(const Config::Tls& config);

  // For a connection that begins now.
  const std::shared_ptr<const TlsContext>& context() const { return context_; }

  // The end of the certificate's validity, in seconds since 1970.
  std::int64_t valid_until_s() const { return valid_until_s_; }

  enum class When : std::uint8_t {
    kNow,
    // Files are replaced one after the other, so a change is used when the next call finds no
    // other.
    kWhenSettled,
  };
  // Reads the files again. True when a new certificate is in use. When the files are no good, it
  // logs why and keeps the previous certificate. kNow tries again after that, because the remedy
  // may be a file's mode. Once a day it changes the keys of the tickets.
  bool reload_if_changed(When when);

 private:
  explicit TlsFiles(const Config::Tls& config)
      : chain_file_(config.certificate_file),
        key_file_(config.key_file),
        client_authorities_file_(config.client_ca_file) {}

  Result<void> load(const TlsContext* tickets_of);
  void renew_tickets();

  ChangingFile chain_file_;
  ChangingFile key_file_;
  ChangingFile client_authorities_file_;  // without a path: none
  std::shared_ptr<const TlsContext> context_;
  std::atomic<std::int64_t> valid_until_s_{0};
  std::chrono::steady_clock::time_point tickets_since_;
  bool is_changed_ = false;  // and not used yet
  bool has_failed_ = false;  // the last load
};

}  // namespace courtside
