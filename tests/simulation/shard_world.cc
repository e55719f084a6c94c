#include "tests/simulation/shard_world.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/session_client.h"
#include "tests/simulation/stream_client.h"

namespace courtside::simulation {
namespace {

constexpr std::size_t kCommandsPerCommit = 5;
constexpr std::size_t kRoundsToRestMax = 600;  // 36 s: rights are not looked at anew by then
constexpr std::uint64_t kRestStepMs = 60;
constexpr std::uint64_t kShardTickMs = 300;  // a little more

}  // namespace

ShardWorldCounters& ShardWorldCounters::operator+=(const ShardWorldCounters& other) {
  committed += other.committed;
  dropped += other.dropped;
  rights += other.rights;
  reads += other.reads;
  cut += other.cut;
  vanished += other.vanished;
  turned_away += other.turned_away;
  servers += other.servers;
  clients += other.clients;
  return *this;
}

ShardWorld::ShardWorld(std::uint64_t seed, Faults faults)
    : random_(seed),
      faults_(faults),
      read_log_(
          log_, [this] { interrupt(); }, [this] { return faults_.strikes(); }) {
  constexpr std::array<std::uint64_t, kOperations> kUsual = {120, 10, 20, 20, 40, 40, 40,
                                                             80,  2,  1,  1,  1,  1,  1};
  // Some schedules never cut, some are mostly retention: extremes find what averages hide.
  for (std::size_t i = 0; i < kOperations; ++i) {
    odds_[i] = kUsual[i] * random_.between(i <= kReadSocket && i != kRead ? 1 : 0, 3);
    odds_total_ += odds_[i];
  }
  set_access(config_);
  config_.heartbeat_ms = 2'000;
  config_.drain_ms = 1'500;
  config_.access.recheck_ms = random_.one_in(4) ? 1'000 : 120'000;
  config_.database.cache_ms = random_.one_in(2) ? 500 : 60'000;
  Config::Limits& limits = config_.limits;
  limits.handshake_ms = 3'000;
  limits.idle_ms = 4'000;
  limits.connections_per_address = 3;
  limits.connections_per_account = 4;  // as many as there are clients
  limits.subscribes_per_second = 0;
  limits.publishes_per_second = 0;
  limits.publishes_in_flight = random_.between(2, 8);
  limits.queue_bytes = random_.between(200, 4'000);
  limits.page_events = random_.between(1, 8);
  limits.page_bytes = random_.between(200, 4'000);
  limits.page_scanned = random_.between(1, 60);
  limits.reads_in_flight = random_.between(1, 3);
  limits.history_reads_per_account = 1;
  const std::size_t count = random_.between(1, 4);
  for (std::size_t number = 0; number < count; ++number) add_person(number);
  start_server();
}

void ShardWorld::add_person(std::size_t number) {
  const std::size_t account = random_.below(kAccounts);
  const auto any_list = [&] {
    return random_.below(kChannelListOfAll + (account == kReaderOfAll ? 1 : 0));
  };
  Person person{.client = {}, .buffer_bytes = random_.between(1, 2'000)};
  if (random_.one_in(4)) {
    person.client = std::make_unique<StreamClient>(number, account, any_list(), truth_, random_);
  } else {
    std::vector<std::size_t> lists;
    for (std::size_t left = random_.between(1, 3); left > 0; --left) lists.push_back(any_list());
    person.client = std::make_unique<SessionClient>(number, account, lists, truth_, random_);
  }
  people_.push_back(std::move(person));
}

ShardWorld::~ShardWorld() {
  is_resting_ = true;
  server_.reset();
}

std::string ShardWorld::run(std::size_t operations) {
  for (std::size_t i = 0; i < operations && complaint_.empty(); ++i) {
    perform(pick());
    if (server_->is_going_down() && random_.one_in(16)) go_down();
    look_for_complaints();
  }
  // Some end in the middle of everything.
  is_resting_ = true;
  faults_.stop();
  while (server_->is_going_down() && complaint_.empty()) go_down();
  while (server_->sequencer().has_waiting()) server_->sequencer().commit(kCommandsPerCommit);
  if (complaint_.empty() && !random_.one_in(3)) come_to_rest();
  if (complaint_.empty()) check_nothing_left();
  return complaint_;
}

ShardWorld::Operation ShardWorld::pick() {
  std::uint64_t ticket = random_.below(odds_total_);
  for (std::size_t i = 0; i < kOperations; ++i) {
    if (ticket < odds_[i]) return static_cast<Operation>(i);
    ticket -= odds_[i];
  }
  return kTurn;
}

void ShardWorld::perform(Operation operation) {
  Person& person = people_[random_.below(people_.size())];
  switch (operation) {
    case kTurn: turn(random_.below(server_->shard_count())); break;
    case kTime: clock_ms_ += random_.between(1, random_.one_in(10) ? 2'500 : 150); break;
    case kCommit: commit(); break;
    case kRead: run_read(); break;
    case kAnswerFact:
      if (server_->access().waiting() > 0) server_->access().answer();
      break;
    case kConnect: connect(person); break;
    case kAct: person.client->act(); break;
    case kReadSocket:
      if (!person.is_stalled) read_socket(person);
      break;
    case kStall: person.is_stalled = !person.is_stalled; break;
    case kCut: leave(person, /*silently=*/false); break;
    case kVanish: leave(person, /*silently=*/true); break;
    case kChangeRights: change_rights(); break;
    case kDrop: drop(); break;
    case kGoDown:
      if (server_->is_going_down() || random_.one_in(3)) go_down();
      break;
    case kOperations: break;
  }
}

// ---------------------------------------------------------------------------------------------
// The server.

void ShardWorld::start_server() {
  ++counters_.servers;
  server_ = std::make_unique<SimulatedServer>(
      SimulatedServer::Outside{
          .config = config_,
          .log = log_,
          .read_log = read_log_,
          .truth = truth_,
          .clock_ms = clock_ms_,
          .faults = faults_,
          .tail_bytes = random_.one_in(2) ? random_.between(1, 6'000) : 1 << 20,
          .shards = random_.between(1, 4)},
      [this](SimulatedLoop& loop, const AcceptedSocket& socket, const ConnectionLimits& limits,
             ConnectionHandler& handler) { return accept(loop, socket, limits, handler); });
  for (std::size_t i = 0; i < server_->shard_count(); ++i) {
    server_->loop(i).set_on_woken([this, i] {
      if (is_committing_ && random_.one_in(2)) turn(i);
    });
  }
}

// A shard may run as soon as it has the commit, before the log's thread goes on. Nothing else is
// committed meanwhile.
void ShardWorld::commit() {
  is_committing_ = true;
  is_interrupted_ = true;
  server_->sequencer().commit(random_.between(1, kCommandsPerCommit));
  is_interrupted_ = false;
  is_committing_ = false;
}

std::unique_ptr<SimulatedConnection> ShardWorld::accept(SimulatedLoop& loop,
                                                        const AcceptedSocket& socket,
                                                        const ConnectionLimits& limits,
                                                        ConnectionHandler& handler) {
  Person& person = *std::find_if(people_.begin(), people_.end(), [&](const Person& each) {
    return each.client->address() == socket.peer_address();
  });
  auto connection = std::make_unique<SimulatedConnection>(
      loop, ConnectionId(++last_connection_), socket.peer_address(), limits, handler,
      person.client.get(),
      SimulatedConnection::Surroundings{.faults = faults_,
                                        .log =
                                            [this] {
                                              return LogAtSend{log_.held().begin, log_.held().end};
                                            },
                                        .interrupt = [this] { interrupt(); },
                                        .buffer_bytes = person.buffer_bytes});
  person.client->on_accepted(*connection);
  return connection;
}

void ShardWorld::interrupt() {
  if (is_resting_ || is_interrupted_ || !server_) return;
  is_interrupted_ = true;
  if (random_.one_in(100)) drop();
  if (random_.one_in(8)) server_->sequencer().commit(kCommandsPerCommit);
  if (random_.one_in(16)) run_read();
  const bool goes_down = random_.one_in(server_->is_going_down() ? 4 : 2'000);
  if (goes_down && odds_[kGoDown] > 0) server_->go_down_without_turns();
  is_interrupted_ = false;
}

void ShardWorld::turn(std::size_t shard) {
  const bool said_goodbye = server_->has_said_goodbye();
  server_->loop(shard).turn();
  if (said_goodbye && server_->loop(shard).has_idle_connection()) {
    complain("a connection was not said goodbye to");
  }
  // A socket that was not taken by now was closed.
  for (const Person& person : people_) {
    ServerClient& client = *person.client;
    if (client.state() == ServerClient::State::kConnecting && client.shard() == shard) {
      client.on_refused();
    }
  }
}

void ShardWorld::run_read() {
  SimulatedReads& reads = server_->reads();
  if (reads.waiting() == 0) return;
  ++counters_.reads;
  reads.run(random_.below(reads.waiting()));
}

void ShardWorld::go_down() {
  if (server_->waits_for_nobody()) {
    // The next tick ends a turn, which notices.
    clock_ms_ += kShardTickMs;
    for (std::size_t i = 0; i < server_->shard_count(); ++i) turn(i);
    if (!server_->is_answered()) complain("everybody has gone, and the goodbye is not over");
  }
  server_->go_down(/*is_time_over=*/random_.one_in(6));
  if (!server_->is_down()) return;
  for (const Person& person : people_) {
    if (person.client->state() == ServerClient::State::kConnecting) person.client->on_refused();
  }
  server_.reset();
  start_server();
}

// ---------------------------------------------------------------------------------------------
// Clients, and what comes from outside.

void ShardWorld::connect(Person& person) {
  if (person.client->state() != ServerClient::State::kAway) return;
  const std::size_t shard = random_.below(server_->shard_count());
  if (faults_.strikes() || !server_->connect(shard, person.client->address())) {
    ++counters_.turned_away;
    return;
  }
  person.client->on_connecting(shard);
}

void ShardWorld::leave(Person& person, bool silently) {
  const ServerClient::State state = person.client->state();
  if (state == ServerClient::State::kAway || state == ServerClient::State::kConnecting) return;
  ++(silently ? counters_.vanished : counters_.cut);
  person.client->leave(silently);
}

void ShardWorld::read_socket(Person& person) {
  for (std::uint64_t left = random_.between(1, 4); left > 0; --left) {
    if (person.client->has_unread()) person.client->read();
  }
}

void ShardWorld::change_rights() {
  ++counters_.rights;
  Append append{.author = {.shard = UINT32_MAX}, .events = {}};
  append.events.push_back(
      make_rights_event(random_.between(1, kAccounts - 1), random_.one_in(2), ++last_id_));
  server_->sequencer().push(std::move(append));
}

void ShardWorld::grant_all() {
  for (std::size_t account = 1; account < kAccounts; ++account) {
    if (truth_.has_right(account)) continue;  // a change would wake who was left asleep
    Append append{.author = {.shard = UINT32_MAX}, .events = {}};
    append.events.push_back(make_rights_event(account, /*is_granted=*/true, ++last_id_));
    server_->sequencer().push(std::move(append));
  }
}

void ShardWorld::drop() {
  const OffsetRange held = log_.held();
  ++counters_.dropped;
  const std::uint64_t most = random_.one_in(4) ? held.count() : held.count() / 2;
  server_->sequencer().push(Drop{Offset(held.begin.value() + random_.between(0, most))});
}

// ---------------------------------------------------------------------------------------------
// The end: whatever was begun is done, and everybody has everything.

void ShardWorld::come_to_rest() {
  grant_all();
  for (Person& person : people_) person.is_stalled = false;
  std::string missing = "?";
  for (std::size_t round = 0; !missing.empty() && complaint_.empty(); ++round) {
    if (round == kRoundsToRestMax) return complain("it does not come to rest: " + missing);
    if (rest_round()) continue;
    missing.clear();
    for (const Person& person : people_) {
      if (missing.empty()) missing = person.client->check_rest();
    }
    look_for_complaints();
  }
}

// Whether anything is still on its way.
bool ShardWorld::rest_round() {
  clock_ms_ += kRestStepMs;
  bool is_busy = server_->sequencer().has_waiting() || server_->reads().waiting() > 0 ||
                 server_->access().waiting() > 0;
  server_->sequencer().commit(kCommandsPerCommit);
  if (server_->reads().waiting() > 0) run_read();
  if (server_->access().waiting() > 0) server_->access().answer();
  for (std::size_t i = 0; i < server_->shard_count(); ++i) turn(i);
  for (Person& person : people_) {
    connect(person);
    person.client->want_all();
    is_busy = is_busy || person.client->has_unread();
    read_socket(person);
  }
  return is_busy;
}

void ShardWorld::check_nothing_left() {
  for (Person& person : people_) leave(person, /*silently=*/false);
  // No read is done meanwhile, so that those of the gone wait for their turn.
  wait_until_empty([this] {
    server_->sequencer().commit(kCommandsPerCommit);
    server_->access().answer_all();
  });
  const std::uint64_t submitted = server_->reads().submitted();
  const auto read_on = [this] { run_read(); };
  while (server_->reads().waiting() > 0 && complaint_.empty()) wait_until_empty(read_on);
  if (server_->reads().submitted() != submitted) complain("somebody who has gone was read for");
}

void ShardWorld::wait_until_empty(const std::function<void()>& work) {
  std::vector<std::string> addresses;
  for (const Person& person : people_) addresses.push_back(person.client->address());
  std::string left = "?";
  for (std::size_t round = 0; !left.empty() && complaint_.empty(); ++round) {
    if (round == kRoundsToRestMax) return complain(left);
    clock_ms_ += kRestStepMs;
    work();
    for (std::size_t i = 0; i < server_->shard_count(); ++i) turn(i);
    left = server_->check_empty(addresses);
    look_for_complaints();
  }
}

void ShardWorld::look_for_complaints() {
  for (const Person& person : people_) {
    const std::string complaint = person.client->complaint();
    if (!complaint.empty()) complain(complaint);
  }
  for (std::size_t i = 0; i < server_->shard_count(); ++i) {
    if (!server_->loop(i).complaint().empty()) complain(server_->loop(i).complaint());
  }
  if (server_->sequencer().has_taken_late()) complain("took an append while it was going down");
}

void ShardWorld::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
}

ShardWorldCounters ShardWorld::counters() const {
  ShardWorldCounters all = counters_;
  all.committed = truth_.end().value() - 1;
  for (const Person& person : people_) all.clients += person.client->counters();
  return all;
}

std::uint64_t ShardWorld::digest() const {
  std::uint64_t digest = truth_.end().value();
  for (const Person& person : people_) digest = digest * 31 + person.client->digest();
  return digest;
}

}  // namespace courtside::simulation
