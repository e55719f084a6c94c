#include "tests/simulation/simulated_server.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace courtside::simulation {
namespace {

Router router_of(const Config& config) {
  Result<Router> router = Router::make(config.routes);
  COURTSIDE_CHECK(router);
  return std::move(*router);
}

NetworkList no_proxies() { return *NetworkList::parse({}); }

std::unique_ptr<const Shards> make_shards(
    std::size_t count, const Services& services, SimulatedReads& reads, OffsetRange held,
    const std::function<std::unique_ptr<SimulatedRuntime>()>& make_runtime) {
  Shards shards;
  for (std::uint32_t number = 0; number < count; ++number) {
    shards.push_back(
        std::make_unique<courtside::Shard>(number, services, reads, held, make_runtime()));
  }
  return std::make_unique<const Shards>(std::move(shards));
}

}  // namespace

SimulatedServer::SimulatedServer(const Outside& outside, SimulatedRuntime::Accept accept)
    : config_(std::make_shared<const Config>(outside.config)),
      tail_(outside.tail_bytes),
      pages_(outside.read_log, tail_),
      states_(outside.read_log, pages_, nullptr),
      access_(outside.config, outside.truth, outside.clock_ms, outside.faults,
              outside.log.held().end),
      sequencer_(outside.log, outside.truth, outside.clock_ms, outside.faults),
      admission_(outside.config, no_proxies()),
      backups_([](const std::string&) -> Result<BackupMade> {
        return fail(Code::internal, "nobody asks for one");
      }),
      router_(router_of(outside.config)),
      projections_(*Projections::make({})),
      services_{.config = config_,
                .log = outside.read_log,
                .pages = pages_,
                .states = states_,
                .sequencer = sequencer_,
                .access = access_.access(),
                .admission = admission_,
                .backups = backups_,
                .router = router_,
                .projections = projections_,
                .metrics = {},
                .outboxes = {},
                .condition = [] { return LogCondition{}; }},
      shards_(make_shards(outside.shards, services_, reads_, outside.log.held(),
                          [&] {
                            auto runtime =
                                std::make_unique<SimulatedRuntime>(outside.clock_ms, accept);
                            loops_.push_back(&runtime->loop());
                            return runtime;
                          })),
      fan_out_(tail_, {&access_}, *shards_, [](const Error&) {}) {
  for (const auto& shard : *shards_) shard->start();
  sequencer_.start(fan_out_);
}

SimulatedServer::~SimulatedServer() {
  while (!is_down()) go_down(/*is_time_over=*/true);
}

bool SimulatedServer::connect(std::size_t shard, const std::string& address) {
  Result<Quota::Lease> place = admission_.lease_address(address);
  if (!place) return false;
  return (*shards_)[shard]->post_socket(
      {AcceptedSocket(-1, address), {.of_all = {}, .of_address = std::move(*place)}});
}

bool SimulatedServer::is_answered() const {
  return std::all_of(awaited_.begin(), awaited_.end(), [](const auto& each) {
    return each.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });
}

bool SimulatedServer::waits_for_nobody() const {
  return stage_ == Stage::kSaidGoodbye && !is_answered() &&
         std::all_of(loops_.begin(), loops_.end(),
                     [](const SimulatedLoop* loop) { return loop->connection_count() == 0; });
}

bool SimulatedServer::go_down(bool is_time_over) {
  if (!is_answered() && !is_time_over) return false;
  awaited_.clear();
  switch (stage_) {
    case Stage::kServing:
      for (const auto& shard : *shards_) shard->refuse_work();
      sequencer_.expect_no_more();
      for (const auto& shard : *shards_) awaited_.push_back(shard->cut_histories());
      stage_ = Stage::kCutting;
      break;
    case Stage::kCutting:
      sequencer_.stop();
      for (const auto& shard : *shards_) awaited_.push_back(shard->drain({}));
      stage_ = Stage::kSaidGoodbye;
      break;
    case Stage::kSaidGoodbye:
      stop_shards();
      stage_ = Stage::kDown;
      break;
    case Stage::kDown: break;
  }
  return true;
}

void SimulatedServer::go_down_without_turns() {
  if (stage_ != Stage::kSaidGoodbye && stage_ != Stage::kDown) go_down(/*is_time_over=*/true);
}

void SimulatedServer::stop_shards() {
  for (const auto& shard : *shards_) shard->stop();
  // What they have yet to answer still goes to the shards.
  reads_.run_all();
  access_.answer_all();
}

// Every place that a connection takes can be taken again, and nobody waits for anything.
std::string SimulatedServer::check_empty(const std::vector<std::string>& addresses) {
  for (std::size_t i = 0; i < shard_count(); ++i) {
    if (stats(i).connections != 0) return "a shard keeps a peer whose connection is gone";
    if (stats(i).subscribers != 0) return "a hub keeps a subscriber whose connection is gone";
    if (loops_[i]->connection_count() != 0) return "a connection is left";
    if (loops_[i]->timer_count() > 1) return "a timer is left besides the shard's tick";
  }
  std::vector<Quota::Lease> taken;
  for (std::size_t account = 0; account < kAccounts; ++account) {
    const Identity identity{.kind = Identity::Kind::kAccount, .actor = account_name(account)};
    for (std::size_t i = 0; i < config_.get()->limits.connections_per_account; ++i) {
      auto place = admission_.lease_session(identity, "");
      if (!place) return "the place of " + account_name(account) + " did not come back";
      taken.push_back(std::move(*place));
    }
  }
  for (const std::string& address : addresses) {
    for (std::size_t i = 0; i < config_.get()->limits.connections_per_address; ++i) {
      auto place = admission_.lease_address(address);
      if (!place) return "the place of " + address + " did not come back";
      taken.push_back(std::move(*place));
    }
  }
  return {};
}

}  // namespace courtside::simulation
