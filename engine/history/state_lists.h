// Lists of states: a venue's calendar, and an account's notifications. Each goes back through the
// events of one channel from the newest, and asks for the state of each subject that it meets.
//
// A page ends when it is full, or when it has looked at as many records as a page may: then it says
// so, and its `next` goes on from there. Threads: any, but no loop: they read the log.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/history/state_query.h"
#include "engine/routing/router.h"
#include "replay/state_reader.h"

namespace courtside {

struct StateLists {
  const LogReader& log;
  const PageReader& pages;
  const StateReader& states;
  std::size_t scanned_max = 0;  // records looked at before a page ends
};

struct ListAnswer {
  std::string body;
  std::size_t rows = 0;
};

// {"venue":...,"position":...,"slots":[{state}...],"next":...,"complete":...,"scanned":...}, and
// `earliest` where events are gone: a slot of which nothing was said since is not among them. The
// slots of a page by their start. `channel` is the one that the reader may read.
Result<ListAnswer> answer_calendar(const StateLists& lists, const CalendarQuery& query,
                                   const std::string& venue, OffsetRange held, Timestamp now,
                                   const std::string& channel, const StateView& view);

// {"notifications":[...],"unread":...,"next":...,"complete":...,"scanned":...}, the newest first.
// `unread` is of all that are held, whatever the query asks for, and on the first page only;
// `unreadcomplete` is false where there were too many to count.
Result<ListAnswer> answer_notifications(const StateLists& lists, const NotificationsQuery& query,
                                        const std::string& account, OffsetRange held);

}  // namespace courtside
