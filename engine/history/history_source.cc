#include "engine/history/history_source.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "schema/event_lines.h"

namespace courtside {

HistorySource::HistorySource(const LogReader& log, const PageReader& pages,
                             const Projections& projections, Request request)
    : log_(log),
      pages_(pages),
      projections_(projections),
      request_(std::move(request)),
      compressor_(request_.coding),
      events_left_(request_.query.limited ? request_.query.limit
                                          : std::numeric_limits<std::uint64_t>::max()) {}

Result<void> HistorySource::open() {
  const OffsetRange held = within(request_.held, log_.held());
  const Result<OffsetRange> asked = window_of(request_.query, log_.epoch(), held);
  if (!asked) return fail(asked.error());
  // Narrow the window by the filter's times, so that retention outside of them is no error.
  const Result<OffsetRange> window = pages_.narrow_by_time(filter(), *asked);
  if (!window) return fail(window.error());
  window_ = *window;
  rest_ = window_;
  opened_ = true;
  return {};
}

Result<HistoryPart> HistorySource::read() {
  if (!opened_) {
    if (const Result<void> opened = open(); !opened) return fail(opened.error());
  }
  HistoryPart part;
  std::string text;
  if (!begun_ && request_.form == HistoryForm::kCsv) text = kEventRowHead;
  if (!rest_.empty()) {
    const Result<Page> page = read_page();
    if (!page) return fail(page.error());
    part.events = page->records.size();
    text.append(render(*page));
    advance(*page);
  }
  begun_ = true;
  part.is_last = rest_.empty() || events_left_ == 0;
  if (part.is_last) {
    compressor_.append(part.bytes, text, Compressor::Then::kEnd);
  } else if (!text.empty()) {
    compressor_.append(part.bytes, text, Compressor::Then::kFlush);
  }
  return part;
}

Result<Page> HistorySource::read_page() {
  Result<Page> page =
      pages_.read(filter(), {.window = rest_,
                             .direction = request_.query.order,
                             .events_max = std::min<std::uint64_t>(kPartEvents, events_left_),
                             .bytes_max = kPartBytes,
                             .scanned_max = request_.scanned_max});
  if (!page) return page;
  if (const Result<void> held = check_held(*page); !held) return fail(held.error());
  return page;
}

// Retention may have removed events before `first` from the page. With `after`, or when a part was
// already sent forward, that is an error. Otherwise the response begins (backward: ends) where the
// log begins now.
Result<void> HistorySource::check_held(Page& page) {
  const bool ascending = request_.query.order == Direction::kAscending;
  const Offset first = ascending ? page.covered.begin : log_.held().begin;
  if (first <= (ascending ? rest_.begin : page.covered.begin)) return {};
  if (request_.query.after || (ascending && begun_)) {
    return fail(
        position_expired(log_.epoch(), log_.held(), "retention removed the rest of these events"));
  }
  rest_.begin = std::clamp(first, rest_.begin, rest_.end);
  window_.begin = rest_.begin;
  page.covered.begin = std::max(page.covered.begin, rest_.begin);
  page.covered.end = std::max(page.covered.begin, page.covered.end);
  const auto is_lost = [&](const Record& record) { return record.view().offset() < first; };
  page.records.erase(std::remove_if(page.records.begin(), page.records.end(), is_lost),
                     page.records.end());
  return {};
}

void HistorySource::advance(const Page& page) {
  events_left_ -= page.records.size();
  if (request_.query.order == Direction::kAscending) {
    rest_.begin = std::clamp(page.covered.end, rest_.begin, rest_.end);
  } else {
    rest_.end = std::clamp(page.covered.begin, rest_.begin, rest_.end);
  }
}

std::string HistorySource::render(const Page& page) const {
  const std::string epoch = log_.epoch();
  std::string text;
  for (const Record& record : page.records) {
    const Projection* const shown =
        projections_.choose(filter().channels, request_.unmasked_permissions, record.view());
    if (request_.form == HistoryForm::kCsv) {
      append_event_row(text, record.view(), epoch, shown);
    } else {
      append_event_line(text, record.view(), shown);
    }
  }
  return text;
}

}  // namespace courtside
