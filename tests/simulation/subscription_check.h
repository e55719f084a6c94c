// What one subscription was told, over all of its connections, checked against what was committed:
// each event of its channels once and in order, nothing that it may not see, and only what is gone
// is called gone.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/simulation/log_truth.h"

namespace courtside::simulation {

// What was true of the log when something was queued for a client.
struct LogAtSend {
  Offset first_held;
  Offset end;
};

class SubscriptionCheck {
 public:
  // `truth` must outlive it.
  SubscriptionCheck(const LogTruth& truth, std::size_t account, std::size_t channels)
      : truth_(&truth), account_(account), channels_(channels) {}

  std::size_t channels() const { return channels_; }
  // The first offset that it was not told of; empty before it ever began.
  std::optional<Offset> place() const { return place_; }
  bool is_live() const { return is_live_; }

  // The subscription begins: `start` is the first offset of its events.
  void on_begin(Offset start, const LogAtSend& log);
  void on_event(Offset offset, const std::string& id, const LogAtSend& log);
  // All up to `last` was told, and what follows comes as it is committed.
  void on_live(Offset last);
  void on_behind(Offset last);
  // All up to `last` was told.
  void on_progress(Offset last);
  void on_gap(OffsetRange lost, const LogAtSend& log);
  // It ended, by its connection or by itself.
  void on_end() { is_live_ = false; }

  // What is missing, or empty: to be asked when everything is at rest.
  std::string check_rest() const;
  const std::string& complaint() const { return complaint_; }

  std::uint64_t events() const { return events_; }
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t behinds() const { return behinds_; }

 private:
  void account_up_to(Offset end, const char* before);
  void complain(const std::string& what, Offset offset);

  const LogTruth* truth_;
  std::size_t account_;
  std::size_t channels_;  // which of channel_lists()
  std::optional<Offset> place_;
  bool is_live_ = false;
  std::uint64_t events_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t behinds_ = 0;
  std::string complaint_;
};

}  // namespace courtside::simulation
