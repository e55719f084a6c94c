// Lists of states: a venue's calendar and an account's notifications. Each walks back through one
// channel's events from the newest and reads the state of each subject that it finds.
//
// A page ends when it is full or has examined its maximum of records; then `complete` is false and
// `next` continues it. Threads: any but a loop: they read the log.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/history/state_query.h"
#include "engine/routing/router.h"
#include "replay/state/state_reader.h"

namespace courtside {

struct StateLists {
  const LogReader& log;
  const PageReader& pages;
  const StateReader& states;
  std::size_t scanned_max = 0;  // records examined before a page ends
};

struct ListAnswer {
  std::string body;
  std::size_t rows = 0;
};

// {"venue":...,"position":...,"slots":[{state}...],"next":...,"complete":...,"scanned":...}. When
// retention removed events, `earliest` is there too, and slots without a later event are missing.
// The slots of a page are sorted by start. `channel` is the one by which the reader may read.
Result<ListAnswer> answer_calendar(const StateLists& lists, const CalendarQuery& query,
                                   const std::string& venue, OffsetRange held, Timestamp now,
                                   const std::string& channel, const StateView& view);

// {"notifications":[...],"unread":...,"next":...,"complete":...,"scanned":...}, newest first.
// `unread` counts all retained notifications, whatever the query asks for; `unreadcomplete` is
// false when there were too many to count.
Result<ListAnswer> answer_notifications(const StateLists& lists, const NotificationsQuery& query,
                                        const std::string& account, OffsetRange held);

}  // namespace courtside
