#include "tests/simulation/simulated_access.h"

#include "base/check.h"

namespace courtside::simulation {
namespace {

constexpr const char* kRoomPermission = "room:read";
constexpr const char* kAllPermission = "all:read";

Result<Identity> identify(std::string_view credential, std::int64_t /*now_s*/) {
  return Identity{.kind = Identity::Kind::kAccount, .actor = std::string(credential)};
}

AccessRules rules_of(const Config& config) {
  Result<AccessRules> rules = AccessRules::make(config);
  COURTSIDE_CHECK(rules);
  return std::move(*rules);
}

}  // namespace

void set_access(Config& config) {
  config.database.url = "simulated";
  config.access.account_time_past_ms = std::uint64_t{1'000'000} * 86'400;
  config.routes = {{.type = "note.*", .channels = {"room:{data.room}", "venue:{data.venue}"}}};
  config.projections = {};
  config.read_rules = {{.channel = "room:*", .who = "caller", .permissions = {kRoomPermission}},
                       {.channel = "venue:*", .who = "caller", .permissions = {}},
                       {.channel = "*", .who = "caller", .permissions = {kAllPermission}}};
  config.publish_rules = {{.type = "note.*", .who = "caller"}};
}

SimulatedAccess::SimulatedAccess(const Config& config, const LogTruth& truth,
                                 const std::uint64_t& clock_ms, Faults& faults, Offset settled)
    : truth_(truth),
      faults_(faults),
      rules_(rules_of(config)),
      cache_(config.database, {this, this, this, this, this, this},
             [&clock_ms] { return clock_ms; }),
      access_(config, rules_, cache_, identify) {
  access_.set_applied_until(settled);
}

void SimulatedAccess::answer() {
  const Asked asked = std::move(asked_.front());
  asked_.pop_front();
  if (faults_.strikes()) {
    return asked.done(fail(Code::overloaded, "the database does not answer"));
  }
  asked.done(fact_of(asked.key));
}

Fact SimulatedAccess::fact_of(const FactKey& key) const {
  if (key.kind != FactKind::kAccount) return {};
  const std::size_t account = static_cast<std::size_t>(key.id.back() - '0');
  AccountFact fact{.is_active = true};
  if (account == kReaderOfAll) fact.permissions.emplace_back(kAllPermission);
  if (truth_.has_right(account)) fact.permissions.emplace_back(kRoomPermission);
  return fact;
}

void SimulatedAccess::on_commit(const Commit& commit) {
  const Batch& batch = *commit.batch;
  for (const CommitRights::Change& each : commit.rights.changes) {
    access_.on_change(each.change, batch.at(each.index).recorded());
  }
  if (!batch.range.empty()) access_.set_applied_until(batch.range.end);
}

}  // namespace courtside::simulation
