// The client's side of TLS, without sockets: OpenSSL with bytes in memory, and certificates for the
// server's side.
#pragma once

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/tls.h"

namespace courtside::testing_tls {

inline std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

// A self-signed certificate of a new P-256 key, valid until `valid_s` from now. With `password` the
// key is encrypted.
inline TlsCertificate new_certificate(const char* password = nullptr,
                                      const std::string& common_name = "localhost",
                                      long valid_s = 3600) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_s);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  // An empty name leaves the subject without one.
  if (!common_name.empty())
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.data()),
                               static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free)> chain(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> secret(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(chain.get(), certificate.get());
  PEM_write_bio_PrivateKey(secret.get(), key.get(), password ? EVP_aes_128_cbc() : nullptr, nullptr,
                           0, nullptr, const_cast<char*>(password));
  return {.chain = text_of(chain.get()), .key = text_of(secret.get())};
}

inline std::shared_ptr<const TlsContext> new_context(const TlsContext* previous = nullptr) {
  const auto context = TlsContext::make(new_certificate(), previous);
  EXPECT_TRUE(context) << context.error().message;
  return *context;
}

struct ClientOptions {
  int version = TLS1_3_VERSION;
  std::string protocols = {};                   // of ALPN, on the wire
  SSL_SESSION* resumed = nullptr;               // from an earlier client
  const TlsCertificate* certificate = nullptr;  // that it shows
};

// Does not check the server's certificate.
class TlsClient {
 public:
  explicit TlsClient(const ClientOptions& options = {})
      : context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_security_level(context_, 0);  // it may try old versions
    ssl_ = SSL_new(context_);
    SSL_set_min_proto_version(ssl_, options.version);
    SSL_set_max_proto_version(ssl_, options.version);
    if (!options.protocols.empty()) {
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                          static_cast<unsigned>(options.protocols.size()));
    }
    if (options.certificate != nullptr) show(*options.certificate);
    if (options.resumed != nullptr) SSL_set_session(ssl_, options.resumed);
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(ssl_), -1);
    SSL_set_connect_state(ssl_);
  }
  ~TlsClient() {
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN);  // otherwise its session is not resumed later
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  SSL* ssl() { return ssl_; }
  bool established() const { return SSL_is_init_finished(ssl_) == 1; }
  bool was_resumed() const { return SSL_session_reused(ssl_) == 1; }

  // Takes bytes of the server; the plaintext is added to plain(). What it must send: output().
  void receive(std::string_view bytes) {
    BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
    read();
  }
  // Begins the handshake, if nothing was received.
  void read() {
    ERR_clear_error();
    std::array<char, 16 * 1024> piece;
    int count = 0;
    while ((count = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()))) > 0) {
      plain_.append(piece.data(), static_cast<std::size_t>(count));
    }
    const int reason = SSL_get_error(ssl_, count);
    ended_ = ended_ || reason == SSL_ERROR_ZERO_RETURN;
    failed_ = failed_ || (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_ZERO_RETURN);
  }
  void send(std::string_view text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
  void end() { SSL_shutdown(ssl_); }

  std::string output() {
    std::string bytes = text_of(SSL_get_wbio(ssl_));
    BIO_reset(SSL_get_wbio(ssl_));
    return bytes;
  }
  const std::string& plain() const { return plain_; }
  bool ended() const { return ended_; }    // the server's close_notify came
  bool failed() const { return failed_; }  // an alert, or no TLS

 private:
  void show(const TlsCertificate& certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> chain(
        BIO_new_mem_buf(certificate.chain.data(), -1), BIO_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> secret(
        BIO_new_mem_buf(certificate.key.data(), -1), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> own(
        PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr), X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(secret.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    SSL_use_certificate(ssl_, own.get());
    SSL_use_PrivateKey(ssl_, key.get());
  }

  SSL_CTX* const context_;
  SSL* ssl_;
  std::string plain_;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace courtside::testing_tls
