// Serves one connection to an outbox after its database was identified: reads a page, makes events
// of it, and appends them with the next source position in one write.
//
//   read -> put in order -> events | rejections -> append(events, source position, waiting rows)
//
// Invalid rows are written to the table of rejected rows before the source position passes them.
// When anything fails, discard the feed and begin another one; the log knows the source position.
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
  // All references must outlive it. It updates the counters in `status`.
  OutboxFeed(const OutboxSettings& settings, OutboxSource& source, OutboxLog& log,
             OutboxStatus& status);

  // Finds the source position to continue from. bad_configuration when the database is not the one
  // that was read before, or was restored since, and the operator has not decided what to do; the
  // message lists the options.
  Result<void> begin(std::uint64_t now_ms);

  struct Step {
    bool found = false;    // the page has rows
    bool is_full = false;  // more rows are probably available at once
  };
  // Processes one page. Errors: those of the source and of the log.
  Result<Step> step(std::uint64_t now_ms);

  // Fails when this is no longer the database that begin() identified, or it can no longer be read
  // from the source position. Then begin again.
  Result<void> check();

  // Measures the lag, looks for skipped rows, and deletes rows that are in the log. True when there
  // is more to do at once.
  Result<bool> watch();

  // Whether watch() has checked only a part of the earlier rows; the next call continues.
  bool is_looking() const { return skipped_.is_looking(); }

  // When step() must be called even without new rows.
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
  Result<bool> verify_position(const std::string& identity, bool goes_on);
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
  std::string last_id_;  // event id of the row at the source position, if known
  std::string checked_;  // skipped_.checked(), as stored in the log
};

}  // namespace courtside
