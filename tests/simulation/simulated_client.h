// A simulated client at the far end of a simulated socket. It knows its place in the log, resumes
// from there after each cut, and holds every frame against the history: nothing that it wants is
// missing, nothing comes twice or out of order, and only what is gone is called gone.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "engine/delivery/hub.h"
#include "tests/simulation/frame.h"
#include "tests/simulation/simulated_history.h"

namespace courtside::simulation {

struct ClientCounters {
  std::uint64_t events = 0;
  std::uint64_t batches = 0;  // blocks that begin with one
  std::uint64_t gaps = 0;
  std::uint64_t behinds = 0;
  std::uint64_t lives = 0;

  ClientCounters& operator+=(const ClientCounters& other) {
    events += other.events;
    batches += other.batches;
    gaps += other.gaps;
    behinds += other.behinds;
    lives += other.lives;
    return *this;
  }
};

class Client;

// What a client asks of the world around it.
class ClientWorld {
 public:
  // Where the log begins at this moment.
  virtual Offset first_held() const = 0;
  // Something was put into the client's socket: it may break now, or be read at once.
  virtual void on_sent(Client& client) = 0;

 protected:
  ~ClientWorld() = default;
};

class Client final : public SubscriberOwner {
 public:
  // All outlive it.
  Client(const History& history, ClientWorld& world, std::size_t interest, std::size_t socket_bytes)
      : history_(history), world_(world), interest_(interest), socket_bytes_(socket_bytes) {}

  std::size_t interest() const { return interest_; }

  // The first offset that it has no account of: where it resumes. Empty before it ever connected.
  std::optional<Offset> place() const { return place_; }
  bool live() const { return live_; }
  bool has_unread() const { return !socket_.empty(); }

  // Takes its place in the log from the server (from now, from the earliest), or keeps its own.
  void on_connected(Offset place);
  // What is in the socket is lost.
  void on_cut();

  // No event behind this one may be sent to it until on_resumed().
  void on_suspended(Offset at) { suspended_at_ = at; }
  void on_resumed() { suspended_at_.reset(); }
  bool suspended() const { return suspended_at_.has_value(); }

  // Reads the oldest block from its socket and checks it.
  void read_block();

  // What went wrong, the first time; empty: nothing.
  const std::string& complaint() const { return complaint_; }
  const ClientCounters& counters() const { return counters_; }
  // Of every frame that it read.
  std::uint64_t digest() const { return digest_; }

  // SubscriberOwner
  void send_frames(const SharedBytes& frames) override;
  bool congested() const override { return queued_bytes_ >= socket_bytes_; }
  void on_read_failed(SubscriberId /*id*/, const Error& /*error*/) override {}

 private:
  struct Block {
    SharedBytes frames;
    Offset first_held;  // when it was sent
  };

  void check(const Frame& frame, Offset first_held);
  void check_event(const Frame& frame);
  void check_gap(const Frame& frame, Offset first_held);
  void check_live(const Frame& frame);
  void check_behind(const Frame& frame);
  void check_progress(const Frame& frame);
  // It was told that everything below `end` was sent.
  void account_up_to(Offset end, const Frame& frame);
  void complain(const std::string& what, const Frame& frame);

  const History& history_;
  ClientWorld& world_;
  const std::size_t interest_;
  const std::size_t socket_bytes_;
  std::optional<Offset> place_;
  std::optional<Offset> suspended_at_;
  bool live_ = false;
  std::deque<Block> socket_;
  std::size_t queued_bytes_ = 0;
  std::string complaint_;
  ClientCounters counters_;
  std::uint64_t digest_ = 0;
};

}  // namespace courtside::simulation
