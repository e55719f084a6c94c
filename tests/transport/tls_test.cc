// Goal: a TlsSession speaks TLS 1.2 and 1.3 with OpenSSL's client however the bytes are cut,
// resumes by tickets, and refuses what it must not do: other protocols, old versions,
// renegotiation, early data.
#include "transport/tls.h"

#include "tests/transport/tls_peer.h"

namespace courtside {
namespace {

using namespace testing_tls;

using Input = TlsSession::Input;

// A client and a session, with the bytes between them cut into pieces.
struct Pair {
  explicit Pair(const ClientOptions& options = {}, std::size_t piece = 1 << 20,
                const std::shared_ptr<const TlsContext>& context = new_context())
      : session(*context), client(options), piece_bytes(piece) {
    client.read();
    exchange();
  }

  // Until nobody has anything to send.
  void exchange() {
    while (true) {
      const std::string sent = client.output();
      if (sent.empty() && session.output().empty()) return;
      for (std::size_t at = 0; at < sent.size() && input == Input::kOpen; at += piece_bytes) {
        input = session.receive(std::string_view(sent).substr(at, piece_bytes), plain);
      }
      while (!session.output().empty()) {
        client.receive(session.output().substr(0, piece_bytes));
        session.consume_output(std::min(piece_bytes, session.output().size()));
      }
    }
  }

  TlsSession session;
  TlsClient client;
  const std::size_t piece_bytes;
  std::string plain;  // what the session received
  Input input = Input::kOpen;
};

class TlsVersions : public ::testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Accepted, TlsVersions, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(TlsVersions, CarryTextHoweverTheBytesAreCut) {
  const std::string large(50'000, 'x');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{1} << 20}) {
    Pair pair({.version = GetParam()}, piece);
    ASSERT_TRUE(pair.session.established() && pair.client.established());
    pair.client.send("from the client");
    pair.client.send(large);
    ASSERT_TRUE(pair.session.send("from the server"));
    pair.exchange();
    EXPECT_EQ(pair.plain, "from the client" + large);
    EXPECT_EQ(pair.client.plain(), "from the server");
    EXPECT_EQ(pair.input, Input::kOpen);
  }
}

TEST_P(TlsVersions, EndWithCloseNotify) {
  Pair pair({.version = GetParam()});
  pair.client.send("last");
  pair.client.end();
  pair.exchange();
  EXPECT_EQ(pair.input, Input::kEnded);
  EXPECT_EQ(pair.plain, "last");
  pair.session.end();
  EXPECT_TRUE(pair.session.ended());
  pair.session.end();  // once is enough
  pair.exchange();
  EXPECT_TRUE(pair.client.ended());
  EXPECT_FALSE(pair.client.failed());
}

TEST_P(TlsVersions, ResumeByTicketAlsoAfterTheCertificateWasReplaced) {
  const auto context = new_context();
  Pair first({.version = GetParam()}, 1 << 20, context);
  SSL_SESSION* const ticket = SSL_get1_session(first.client.ssl());
  ASSERT_NE(ticket, nullptr);
  EXPECT_FALSE(first.client.was_resumed());
  EXPECT_EQ(SSL_SESSION_get_max_early_data(ticket), 0u);
  const ClientOptions again = {.version = GetParam(), .resumed = ticket};
  EXPECT_TRUE(Pair(again, 1 << 20, context).client.was_resumed());
  EXPECT_TRUE(Pair(again, 1 << 20, new_context(context.get())).client.was_resumed());
  Pair other(again, 1 << 20, new_context());
  EXPECT_FALSE(other.client.was_resumed());
  EXPECT_TRUE(other.client.established());
  SSL_SESSION_free(ticket);
}

TEST_P(TlsVersions, SelectHttp) {
  Pair pair({.version = GetParam(), .protocols = "\x02h2\x08http/1.1"});
  const unsigned char* selected = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(pair.client.ssl(), &selected, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(selected), size), "http/1.1");
  Pair other({.version = GetParam(), .protocols = "\x02h2"});
  EXPECT_EQ(other.input, Input::kFailed);
  EXPECT_TRUE(other.client.failed());
}

std::shared_ptr<const TlsContext> context_that_trusts(const TlsCertificate& client,
                                                      const TlsContext* previous = nullptr) {
  TlsCertificate certificate = new_certificate();
  certificate.client_authorities = client.chain;
  const auto context = TlsContext::make(certificate, previous);
  EXPECT_TRUE(context) << context.error().message;
  return *context;
}

TEST_P(TlsVersions, NameTheClientByItsCertificate) {
  const TlsCertificate billing = new_certificate(nullptr, "billing");
  const auto context = context_that_trusts(billing);
  Pair named({.version = GetParam(), .certificate = &billing}, 7, context);
  EXPECT_EQ(named.session.client_name(), "billing");
  Pair unnamed({.version = GetParam()}, 7, context);
  EXPECT_TRUE(unnamed.session.established());
  EXPECT_EQ(unnamed.session.client_name(), std::nullopt);
  // A server that asks for none gets none.
  Pair unasked({.version = GetParam(), .certificate = &billing});
  EXPECT_EQ(unasked.session.client_name(), std::nullopt);
  const TlsCertificate nameless = new_certificate(nullptr, "");
  Pair without({.version = GetParam(), .certificate = &nameless}, 7, context_that_trusts(nameless));
  EXPECT_EQ(without.session.client_name(), "");
}

TEST_P(TlsVersions, RefuseTheCertificateOfAnotherAuthority) {
  const auto context = context_that_trusts(new_certificate(nullptr, "billing"));
  const TlsCertificate other = new_certificate(nullptr, "billing");
  Pair pair({.version = GetParam(), .certificate = &other}, 1 << 20, context);
  EXPECT_EQ(pair.input, Input::kFailed);
  const TlsCertificate old = new_certificate(nullptr, "billing", -3600);
  Pair expired({.version = GetParam(), .certificate = &old}, 1 << 20, context_that_trusts(old));
  EXPECT_EQ(expired.input, Input::kFailed);
}

TEST_P(TlsVersions, ResumeWithTheNameUnlessTheAuthoritiesChanged) {
  const TlsCertificate billing = new_certificate(nullptr, "billing");
  const auto context = context_that_trusts(billing);
  Pair first({.version = GetParam(), .certificate = &billing}, 1 << 20, context);
  const ClientOptions again = {.version = GetParam(),
                               .resumed = SSL_get1_session(first.client.ssl()),
                               .certificate = &billing};
  Pair second(again, 1 << 20, context_that_trusts(billing, context.get()));
  EXPECT_TRUE(second.client.was_resumed());
  EXPECT_EQ(second.session.client_name(), "billing");
  Pair third(again, 1 << 20, context_that_trusts(new_certificate(), context.get()));
  EXPECT_FALSE(third.client.was_resumed());
  EXPECT_EQ(third.input, Input::kFailed);
  SSL_SESSION_free(again.resumed);
}

TEST(TlsSession, RefusesOldVersions) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    Pair pair({.version = version});
    EXPECT_EQ(pair.input, Input::kFailed);
    EXPECT_TRUE(pair.client.failed());
    EXPECT_EQ(pair.session.error(), "unsupported protocol");
  }
}

// A client could make the server compute for nothing.
TEST(TlsSession, DoesNotRenegotiate) {
  Pair pair({.version = TLS1_2_VERSION});
  SSL_renegotiate(pair.client.ssl());
  SSL_do_handshake(pair.client.ssl());
  pair.exchange();
  EXPECT_TRUE(pair.client.failed());
}

TEST(TlsSession, TellsAClientOfPlainHttpWhatToDo) {
  TlsSession session(*new_context());
  std::string plain;
  EXPECT_EQ(session.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", plain), Input::kFailed);
  EXPECT_EQ(plain, "");
  EXPECT_EQ(session.output().find("HTTP/1.1 400 Bad Request\r\n"), 0u);
  const std::size_t body = session.output().find("\r\n\r\n") + 4;
  const std::string length = "Content-Length: " + std::to_string(session.output().size() - body);
  EXPECT_NE(session.output().find(length), std::string_view::npos);
}

TEST(TlsSession, FailsAtWhatIsNoTls) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x00\x05hello", 10), std::string("SSH-2.0-client\r\n"),
        std::string(100, '\0'), std::string("\x16\x03\x01\xff\xff") + std::string(70'000, 'x')}) {
    TlsSession session(*new_context());
    std::string plain;
    EXPECT_EQ(session.receive(bytes, plain), Input::kFailed) << bytes.substr(0, 16);
    EXPECT_NE(session.error(), "");
    EXPECT_FALSE(session.established());
    session.end();
  }
}

TEST(TlsSession, FailsAtARecordThatWasChanged) {
  Pair pair;
  pair.client.send("amount 100");
  std::string sent = pair.client.output();
  sent.back() = static_cast<char>(sent.back() ^ 1);
  std::string plain;
  EXPECT_EQ(pair.session.receive(sent, plain), Input::kFailed);
  EXPECT_EQ(plain, "");
}

// 9 bytes must not make the server allocate 128 KiB.
TEST(TlsSession, RefusesALongHelloBeforeItComes) {
  const auto begin = [](int record_bytes, int hello_bytes) {
    std::string bytes = "\x16\x03\x01";
    for (const int each :
         {record_bytes >> 8, record_bytes, 1, hello_bytes >> 16, hello_bytes >> 8, hello_bytes}) {
      bytes.push_back(static_cast<char>(each));
    }
    return bytes;
  };
  const auto input = [](const std::string& bytes, std::size_t piece) {
    TlsSession session(*new_context());
    std::string plain;
    Input last = Input::kOpen;
    for (std::size_t at = 0; at < bytes.size() && last == Input::kOpen; at += piece) {
      last = session.receive(std::string_view(bytes).substr(at, piece), plain);
    }
    return last;
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{9}}) {
    EXPECT_EQ(input(begin(16'384, 16'384), piece), Input::kOpen);
    EXPECT_EQ(input(begin(16'384, 16'385), piece), Input::kFailed);
    EXPECT_EQ(input(begin(16'384, 131'000), piece), Input::kFailed);
    EXPECT_EQ(input(begin(3, 100), piece), Input::kFailed);
  }
}

TEST(TlsSession, BearsOnlySoManyKeyUpdates) {
  Pair pair;
  const auto update = [&pair](int times) {
    for (int i = 0; i < times; ++i) {
      SSL_key_update(pair.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
      SSL_do_handshake(pair.client.ssl());
    }
    pair.exchange();
  };
  update(TlsSession::kKeyUpdatesMax);
  pair.client.send("data");
  pair.exchange();
  update(TlsSession::kKeyUpdatesMax);
  EXPECT_EQ(pair.input, Input::kOpen);
  EXPECT_EQ(pair.plain, "data");
  update(1);
  EXPECT_EQ(pair.input, Input::kFailed);
  EXPECT_EQ(pair.session.error(), "too many key updates");
}

TEST(TlsContext, SaysWhatIsWrong) {
  const TlsCertificate good = new_certificate();
  const auto error_of = [](const TlsCertificate& certificate) {
    const auto context = TlsContext::make(certificate, nullptr);
    return context ? "none" : context.error().message;
  };
  EXPECT_EQ(error_of(good), "none");
  EXPECT_EQ(error_of({.chain = good.chain + new_certificate().chain, .key = good.key}), "none");
  EXPECT_EQ(error_of({.chain = "", .key = good.key}), "the certificate: no start line");
  EXPECT_EQ(error_of({.chain = good.key, .key = good.key}), "the certificate: no start line");
  EXPECT_EQ(error_of({.chain = good.chain, .key = ""}), "the private key: unsupported");
  EXPECT_EQ(error_of({.chain = good.chain, .key = new_certificate().key}),
            "the private key: key values mismatch");
  EXPECT_EQ(error_of({.chain = good.chain.substr(0, good.chain.size() / 2), .key = good.key}),
            "the certificate: bad end line");
  EXPECT_NE(error_of({.chain = good.chain + "-----BEGIN CERTIFICATE-----\nx", .key = good.key}),
            "none");
  EXPECT_NE(error_of({.chain = good.chain, .key = new_certificate("secret").key}), "none");
  EXPECT_EQ(error_of({.chain = good.chain, .key = good.key, .client_authorities = " "}),
            "the authorities of clients: no start line");
}

TEST(TlsContext, KnowsTheEndOfItsCertificate) {
  const std::int64_t left = new_context()->valid_until_s() - time(nullptr);
  EXPECT_GT(left, 3500);
  EXPECT_LE(left, 3600);
}

}  // namespace
}  // namespace courtside
