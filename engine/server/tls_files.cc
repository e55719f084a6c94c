#include "engine/server/tls_files.h"

#include <string>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"

namespace courtside {
namespace {

// RFC 9325, section 3.4: whoever gets the key of a ticket can read the sessions that resumed by it.
constexpr std::chrono::hours kTicketKeyLife{24};

}  // namespace

Result<std::unique_ptr<TlsFiles>> TlsFiles::make(const Config::Tls& config) {
  std::unique_ptr<TlsFiles> files(new TlsFiles(config));
  if (const Result<void> loaded = files->load(nullptr); !loaded) return fail(loaded.error());
  files->tickets_since_ = std::chrono::steady_clock::now();
  return files;
}

Result<void> TlsFiles::load(const TlsContext* tickets_of) {
  const Result<std::string> chain = chain_file_.read();
  if (!chain) return fail(chain.error());
  const Result<std::string> key = key_file_.read();
  if (!key) return fail(key.error());
  if (const Result<void> secret = key_file_.check_secret(); !secret) return secret;
  TlsCertificate certificate{.chain = *chain, .key = *key};
  std::string files = format("{} and {}", chain_file_.path(), key_file_.path());
  if (!client_authorities_file_.path().empty()) {
    Result<std::string> authorities = client_authorities_file_.read();
    if (!authorities) return fail(authorities.error());
    if (const auto safe = client_authorities_file_.check_unwritable(); !safe) return safe;
    // An empty text would ask no client for a certificate.
    certificate.client_authorities = authorities->empty() ? " " : std::move(*authorities);
    files.append(" and ").append(client_authorities_file_.path());
  }
  Result<std::shared_ptr<const TlsContext>> context = TlsContext::make(certificate, tickets_of);
  if (!context) {
    return fail(Code::bad_configuration, format("{}: {}", files, context.error().message));
  }
  context_ = std::move(*context);
  valid_until_s_ = context_->valid_until_s();
  const Timestamp end(context_->valid_until_s() * kMicrosPerSecond);
  if (end < now()) {
    log_warning("transport", format("{}: the certificate has expired on {}", chain_file_.path(),
                                    format_rfc3339(end)));
  }
  return {};
}

bool TlsFiles::reload_if_changed(When when) {
  const bool is_new_chain = chain_file_.read_if_changed().has_value();
  const bool is_new_key = key_file_.read_if_changed().has_value();
  const bool is_new_authority = !client_authorities_file_.path().empty() &&
                                client_authorities_file_.read_if_changed().has_value();
  const bool is_settled = !is_new_chain && !is_new_key && !is_new_authority;
  is_changed_ = is_changed_ || !is_settled || (when == When::kNow && has_failed_);
  if (!is_changed_) renew_tickets();
  if (!is_changed_ || (when == When::kWhenSettled && !is_settled)) return false;
  is_changed_ = false;
  const Result<void> loaded = load(context_.get());
  has_failed_ = !loaded;
  if (has_failed_) {
    log_error("transport", loaded.error().message + "; the previous certificate stays");
    return false;
  }
  log_info("transport",
           format("{}: the certificate, its key and the authorities of clients are in use",
                  chain_file_.path()));
  return true;
}

void TlsFiles::renew_tickets() {
  const auto now = std::chrono::steady_clock::now();
  if (now - tickets_since_ < kTicketKeyLife || has_failed_) return;
  tickets_since_ = now;
  if (const Result<void> loaded = load(nullptr); !loaded) {
    log_error("transport", loaded.error().message + "; the keys of tickets stay");
  }
}

}  // namespace courtside
