// What it costs to learn who a caller is: `verify` a good token of each algorithm with its claims,
// a service's key, and `refuse` what a stranger may send to keep us busy. Time per token.
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "engine/access/credential.h"
#include "engine/access/jws.h"
#include "tests/engine/access/support/issuer.h"

namespace courtside {
namespace {

// As the platform's tokens are: about 500 bytes.
Claims usual_claims() {
  return Claims()
      .with("userRole", "\"VENUE_OWNER\"")
      .with("roleId", "\"4f1d2c3b-0000-4000-8000-000000000003\"")
      .with("venueId", "\"5d2f7c1e-0000-4000-8000-000000000007\"")
      .with("permissions", R"(["venue:create_own","venue:read_own","venue:update_own",)"
                           R"("booking:read_for_own_venue","booking:update_for_own_venue"])");
}

const std::string kServiceKey(43, 'k');

const Credentials& credentials() {
  static const TestFolder folder;
  static const auto made = [] {
    Config::Access access = Issuer::get().access();
    access.service_keys_file = folder.write(
        "keys", "a:" + std::string(43, 'a') + "\nb:" + std::string(43, 'b') + "\nc:" + kServiceKey);
    return Credentials::make(access);
  }();
  return **made;
}

void run(benchmark::State& state, const std::string& bearer, bool good) {
  const Credentials& them = credentials();
  for (auto _ : state) {
    const Result<Identity> who = them.identify(bearer, kNow);
    COURTSIDE_CHECK(who.has_value() == good);
  }
  state.SetItemsProcessed(state.iterations());
}

void verify(benchmark::State& state, const char* alg) {
  run(state, Issuer::get().token(alg, usual_claims()), true);
}
BENCHMARK_CAPTURE(verify, hs256, "HS256");
BENCHMARK_CAPTURE(verify, rs256, "RS256");
BENCHMARK_CAPTURE(verify, ps256, "PS256");
BENCHMARK_CAPTURE(verify, es256, "ES256");

void verify_service_key(benchmark::State& state) { run(state, kServiceKey, true); }
BENCHMARK(verify_service_key);

// cjose's part alone: what is left of `verify` is ours.
void cjose_hs256(benchmark::State& state) {
  const auto key = JwsKey::make_secret(Issuer::kSecret);
  const std::string token = Issuer::get().token("HS256", usual_claims());
  for (auto _ : state) COURTSIDE_CHECK(key->verifies(token));
}
BENCHMARK(cjose_hs256);

void refuse(benchmark::State& state, const std::string& token) { run(state, token, false); }

std::string deep(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string with_header(const std::string& header) {
  return hmac_token(Issuer::kSecret, header, usual_claims().json());
}

BENCHMARK_CAPTURE(refuse, no_signature, signing_input(R"({"alg":"none"})", "{}") + ".");
BENCHMARK_CAPTURE(refuse, forged_hs256,
                  hmac_token("somebody else's secret, of 32 bytes", R"({"alg":"HS256"})",
                             usual_claims().json()));
BENCHMARK_CAPTURE(refuse, over_8_kib, std::string(1 << 20, 'A') + "..");
BENCHMARK_CAPTURE(refuse, just_under_8_kib_unsigned,
                  R"(eyJhbGciOiJIUzI1NiJ9.)" + std::string(8'000, 'A') + ".");
BENCHMARK_CAPTURE(refuse, header_10000_deep, with_header(deep(10'000)));
BENCHMARK_CAPTURE(refuse, header_2000_deep,
                  with_header(R"({"alg":"HS256","x":)" + deep(2'000) + "}"));
BENCHMARK_CAPTURE(refuse, signed_claims_2000_deep,
                  Issuer::get().token("HS256", Claims().with("x", deep(2'000))));

}  // namespace
}  // namespace courtside
