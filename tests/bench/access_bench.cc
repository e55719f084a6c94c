// What it costs to ask whether a channel may be read, once what it takes is known: at most 1 us.
#include <benchmark/benchmark.h>

#include "engine/access/access.h"

namespace courtside {
namespace {

class Table : public FactSource {
 public:
  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override {
    if (key.kind == FactKind::kAccount) {
      return done(Fact(AccountFact{
          .is_active = true,
          .role = "USER",
          .permissions = {"booking:cancel_own", "booking:create_own", "booking:read_own",
                          "booking:update_own", "user:read_own_profile"}}));
    }
    done(Fact(BookingFact{.account_id = "42", .venue_id = "7"}));
  }
};

void check(benchmark::State& state, const char* channel, bool with_database) {
  Config config;
  config.database.url = with_database ? "host=somewhere" : "";
  const AccessRules rules = *AccessRules::make(config);
  Table table;
  FactCache cache(config.database, {&table, &table}, [] { return std::uint64_t{1}; });
  Access access(config, rules, cache,
                [](std::string_view, std::int64_t) -> Result<Identity> { return Identity{}; });
  const Identity account{.kind = Identity::Kind::kAccount, .actor = "42", .role = "USER"};
  const std::vector<std::string> channels = {channel};
  const auto ignore = [](const Result<ReadGrant>&) {};
  for (auto _ : state) {
    auto answer = access.check_read(account, channels, ReadMode::kLive, ignore);
    benchmark::DoNotOptimize(answer);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(check, own_user_channel, "user:42", true);
BENCHMARK_CAPTURE(check, own_booking, "booking:b_1", true);
BENCHMARK_CAPTURE(check, own_user_channel_by_token, "user:42", false);

}  // namespace
}  // namespace courtside
