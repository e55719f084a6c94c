// What a hub alone needs around it, in little: commits wait, and pages are read late, cut at random
// bounds, and wrong where a mistake is planted. The real shard runs in ShardWorld.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "engine/delivery/hub.h"
#include "replay/page_reader.h"
#include "tests/simulation/frame.h"
#include "tests/simulation/random.h"

namespace courtside::simulation {

// A mistake put in on purpose, to see that the simulation finds it.
enum class Planted {
  kNothing,
  kLiveOneEarly,  // a page that ends one before the head counts as having reached it
  kPageOneShort,  // a page says that it ends one earlier than it does
  kGapSwallowed,  // a page that begins late says that it does not
  kGapOneLonger,  // a page that begins late says that it begins one later still
  kFalseGap,      // a page without its first record says that retention took that
  kTurnLate,      // what is to be done behind an event is done behind its commit
};

class SimulatedHubHost final : public HubHost {
 public:
  SimulatedHubHost(OffsetRange held, const PageReader& pages, const Projections& projections,
                   Random& random, Planted planted)
      : pages_(pages),
        projections_(projections),
        random_(random),
        planted_(planted),
        hub_(kEpoch, held, projections, *this) {}

  Hub& hub() { return hub_; }

  // Called behind each event that is a rights barrier, with its offset.
  void set_on_turn(std::function<void(Offset)> on_turn) { on_turn_ = std::move(on_turn); }

  // A commit arrives in the mailbox; the hub takes the oldest.
  void post(const SharedBatch& batch) { mailbox_.push_back(batch); }
  bool has_commits() const { return !mailbox_.empty(); }
  void take_commit();

  // A read that was asked for is done on a read thread; then its answer is taken, or it fails.
  bool has_reads_to_do() const { return !asked_.empty(); }
  void do_read();
  bool has_reads_done() const { return !done_.empty(); }
  void take_read();
  void fail_read();

  // HubHost
  void forget_page(SubscriberId id) override {
    std::erase_if(asked_, [id](const Read& read) { return read.id == id; });
  }
  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override;
  std::uint64_t now_ms() override { return 0; }  // nobody here has a speed
  void wake_after(SubscriberId /*id*/, std::uint64_t /*delay_ms*/) override {}
  void on_barrier(std::size_t index) override;

 private:
  struct Read {
    SubscriberId id;
    SharedInterest interest;
    PageRequest request;
  };
  struct DoneRead {
    SubscriberId id;
    RenderedPage page;
  };

  // Any bounds, small ones mostly.
  PageRequest request_within(OffsetRange range);
  RenderedPage render(const Interest& interest, Page page, OffsetRange asked) const;
  void plant_in_page(Page& page, OffsetRange asked) const;

  const PageReader& pages_;
  const Projections& projections_;
  Random& random_;
  const Planted planted_;
  Hub hub_;
  std::function<void(Offset)> on_turn_;
  std::vector<Offset> barrier_offsets_;  // of the commit at hand
  std::deque<Offset> late_turns_;
  std::deque<SharedBatch> mailbox_;
  std::deque<Read> asked_;
  std::deque<DoneRead> done_;
};

}  // namespace courtside::simulation
