#include "transport/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/format.h"

namespace courtside {
namespace {

constexpr std::size_t kHeaderBytes = 9;      // of the first record and the message in it
constexpr std::size_t kTicketKeyBytes = 80;  // of OpenSSL's own tickets: name, HMAC key, AES key
// What a client may show before it has sent a byte of data.
constexpr int kChainDepthMax = 4;
constexpr long kClientChainBytesMax = 16 * 1024;
// OpenSSL resumes a session with a certificate only in the context that it names.
constexpr std::string_view kSessionContext = "courtside";
constexpr std::string_view kProtocol = "\x08http/1.1";

// What a client that speaks plain HTTP can understand.
constexpr std::string_view kPlainHttpAnswer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 50\r\n"
    "Connection: close\r\n\r\nThis port speaks TLS: use https:// or wss:// URLs\n";

// The last error of this thread, in words. All of them are discarded.
std::string take_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : format("OpenSSL error {:#x}", code);
}

// RFC 7301, section 3.2: a client that offers only other protocols is refused.
int select_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  unsigned char* selected = nullptr;
  const int result = SSL_select_next_proto(
      &selected, out_size, reinterpret_cast<const unsigned char*>(kProtocol.data()),
      static_cast<unsigned>(kProtocol.size()), offered, offered_size);
  *out = selected;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A key with a password would make OpenSSL ask for it on the terminal.
int no_password(char* /*out*/, int /*size*/, int /*writes*/, void* /*unused*/) { return -1; }

void count_key_updates(int is_written, int /*version*/, int type, const void* bytes,
                       std::size_t size_bytes, SSL* ssl, void* /*unused*/) {
  const bool is_update = is_written == 0 && type == SSL3_RT_HANDSHAKE && size_bytes > 0 &&
                         *static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE;
  if (is_update) ++*static_cast<int*>(SSL_get_app_data(ssl));
}

void apply_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // For TLS 1.2: forward secrecy and authenticated encryption only (RFC 9325, section 4.2).
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  // Tickets hold the state, so nothing is stored for clients that are gone.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                 static_cast<unsigned>(kSessionContext.size()));
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  SSL_CTX_set_msg_callback(context, count_key_updates);
}

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader_of(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// All certificates of a text. Empty, with OpenSSL's error, when it has none or one is malformed.
std::vector<Owned<X509>> certificates_of(const std::string& text) {
  const Owned<BIO> reader = reader_of(text);
  std::vector<Owned<X509>> out;
  while (X509* const next = PEM_read_bio_X509(reader.get(), nullptr, no_password, nullptr)) {
    out.emplace_back(next);
  }
  // The end of the text is an error too, of its own kind.
  const unsigned long end = ERR_peek_last_error();
  if (ERR_GET_LIB(end) != ERR_LIB_PEM || ERR_GET_REASON(end) != PEM_R_NO_START_LINE) return {};
  if (!out.empty()) ERR_clear_error();
  return out;
}

bool use_chain(SSL_CTX* context, const std::string& text) {
  const std::vector<Owned<X509>> chain = certificates_of(text);
  if (chain.empty() || SSL_CTX_use_certificate(context, chain.front().get()) != 1) return false;
  return std::all_of(chain.begin() + 1, chain.end(), [context](const Owned<X509>& each) {
    return SSL_CTX_add1_chain_cert(context, each.get()) == 1;
  });
}

// A client may show a certificate, but need not: browsers use the same port. One that no authority
// has signed fails the handshake.
bool ask_clients(SSL_CTX* context, const std::string& authorities) {
  const std::vector<Owned<X509>> all = certificates_of(authorities);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(context, kChainDepthMax);
  // An intermediate authority may be listed without the one above it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_max_cert_list(context, kClientChainBytesMax);
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Owned<X509>& each) {
    return X509_STORE_add_cert(store, each.get()) == 1 &&
           SSL_CTX_add_client_CA(context, each.get()) == 1;
  });
}

bool use_key(SSL_CTX* context, const std::string& text) {
  const Owned<BIO> reader = reader_of(text);
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, nullptr));
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

void copy_ticket_keys(SSL_CTX* from, SSL_CTX* to) {
  std::array<unsigned char, kTicketKeyBytes> keys{};
  if (SSL_CTX_get_tlsext_ticket_keys(from, keys.data(), keys.size()) == 1) {
    SSL_CTX_set_tlsext_ticket_keys(to, keys.data(), keys.size());
  }
}

std::int64_t end_of_validity_s(SSL_CTX* context) {
  tm parts{};
  const X509* const certificate = SSL_CTX_get0_certificate(context);
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return 0;
  return timegm(&parts);
}

}  // namespace

// ---------------------------------------------------------------------------------------------
// TlsContext

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const TlsCertificate& certificate,
                                                           const TlsContext* previous) {
  ERR_clear_error();
  SSL_CTX* const ssl_context = SSL_CTX_new(TLS_server_method());
  COURTSIDE_CHECK(ssl_context != nullptr);
  const std::shared_ptr<TlsContext> context(new TlsContext(ssl_context));
  apply_rules(ssl_context);
  const auto refuse = [](std::string_view what) {
    return fail(Code::bad_configuration, format("{}: {}", what, take_openssl_error()));
  };
  if (!use_chain(ssl_context, certificate.chain)) return refuse("the certificate");
  if (!use_key(ssl_context, certificate.key)) return refuse("the private key");
  context->client_authorities_ = certificate.client_authorities;
  if (!certificate.client_authorities.empty() &&
      !ask_clients(ssl_context, certificate.client_authorities)) {
    return refuse("the authorities of clients");
  }
  context->valid_until_s_ = end_of_validity_s(ssl_context);
  if (previous != nullptr && previous->client_authorities_ == context->client_authorities_) {
    copy_ticket_keys(previous->context_, ssl_context);
  }
  return context;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

// ---------------------------------------------------------------------------------------------
// TlsSession

// How OpenSSL reads the bytes of the current call and writes to the output.
struct TlsSession::Io {
  static int read(BIO* bio, char* to, int size) {
    std::string_view& input = session(bio).input_;
    BIO_clear_retry_flags(bio);
    if (session(bio).key_updates_ > kKeyUpdatesMax) return -1;  // fails the session
    const std::size_t count = std::min(input.size(), static_cast<std::size_t>(size));
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(to, input.data(), count);
    input.remove_prefix(count);
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* from, int size) {
    session(bio).output_.append(from, static_cast<std::size_t>(size));
    return size;
  }

  static long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static TlsSession& session(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static BIO_METHOD* make_method() {
    BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "session");
    COURTSIDE_CHECK(method != nullptr);
    BIO_meth_set_read(method, read);
    BIO_meth_set_write(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
  }

  static BIO* make(TlsSession& session) {
    static BIO_METHOD* const method = make_method();
    BIO* const bio = BIO_new(method);
    COURTSIDE_CHECK(bio != nullptr);
    BIO_set_data(bio, &session);
    BIO_set_init(bio, 1);
    return bio;
  }
};

TlsSession::TlsSession(const TlsContext& context) : ssl_(SSL_new(context.context_)) {
  COURTSIDE_CHECK(ssl_ != nullptr);
  BIO* const bio = Io::make(*this);
  SSL_set_bio(ssl_, bio, bio);  // owns it
  SSL_set_app_data(ssl_, &key_updates_);
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

TlsSession::Input TlsSession::receive(std::string_view bytes, std::string& plain) {
  if (begin_.size() < kHeaderBytes && !is_hello_good(bytes)) {
    return refuse("the client's hello is too long");
  }
  ERR_clear_error();
  input_ = bytes;
  std::array<char, 4096> piece;
  int count = 0;
  while ((count = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()))) > 0) {
    plain.append(piece.data(), static_cast<std::size_t>(count));
    key_updates_ = 0;
  }
  const int reason = SSL_get_error(ssl_, count);
  input_ = {};
  if (reason == SSL_ERROR_WANT_READ) return Input::kOpen;
  if (reason == SSL_ERROR_ZERO_RETURN) return Input::kEnded;
  if (key_updates_ > kKeyUpdatesMax) return refuse("too many key updates");
  if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_HTTP_REQUEST) output_ = kPlainHttpAnswer;
  const long verified = SSL_get_verify_result(ssl_);
  std::string why = take_openssl_error();
  if (verified != X509_V_OK) why.append(": ").append(X509_verify_cert_error_string(verified));
  return refuse(std::move(why));
}

TlsSession::Input TlsSession::refuse(std::string why) {
  error_ = std::move(why);
  return Input::kFailed;
}

// RFC 8446, sections 4 and 5.1: a record's header has 5 bytes, the last two of them its length; a
// message's has 4, the last three of them its length. OpenSSL judges anything but a handshake.
bool TlsSession::is_hello_good(std::string_view bytes) {
  begin_.append(bytes.substr(0, kHeaderBytes - begin_.size()));
  const auto byte = [this](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(begin_[i]));
  };
  if (begin_.size() < kHeaderBytes || byte(0) != SSL3_RT_HANDSHAKE) return true;
  const bool is_whole = (byte(3) << 8 | byte(4)) >= 4;  // the message's header is in the record
  return is_whole && (byte(6) << 16 | byte(7) << 8 | byte(8)) <= kHelloBytesMax;
}

bool TlsSession::established() const { return SSL_is_init_finished(ssl_) == 1; }

std::optional<std::string> TlsSession::client_name() const {
  const X509* const certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK) return std::nullopt;
  // A resumed session was checked when it began.
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) return "";
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  const bool is_only = at >= 0 && X509_NAME_get_index_by_NID(subject, NID_commonName, at) < 0;
  if (!is_only) return "";
  const ASN1_STRING* const name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)),
                     static_cast<std::size_t>(ASN1_STRING_length(name)));
}

bool TlsSession::send(std::string_view plain) {
  ERR_clear_error();
  const int count = SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
  if (count == static_cast<int>(plain.size())) return true;
  error_ = take_openssl_error();
  return false;
}

void TlsSession::end() {
  if (ended_) return;
  ended_ = true;
  if (!established()) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

void TlsSession::consume_output(std::size_t count_bytes) {
  if (count_bytes < output_.size()) {
    output_.erase(0, count_bytes);
  } else {
    output_ = std::string();
  }
}

}  // namespace courtside
