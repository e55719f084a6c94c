// Goal: a token that none of our keys signed, or with a forbidden header, is refused at once, with
// `unauthorized`, and with no part of the token in the message.
#include <gtest/gtest.h>

#include <chrono>

#include "base/base64url.h"
#include "engine/access/token_verifier.h"
#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";

const TokenVerifier& verifier() {
  static const auto made = TokenVerifier::make(Issuer::get().access());
  return **made;
}

// Whether the message contains a part of the token of eight bytes or more.
bool tells(std::string_view message, std::string_view token) {
  constexpr std::size_t kPart = 8;
  for (std::size_t i = 0; i + kPart <= token.size(); ++i) {
    if (message.find(token.substr(i, kPart)) != std::string_view::npos) return true;
  }
  return false;
}

void expect_refused(std::string_view token, const std::string& what) {
  const Result<Identity> who = verifier().verify(token, kNow);
  ASSERT_FALSE(who) << what;
  EXPECT_EQ(who.error().code, Code::unauthorized) << what;
  EXPECT_FALSE(tells(who.error().message, token)) << what << ": " << who.error().message;
  EXPECT_EQ(who.error().details, "") << what;
}

std::string good(std::string_view alg) { return Issuer::get().token(alg, Claims()); }

// Signed with our own secret, so that only the header is wrong.
void expect_header_refused(const std::string& header) {
  expect_refused(hmac_token(Issuer::kSecret, header, Claims().json()), header);
}

TEST(ForgedToken, WithoutASignature) {
  for (const char* none : {"none", "None", "NONE", "nOnE", "nonE", "", " none", "none "}) {
    const std::string header = std::string(R"({"alg":")") + none + "\"}";
    const std::string input = signing_input(header, Claims().json());
    expect_refused(input + ".", header);
    expect_refused(input, header);
    expect_refused(input + "." + base64url_encode(hmac_sha256(Issuer::kSecret, input)), header);
    expect_refused(input + "." + base64url_encode(hmac_sha256("", input)), header);
  }
  for (const char* alg : {"HS256", "RS256", "PS256", "ES256"}) {
    const std::string token = good(alg);
    expect_refused(token.substr(0, token.rfind('.') + 1), alg);
    expect_refused(token.substr(0, token.rfind('.')), alg);
  }
}

TEST(ForgedToken, SignedWithAPublicKeyAsIfItWereTheSecret) {
  for (const KeyPair* key : {&Issuer::get().rsa(), &Issuer::get().pss(), &Issuer::get().p256()}) {
    const std::string pem = key->pem();
    for (const std::string& secret :
         {pem, pem.substr(0, pem.size() - 1), key->der(), key->jwk(), key->jwk(R"(,"kid":"r")")}) {
      for (const char* header : {R"({"alg":"HS256"})", R"({"alg":"HS256","kid":"r"})",
                                 R"({"alg":"RS256","kid":"r"})", R"({"alg":"ES256","kid":"e"})"}) {
        expect_refused(hmac_token(secret, header, Claims().json()), header);
      }
    }
  }
}

TEST(ForgedToken, OfAnAlgorithmThatIsNotItsKeys) {
  const std::string claims = Claims().json();
  const Issuer& issuer = Issuer::get();
  // Each signature is valid for the algorithm and the key.
  expect_refused(issuer.rsa().token("PS256", R"({"alg":"PS256","kid":"r"})", claims), "PS256 by r");
  expect_refused(issuer.pss().token("RS256", R"({"alg":"RS256","kid":"p"})", claims), "RS256 by p");
  expect_refused(issuer.rsa().token("PS256", R"({"alg":"RS256","kid":"r"})", claims), "PS as RS");
  expect_refused(issuer.p256().token("ES256", R"({"alg":"RS256","kid":"r"})", claims), "ES as RS");
  expect_refused(issuer.rsa().token("RS256", R"({"alg":"ES256","kid":"e"})", claims), "RS as ES");
  for (const char* alg : {"HS384", "HS512", "RS384", "RS512", "PS512", "ES384", "EdDSA", "hs256",
                          "HS256 ", "dir", "A128KW"}) {
    expect_header_refused(std::string(R"({"alg":")") + alg + "\"}");
  }
}

TEST(ForgedToken, BySomeoneElse) {
  const KeyPair rsa = KeyPair::rsa();
  const KeyPair p256 = KeyPair::p256();
  const std::string claims = Claims().json();
  expect_refused(hmac_token("another secret, of 32 bytes and more", kHs256, claims), "HS256");
  expect_refused(hmac_token("", kHs256, claims), "an empty secret");
  expect_refused(rsa.token("RS256", R"({"alg":"RS256","kid":"r"})", claims), "RS256");
  expect_refused(rsa.token("PS256", R"({"alg":"PS256","kid":"p"})", claims), "PS256");
  expect_refused(p256.token("ES256", R"({"alg":"ES256","kid":"e"})", claims), "ES256");
}

TEST(ForgedToken, WithASignatureOfZeros) {
  const std::string claims = Claims().json();
  for (const std::size_t size : {0U, 1U, 32U, 63U, 64U, 65U, 72U, 256U}) {
    const std::string zeros = base64url_encode(std::string(size, '\0'));
    for (const char* alg : {"ES256\",\"kid\":\"e", "RS256\",\"kid\":\"r", "HS256"}) {
      const std::string header = std::string(R"({"alg":")") + alg + "\"}";
      expect_refused(signing_input(header, claims) + "." + zeros, header);
    }
  }
}

TEST(ForgedToken, WhereAnyByteOfAGoodOneIsAnother) {
  for (const char* alg : {"HS256", "ES256"}) {
    const std::string token = good(alg);
    for (std::size_t i = 0; i < token.size(); ++i) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      expect_refused(changed, std::string(alg) + " at " + std::to_string(i));
    }
  }
}

TEST(ForgedToken, ThatWasCutOrExtended) {
  for (const char* alg : {"HS256", "RS256", "PS256", "ES256"}) {
    const std::string token = good(alg);
    for (std::size_t length = 0; length < token.size(); ++length) {
      expect_refused(token.substr(0, length), std::string(alg) + " cut");
    }
    for (const char* more : {"A", "AA", "AAAA", ".", ".A", "=", "==", " ", "\n"}) {
      expect_refused(token + more, std::string(alg) + " and " + more);
      expect_refused(more + token, more + std::string(" and ") + alg);
    }
    expect_refused(token + std::string(1, '\0'), "a zero byte");
  }
}

TEST(ForgedToken, SpelledInAnotherWay) {
  // A lenient decoder would decode the same bytes; a token must have only one spelling.
  std::string token = good("HS256");
  const std::size_t last = token.size() - 1;  // 32 bytes: two bits of the last digit are not used
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string loose = token;
  loose[last] = alphabet[alphabet.find(token[last]) ^ 1];
  expect_refused(loose, "bits that nobody reads");
  expect_refused(token + "=", "padding");
  const std::size_t dot = token.find('.');
  expect_refused(token.substr(0, dot) + "=" + token.substr(dot), "padding within");
  for (const char* byte : {"+", "/", "%", " ", "\n", "\t", "\xc3\xa9", "\xff"}) {
    for (const std::size_t at : {std::size_t{0}, dot, dot + 1, last}) {
      std::string changed = token;
      changed.insert(at, byte);
      expect_refused(changed, "a byte outside the alphabet");
    }
  }
}

TEST(ForgedToken, WhoseSignatureIsLongerThanItsNumbers) {
  // r and s with a leading zero: the same numbers, and cjose would accept them.
  const std::string input = signing_input(R"({"alg":"ES256","kid":"e"})", Claims().json());
  const std::string good_one = Issuer::get().p256().sign("ES256", input);
  const std::string zero(1, '\0');
  const std::string padded = zero + good_one.substr(0, 32) + zero + good_one.substr(32);
  ASSERT_TRUE(verifier().verify(input + "." + base64url_encode(good_one), kNow));
  expect_refused(input + "." + base64url_encode(padded), "ES256");
}

TEST(ForgedToken, WhoseHeaderSaysMoreThanItMay) {
  const std::string jwk = Issuer::get().rsa().jwk();
  for (const std::string& more :
       {std::string(R"("jku":"https://evil.example/jwks.json")"),
        std::string(R"("x5u":"file:///etc/passwd")"), R"("jwk":)" + jwk,
        std::string(R"("x5c":["MIIB"])"), std::string(R"("crit":["b64"],"b64":false)"),
        std::string(R"("b64":true)"), std::string(R"("crit":[])"), std::string(R"("jku":null)"),
        std::string(R"("\u006aku":"https://evil.example")")}) {
    expect_header_refused(R"({"alg":"HS256",)" + more + "}");
  }
  for (const char* kid : {R"("e\u0000")", R"("\ud800")", "7", "null", "[]", "{}", "true"}) {
    expect_header_refused(std::string(R"({"alg":"HS256","kid":)") + kid + "}");
  }
}

// A `kid` only selects a key: it opens no file and selects no key of another algorithm. The secret
// is unnamed, so it matches any `kid`.
TEST(ForgedToken, WhoseKeysNameMeansSomethingElseNeedsTheSecretAllTheSame) {
  for (const char* kid :
       {R"("../../../../dev/null")", R"("/etc/passwd")", R"("r")", R"("")", R"("' OR 1=1 --")"}) {
    const std::string header = std::string(R"({"alg":"HS256","kid":)") + kid + "}";
    EXPECT_TRUE(verifier().verify(hmac_token(Issuer::kSecret, header, Claims().json()), kNow));
    expect_refused(hmac_token("", header, Claims().json()), header);
    expect_refused(hmac_token(Issuer::get().rsa().pem(), header, Claims().json()), header);
  }
  const std::string named = R"({"alg":"RS256","kid":"other"})";
  expect_refused(Issuer::get().rsa().token("RS256", named, Claims().json()), named);
}

TEST(ForgedToken, WhoseHeaderIsBroken) {
  for (const char* header : {"",
                             "{}",
                             "[]",
                             "null",
                             "7",
                             "\"HS256\"",
                             R"({"alg":5})",
                             R"({"alg":null})",
                             R"({"alg":["HS256"]})",
                             R"({"alg":{"a":"HS256"}})",
                             R"({"typ":"JWT"})",
                             R"({"alg":"HS256","typ":1})",
                             R"({"alg":"HS256",})",
                             R"({"alg":"HS256"}})",
                             R"({"alg":"HS256"} x)",
                             R"({"alg":"HS256","alg":"HS256"})",
                             R"({"alg":"none","alg":"HS256"})",
                             R"({"alg":"HS256","\u0061lg":"none"})",
                             R"({"alg":"HS256","a":1,"a":2})",
                             R"({'alg':'HS256'})",
                             R"({"alg":"HS256","a":[[[]]]})",
                             "{\"alg\":\"HS256\",\"a\":\"\xff\"}",
                             "\xef\xbb\xbf{\"alg\":\"HS256\"}"}) {
    expect_header_refused(header);
  }
  std::string crowded = R"({"alg":"HS256")";
  for (int i = 0; i < 20; ++i) crowded.append(",\"m" + std::to_string(i) + "\":1");
  expect_header_refused(crowded + "}");
}

TEST(ForgedToken, ThatIsTooLongOrTooDeep) {
  const Claims long_claims = Claims().with("x", "\"" + std::string(kTokenBytesMax, 'x') + "\"");
  expect_refused(Issuer::get().token("HS256", long_claims), "over 8 KiB");
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  expect_refused(hmac_token(Issuer::kSecret, deep, Claims().json()), "a header 10,000 deep");
  expect_refused(Issuer::get().token("HS256", Claims().with("x", deep)), "claims 10,000 deep");
  // As deep as the length limit allows.
  const std::string fits = std::string(2'000, '[') + std::string(2'000, ']');
  expect_header_refused(R"({"alg":"HS256","x":)" + fits + "}");
  expect_header_refused(std::string(4'000, '['));
  expect_refused(Issuer::get().token("HS256", Claims().with("x", fits)), "claims 2,000 deep");
}

TEST(ForgedToken, OfTheGreatestLengthIsTakenAndOneByteMoreIsNot) {
  // One more byte of claims adds one or two bytes to the token; the last length below the limit is
  // valid.
  std::string filler;
  std::string token = good("HS256");
  std::string last;
  for (filler.assign(5'900, 'x'); token.size() < kTokenBytesMax; filler.push_back('x')) {
    last = token;
    token = Issuer::get().token("HS256", Claims().with("x", "\"" + filler + "\""));
  }
  EXPECT_GE(last.size(), kTokenBytesMax - 2);
  EXPECT_TRUE(verifier().verify(last, kNow));
  expect_refused(token, "at the limit");
}

// What this thread has used of a processor: other programs on the machine do not count.
std::chrono::nanoseconds cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

TEST(ForgedToken, CostsLessThanAMillisecond) {
  const std::string deep = std::string(2'000, '[') + std::string(2'000, ']');
  for (const std::string& token :
       {hmac_token(Issuer::kSecret, R"({"alg":"HS256","x":)" + deep + "}", Claims().json()),
        Issuer::get().token("HS256", Claims().with("x", deep)),
        Issuer::get().token("HS256", Claims().with("x", "\"" + std::string(8'192, 'x') + "\"")),
        std::string(8'191, '.'), std::string(1 << 20, 'A'),
        "e30." + std::string(8'000, 'A') + "."}) {
    constexpr int kTimes = 50;
    const auto begin = cpu_time();
    for (int i = 0; i < kTimes; ++i) EXPECT_FALSE(verifier().verify(token, kNow));
    const auto each = (cpu_time() - begin) / kTimes;
    EXPECT_LT(each, std::chrono::milliseconds(1));
  }
}

}  // namespace
}  // namespace courtside
