// TLS of a server's connections, by OpenSSL. Does no I/O: bytes of the socket in, plaintext out,
// and the other way round.
//
// TLS 1.2 and 1.3. There is no renegotiation, and no early data, because an attacker could replay
// the publishes in it. Clients may resume by session tickets. ALPN selects `http/1.1`.
//
// Between calls a session holds the part of a record that has arrived, and what is not sent yet. An
// idle one holds neither.
//
// Threads: a TlsContext any, it does not change; a TlsSession its connection's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace courtside {

// PEM texts.
struct TlsCertificate {
  std::string chain;  // the server's certificate, then the intermediate ones
  std::string key;    // its private key, without a password
  // Of the authorities whose certificates clients may show; empty: none is asked for.
  std::string client_authorities = {};
};

// Certificate, key and what is agreed upon. Sessions that were begun keep the context that they
// began with.
class TlsContext {
 public:
  // bad_configuration with what is wrong. Tickets of `previous` (may be null) stay valid if it has
  // the same authorities of clients, because a ticket stands for the check of a certificate too.
  static Result<std::shared_ptr<const TlsContext>> make(const TlsCertificate& certificate,
                                                        const TlsContext* previous);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // The end of the certificate's validity, in seconds since 1970.
  std::int64_t valid_until_s() const { return valid_until_s_; }

 private:
  friend class TlsSession;
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

  ssl_ctx_st* const context_;
  std::string client_authorities_;
  std::int64_t valid_until_s_ = 0;
};

class TlsSession {
 public:
  // A full record. Several small messages in one record cost a tenth of as many records.
  static constexpr std::size_t kRecordBytesMax = 16 * 1024;

  // What a client may cost before it has sent a byte of data. OpenSSL would take a hello of 128
  // KiB, and any number of key updates.
  static constexpr std::size_t kHelloBytesMax = 16 * 1024;
  static constexpr int kKeyUpdatesMax = 32;  // in a row

  enum class Input : std::uint8_t {
    kOpen,
    kEnded,   // the client sends no more: close_notify
    kFailed,  // it is no TLS, or none that is accepted; an alert may be in the output
  };

  explicit TlsSession(const TlsContext& context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Takes bytes of the socket and appends the plaintext to `plain`. It may add to the output.
  // REQUIRES: no earlier call returned kFailed.
  Input receive(std::string_view bytes, std::string& plain);

  // The handshake is complete: plaintext can be sent.
  bool established() const;

  // The common name of the client's certificate, which one of the authorities has signed for
  // clients; empty when the certificate has expired since, or has not exactly one. Nothing without
  // a certificate. REQUIRES: established().
  std::optional<std::string> client_name() const;

  // Adds one record to the output. False: the session has failed. REQUIRES: established(), no end()
  // before, and 1 to kRecordBytesMax bytes.
  bool send(std::string_view plain);

  // Adds close_notify to the output, once. Nothing before the end of the handshake.
  void end();
  bool ended() const { return ended_; }

  // The bytes for the socket. Reserve room for what send() will add, consume what was sent.
  std::string_view output() const { return output_; }
  void reserve_output(std::size_t size_bytes) { output_.reserve(size_bytes); }
  void consume_output(std::size_t count_bytes);

  // What was wrong, after a failure.
  const std::string& error() const { return error_; }

 private:
  struct Io;

  bool is_hello_good(std::string_view bytes);
  Input refuse(std::string why);

  std::string begin_;       // the headers of the first record and message
  std::string_view input_;  // of the current call
  std::string output_;
  ssl_st* const ssl_;
  std::string error_;
  int key_updates_ = 0;  // since the last data
  bool ended_ = false;
};

}  // namespace courtside
