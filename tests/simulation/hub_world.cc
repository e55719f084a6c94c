#include "tests/simulation/hub_world.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace courtside::simulation {
namespace {

constexpr std::size_t kCommandsPerCommitMax = 6;
constexpr std::size_t kRestRoundsMax = 10'000;

const Projections& no_projections() {
  static const Projections none = *Projections::make({});
  return none;
}

}  // namespace

HubWorldCounters& HubWorldCounters::operator+=(const HubWorldCounters& other) {
  committed += other.committed;
  duplicates += other.duplicates;
  conflicts += other.conflicts;
  dropped += other.dropped;
  resumes += other.resumes;
  ahead += other.ahead;
  failed_reads += other.failed_reads;
  cut_while_sent_to += other.cut_while_sent_to;
  suspended += other.suspended;
  ended += other.ended;
  delivered_live += other.delivered_live;
  replayed += other.replayed;
  clients += other.clients;
  return *this;
}

HubWorld::HubWorld(std::uint64_t seed, Planted planted)
    : random_(seed),
      tail_(random_.one_in(2) ? random_.between(1, 6'000) : 1 << 20),
      interrupted_(log_, [this] {
        if (random_.one_in(4)) drop();
        if (random_.one_in(4)) commit(kCommandsPerCommitMax);
      }) {
  // Some schedules never cut, some are mostly retention: extremes find what averages hide.
  constexpr std::array<std::uint64_t, kOperations> kUsual = {8, 8, 10, 6, 6, 1, 9, 2, 4, 2, 1, 2};
  for (std::size_t i = 0; i < kOperations; ++i) {
    odds_[i] = kUsual[i] * random_.between(i < 3 ? 1 : 0, 4);
    odds_total_ += odds_[i];
  }
  if (random_.one_in(8)) begin_with_history();
  const std::size_t hosts = random_.between(1, 3);
  for (std::size_t i = 0; i < hosts; ++i) {
    hosts_.push_back(std::make_unique<SimulatedHubHost>(log_.held(), pages_, no_projections(),
                                                        random_, planted));
    hosts_.back()->set_on_turn([this, host = hosts_.back().get()](Offset at) { turn(*host, at); });
  }
  const std::size_t clients = random_.between(1, 4);
  for (std::size_t i = 0; i < clients; ++i) {
    const std::size_t interest = random_.below(interests().size());
    const std::size_t socket_bytes = kFrameBytes * random_.between(1, 12);
    connections_.push_back(
        {std::make_unique<Client>(history_, *this, interest, socket_bytes), nullptr, {}});
  }
}

std::string HubWorld::run(std::size_t operations) {
  for (std::size_t i = 0; i < operations && complaint_.empty(); ++i) perform(pick());
  if (complaint_.empty()) come_to_rest();
  for (Connection& connection : connections_) {
    if (connection.host != nullptr) cut(connection);
  }
  for (const auto& host : hosts_) {
    if (host->hub().subscriber_count() != 0) complain("a hub keeps subscribers that are gone");
  }
  return complaint_;
}

HubWorld::Operation HubWorld::pick() {
  std::uint64_t ticket = random_.below(odds_total_);
  for (std::size_t i = 0; i < kOperations; ++i) {
    if (ticket < odds_[i]) return static_cast<Operation>(i);
    ticket -= odds_[i];
  }
  return kPublish;
}

void HubWorld::perform(Operation operation) {
  SimulatedHubHost& host = any_host();
  Connection& connection = connections_[random_.below(connections_.size())];
  const bool connected = connection.host != nullptr;
  switch (operation) {
    case kPublish: publish(); break;
    case kDrop: drop(); break;
    case kCommit: commit(random_.between(1, kCommandsPerCommitMax)); break;
    case kTakeCommit:
      if (host.has_commits()) host.take_commit();
      break;
    case kDoRead:
      if (host.has_reads_to_do()) host.do_read();
      break;
    case kTakeRead:
      if (host.has_reads_done()) host.take_read();
      break;
    case kFailRead:
      if (!host.has_reads_done()) break;
      ++counters_.failed_reads;
      host.fail_read();
      break;
    case kReadSocket:
      if (connected) read_socket(connection);
      break;
    case kCut:
      if (connected) cut(connection);
      break;
    case kConnect:
      if (!connected) connect(connection);
      break;
    case kProgress:
      if (connected) send_progress(connection);
      break;
    case kAnswer:
      if (connected && connection.client->suspended()) answer(connection);
      break;
    case kOperations: break;
  }
}

// ---------------------------------------------------------------------------------------------
// Publishers, the sequencer, retention.

void HubWorld::begin_with_history() {
  for (std::size_t left = random_.between(10, 60); left > 0; --left) publish();
  if (random_.one_in(2)) drop();
  while (!waiting_.empty()) commit(kCommandsPerCommitMax);
}

void HubWorld::publish() {
  Append command;
  const std::size_t count = random_.between(1, 3);
  for (std::size_t i = 0; i < count; ++i) {
    const EventKind& kind = event_kinds()[random_.below(event_kinds().size())];
    // Sometimes an id that was given out before: it may be committed, waiting, or dropped.
    const std::uint64_t key = random_.one_in(6) ? random_.between(1, next_key_) : next_key_;
    next_key_ = std::max(next_key_, key + 1);
    NewEvent event{kind.event, Hash128{0, key}, kind.channels, std::nullopt};
    if (random_.one_in(6)) {
      event.expected_version = ledger_.version(kind.subject) + random_.below(2);
    }
    command.events.push_back(std::move(event));
  }
  waiting_.push_back(std::move(command));
}

void HubWorld::drop() {
  const OffsetRange held = log_.held();
  // Mostly a little at a time; sometimes everything, also what is still to be committed.
  const std::uint64_t most = random_.one_in(4) ? held.count() + 3 : held.count() / 2;
  waiting_.push_back(Drop{Offset(held.begin.value() + random_.between(0, most))});
}

void HubWorld::commit(std::size_t commands_max) {
  if (waiting_.empty()) return;
  const Offset first_held = log_.held().begin;
  Fold fold(log_, log_.place(), Timestamp(static_cast<std::int64_t>(random_.below(1'000))));
  std::vector<Command> commands;
  while (!waiting_.empty() && commands.size() < commands_max) {
    commands.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (!fold.apply(commands.back())) complain("the fold failed");
  }
  const auto batch = std::make_shared<const Batch>(fold.take());
  log_.commit(*batch, fold.place());
  history_.add(*batch);
  const std::string wrong = ledger_.check(commands, *batch);
  if (!wrong.empty()) complain(wrong);
  tail_.add(batch);
  for (const auto& host : hosts_) host->post(batch);
  counters_.committed += batch->size();
  counters_.dropped += batch->first_held.value() - first_held.value();
}

// ---------------------------------------------------------------------------------------------
// Connections.

void HubWorld::connect(Connection& connection) {
  connection.host = &any_host();
  Hub& hub = connection.host->hub();
  Client& client = *connection.client;
  Offset place = hub.held().end;  // from now
  if (client.place()) {
    place = *client.place();
    ++counters_.resumes;
    if (place > hub.held().end) ++counters_.ahead;
  } else if (random_.one_in(2)) {
    place = log_.held().begin;  // from the earliest
  }
  client.on_connected(place);
  connection.id = hub.add(client, interests()[client.interest()], place);
  hub.advance(connection.id);  // may cut it
}

void HubWorld::cut(Connection& connection) {
  connection.host->hub().remove(connection.id);
  connection.client->on_cut();
  connection.host = nullptr;
}

void HubWorld::read_socket(Connection& connection) {
  Client& client = *connection.client;
  const std::size_t blocks = random_.between(1, 4);
  const bool was_congested = client.congested();
  for (std::size_t i = 0; i < blocks && client.has_unread(); ++i) client.read_block();
  if (!client.complaint().empty()) complain(client.complaint());
  if (was_congested && !client.congested()) connection.host->hub().on_drained(connection.id);
}

void HubWorld::send_progress(Connection& connection) {
  Hub& hub = connection.host->hub();
  if (!hub.live(connection.id) || connection.client->congested()) return;
  std::string frame;
  append_frame(frame, {Frame::Kind::kProgress, previous(hub.held().end).value(), 0});
  connection.client->send_frames(SharedBytes(std::move(frame)));
}

void HubWorld::turn(const SimulatedHubHost& host, Offset at) {
  for (Connection& connection : connections_) {
    if (connection.host != &host || !random_.one_in(3)) continue;
    ++counters_.suspended;
    // One that stands still already, and is asked about anew, stands where it stood.
    if (!connection.client->suspended()) connection.client->on_suspended(at);
    connection.host->hub().suspend(connection.id);  // may cut it
  }
}

void HubWorld::answer(Connection& connection) {
  if (!resting_ && random_.one_in(2)) {
    ++counters_.ended;
    return cut(connection);
  }
  connection.client->on_resumed();
  connection.host->hub().resume(connection.id);
}

// The hub is in the middle of something.
void HubWorld::on_sent(Client& client) {
  if (resting_ || !random_.one_in(32)) return;
  const auto connection =
      std::find_if(connections_.begin(), connections_.end(),
                   [&](const Connection& each) { return each.client.get() == &client; });
  if (random_.one_in(2)) {
    ++counters_.cut_while_sent_to;
    cut(*connection);
  } else {
    read_socket(*connection);
  }
}

// ---------------------------------------------------------------------------------------------
// The end: whatever was begun is done, and everybody has everything.

void HubWorld::come_to_rest() {
  resting_ = true;
  bool busy = true;
  for (std::size_t round = 0; busy && complaint_.empty(); ++round) {
    if (round == kRestRoundsMax) return complain("it does not come to rest");
    busy = !waiting_.empty();
    commit(kCommandsPerCommitMax);
    for (const auto& host : hosts_) {
      busy = busy || host->has_commits() || host->has_reads_to_do() || host->has_reads_done();
      if (host->has_commits()) host->take_commit();
      if (host->has_reads_to_do()) host->do_read();
      if (host->has_reads_done()) host->take_read();
    }
    for (Connection& connection : connections_) {
      busy = busy || connection.host == nullptr || connection.client->has_unread() ||
             connection.client->suspended();
      if (connection.host == nullptr) connect(connection);
      if (connection.client->suspended()) answer(connection);
      read_socket(connection);
    }
  }
  if (complaint_.empty()) check_rest();
}

void HubWorld::check_rest() {
  for (const Connection& connection : connections_) {
    const Client& client = *connection.client;
    const OffsetRange rest{*client.place(), history_.end()};
    const std::string who = "client of interest " + std::to_string(client.interest());
    if (!client.live()) complain(who + " waits for ever at " + std::to_string(rest.begin.value()));
    const Offset missed = history_.first_wanted(client.interest(), rest);
    if (missed < rest.end) {
      complain(who + " never got event " + std::to_string(missed.value()));
    }
  }
}

void HubWorld::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
}

HubWorldCounters HubWorld::counters() const {
  HubWorldCounters all = counters_;
  all.duplicates = ledger_.duplicates();
  all.conflicts = ledger_.conflicts();
  for (const Connection& connection : connections_) all.clients += connection.client->counters();
  for (const auto& host : hosts_) {
    all.delivered_live += host->hub().counters().deliveries;
    all.replayed += host->hub().counters().replayed;
  }
  return all;
}

std::uint64_t HubWorld::digest() const {
  std::uint64_t digest = history_.end().value();
  for (const Connection& connection : connections_) {
    digest = digest * 31 + connection.client->digest();
  }
  return digest;
}

}  // namespace courtside::simulation
