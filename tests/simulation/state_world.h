// One schedule of subscriptions with `state`: a log that grows and loses its beginning, a session
// with its hub, a client that comes and goes, and one seed that decides what happens next.
//
// What is real: Fold, MemoryLog, StateReader, PageReader, Session, Hub, the JSON codec. What is
// simulated: every answer to the session and the hub waits until the seed lets it go, commits reach
// the hub late, and the log changes in the middle of each read.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/delivery/subscribed_states.h"
#include "engine/session/session.h"
#include "replay/page_reader.h"
#include "tests/simulation/interrupted_log.h"
#include "tests/simulation/line_wire.h"
#include "tests/simulation/random.h"
#include "tests/simulation/told_state.h"
#include "tests/support/memory_log.h"

namespace courtside::simulation {

// A mistake put in on purpose, to see that the schedules find it.
enum class PlantedInState {
  kNothing,
  kStateOneEarly,  // the state lacks the last event before those that follow
  kStateOneLate,   // the state has the first of the events that follow
  kEventsOneLate,  // the events begin one behind the state
};

struct StateCounters {
  std::uint64_t subscribed = 0;
  std::uint64_t states = 0;
  std::uint64_t events = 0;
  std::uint64_t resumed = 0;
  std::uint64_t gaps = 0;
  std::uint64_t unknown = 0;  // states that nobody can tell any more
  std::uint64_t left = 0;     // whose making was given up, because nobody waited

  StateCounters& operator+=(const StateCounters& other);
};

class StateWorld final : private SessionHost, private SubscriberOwner, private HubHost {
 public:
  explicit StateWorld(std::uint64_t seed, PlantedInState planted = PlantedInState::kNothing);
  ~StateWorld();

  // Lets `operations` happen, then everything come to rest. What went wrong, or empty.
  std::string run(std::size_t operations);

  const StateCounters& counters() const { return counters_; }

 private:
  // What a read that is over does on the shard's thread.
  using Finish = std::function<void()>;
  using Answer = std::function<void(Session&)>;

  void perform(std::uint64_t operation);
  void come_to_rest();

  void commit();
  void drop();
  void apply(const Command& command);
  NewEvent any_event();

  void connect();
  void cut();
  void subscribe();
  void unsubscribe();
  std::string any_start();

  // A read thread takes one of the reads that wait, and its answer comes back later.
  void do_read();
  void take_read();
  // For the session that is here now, if it is still here when the answer comes.
  void ask(std::function<Answer()> job);
  void read_states_on(std::uint32_t sub, std::uint64_t attempt, const Start& begin,
                      const std::shared_ptr<SubscribedStates>& read);
  void plant(Start& begin, Offset& at) const;

  void hear(std::string_view lines);
  void hear_line(std::string_view line);
  // To a subscribe.
  void hear_answer(std::uint32_t sub, std::string_view word, Offset offset, std::string_view rest);
  void complain(const std::string& what);

  // SessionHost
  SubscriberOwner& owner() override { return *this; }
  Hub& hub() override { return hub_; }
  void send_frame(std::string frame) override { hear(frame); }
  void send_ping() override {}
  void close(std::uint16_t, std::string_view reason) override { complain(std::string(reason)); }
  void pause_reading() override {}
  void resume_reading() override {}
  OffsetRange log_held() const override { return log_.held(); }
  void resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                     const Filter& filter) override;
  void read_states(const Identity& identity, std::uint32_t sub, std::uint64_t attempt,
                   const Start& start, const SharedInterest& interest) override;
  std::optional<Result<Identity>> identify(const std::optional<std::string>&,
                                           std::uint64_t) override {
    return Identity{.kind = Identity::Kind::kAdministrator, .actor = "admin"};
  }
  Result<void> check_credential(const Identity& /*identity*/) override { return {}; }
  std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                              const std::vector<std::string>& channels,
                                              std::uint32_t sub, std::uint64_t attempt) override;
  std::optional<Result<PublishGrant>> check_publish(const Identity&, EventView,
                                                    std::uint64_t) override {
    return PublishGrant{};
  }
  Result<void> take_publish(const Identity& /*identity*/) override { return {}; }
  Result<std::shared_ptr<const void>> take_subscribe(const Identity&, std::size_t, bool) override {
    return nullptr;
  }
  std::uint64_t access_changes() const override { return 0; }
  std::optional<Result<void>> trace_read(const Identity&, const Filter&, std::uint32_t,
                                         std::uint64_t) override {
    return Result<void>();
  }
  Result<void> publish(IncomingEvent, const Identity&, const PublishGrant&,
                       std::uint64_t) override {
    return {};
  }

  // SubscriberOwner, HubHost
  void send_frames(const SharedBytes& frames) override { hear(frames.view()); }
  bool congested() const override { return congested_; }
  void on_read_failed(SubscriberId /*id*/, const Error& /*error*/) override {}
  void forget_page(SubscriberId /*id*/) override {}
  std::uint64_t now_ms() override { return 0; }
  void wake_after(SubscriberId /*id*/, std::uint64_t /*delay_ms*/) override {}
  void on_barrier(std::size_t /*index*/) override {}
  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override;

  Random random_;
  const PlantedInState planted_;
  const bool drops_;  // whether anything is ever dropped
  MemoryLog log_{"sim"};
  Tail tail_;
  InterruptedLog interrupted_;
  PageReader pages_{interrupted_, tail_};
  StateReader states_{interrupted_, pages_, nullptr};
  Projections projections_;
  StateHistory history_;
  std::uint64_t last_id_ = 0;

  LineWire wire_;
  SessionLimits limits_;
  Hub hub_;
  std::deque<SharedBatch> commits_;  // that the hub has not heard of
  std::deque<std::function<Finish()>> asked_;
  std::deque<Finish> done_;
  std::optional<Session> session_;
  std::uint64_t session_number_ = 0;
  bool congested_ = false;
  bool reading_states_ = false;
  bool still_ = false;  // nothing happens in the middle of a read

  std::map<std::uint32_t, ToldState> told_;                   // by subscription
  std::map<std::uint32_t, std::vector<std::string>> asking_;  // channels; not answered yet
  std::optional<Offset> place_;                               // where some subscription ended
  std::uint32_t last_sub_ = 0;
  std::string complaint_;
  StateCounters counters_;
};

}  // namespace courtside::simulation
