// One connection to an outbox, from the moment when it is known whose rows these are: reads a page,
// makes events of it and appends them with the next place, in one write.
//
//   read -> put in order -> events | rejected -> append(events, place and what waits)
//
// What could be no event is in the table of rejected rows before the place passes it. When anything
// fails, throw the feed away and begin another one: the log knows how far this one got.
//
// Threads: its reader's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/config/outbox_settings.h"
#include "engine/outbox/aggregate_order.h"
#include "engine/outbox/outbox_log.h"
#include "engine/outbox/outbox_place.h"
#include "engine/outbox/outbox_source.h"
#include "engine/outbox/outbox_status.h"
#include "engine/outbox/skipped_rows.h"

namespace courtside {

class OutboxFeed {
 public:
  // All of them outlive it. It counts into `status`.
  OutboxFeed(const OutboxSettings& settings, OutboxSource& source, OutboxLog& log,
             OutboxStatus& status);

  // Finds the place to go on from. bad_configuration when this is not the database that was read
  // before, or was put back since, and nobody has said what to do; the message says what can be
  // said.
  Result<void> begin(std::uint64_t now_ms);

  struct Step {
    bool found = false;    // something was read
    bool is_full = false;  // there is probably more at once
  };
  // One page. Errors: those of the source and of the log.
  Result<Step> step(std::uint64_t now_ms);

  // Whether this is still the database that begin() took it for, and can still be read: begin
  // again where it is not.
  Result<void> check();

  // Looks at the lag and for rows that were never read, and lets go of what is in the log. True
  // when there is more to do at once.
  Result<bool> watch();

  // Whether watch() has looked at a part of the rows behind the place, and goes on with the next
  // part when it is called again.
  bool is_looking() const { return skipped_.is_looking(); }

  // When step() has something to do although nothing new is there.
  std::optional<std::uint64_t> next_expiry_ms() { return order_.next_expiry_ms(); }

 private:
  struct Made {
    std::vector<NewEvent> events;
    std::vector<Rejection> rejections;
    std::uint64_t ahead = 0;
    std::uint64_t late = 0;
  };

  Result<void> settle(const std::string& identity);
  Result<void> restart(const std::string& identity);
  Result<bool> trust_place(const std::string& identity, bool goes_on);
  Error refusal(const std::string& identity, std::string why, bool may_go_on) const;
  Result<void> forget_notes();
  void log_rejections(const std::vector<Rejection>& rejections) const;
  Result<AggregateOrder::Outcome> put_in_order(std::vector<OutboxRow> rows, std::uint64_t now_ms);
  Made make_events(std::vector<AggregateOrder::Ready> ready) const;
  Result<NewEvent> make_event(const OutboxRow& row) const;
  Result<NewEvent> make_warning(const AggregateOrder::Ready& ready) const;
  Result<std::vector<Appended>> move_to(OutboxPlace next, std::vector<NewEvent> events,
                                        std::vector<SourceNote> notes);

  const OutboxSettings& settings_;
  OutboxSource& source_;
  OutboxLog& log_;
  OutboxStatus& status_;
  AggregateOrder order_;
  SkippedRows skipped_;
  OutboxPlace place_;
  std::string last_id_;  // of the row at the place, as far as that is known
  std::string checked_;  // skipped_.checked(), as the log has it
};

}  // namespace courtside
