#include "replay/page_reader.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "replay/candidate_scan.h"
#include "replay/matcher.h"

namespace courtside {
namespace {

// The number of batches of the tail that read() walks before it prefers the index: a batch costs
// one look into its terms, about 0.1 µs.
constexpr std::size_t kTailBatchesMax = 1024;

// Fetched while the size of the records is unknown: at the largest, 256 KiB each, it is 4 MiB.
constexpr std::size_t kFirstEventsAhead = 16;

// Builds a page: takes matching records until one of its bounds is reached.
class PageBuilder {
 public:
  explicit PageBuilder(const PageRequest& request) : request_(request) {
    COURTSIDE_CHECK(request.events_max > 0 && request.scanned_max > 0);
    page_.covered = request.window;
  }

  // The number of events that it can still take, estimated from their size so far: what to fetch
  // ahead.
  std::size_t room() const {
    const std::size_t events = request_.events_max - page_.records.size();
    const std::size_t taken = page_.records.size();
    if (taken == 0) return std::min(events, kFirstEventsAhead);
    const std::size_t bytes = request_.bytes_max - std::min(bytes_, request_.bytes_max);
    return std::clamp<std::size_t>(bytes / (bytes_ / taken), 1, events);
  }
  bool is_full() const { return full_; }

  // Each record that may match goes, in order, through pass() or take().
  void pass(RecordView record, bool has_channel) {
    reached_ = record.offset();
    if (has_channel) ++page_.reached;
  }

  // True when the matching record is to be taken; false: the page is full without it.
  bool fits(RecordView record) {
    full_ = bytes_ + record.bytes().size() > request_.bytes_max && !page_.records.empty();
    return !full_;
  }

  void take(Record record) {
    reached_ = record->offset();
    ++page_.reached;
    bytes_ += record->bytes().size();
    page_.records.push_back(std::move(record));
    full_ = page_.records.size() == request_.events_max;
  }

  // The page ends right after the last record that it passed or took; a complete page covers its
  // window.
  Page finish(bool complete, std::uint64_t scanned) {
    page_.scanned = scanned;
    if (!complete && request_.direction == Direction::kAscending)
      page_.covered.end = next(reached_);
    if (!complete && request_.direction == Direction::kDescending) page_.covered.begin = reached_;
    return std::move(page_);
  }

 private:
  const PageRequest& request_;
  Page page_;
  Offset reached_;  // the last record that was passed or taken
  std::size_t bytes_ = 0;
  bool full_ = false;
};

// Cuts off what retention may have dropped while an ascending page was read: records before
// `first_held` may be missing, so all of them count as lost. Nothing after it can be missing.
void trust_from(Page& page, OffsetRange window, Offset first_held) {
  if (first_held <= page.covered.begin) return;
  page.covered.begin = std::min(first_held, window.end);
  page.covered.end = std::max(page.covered.begin, page.covered.end);
  const auto kept =
      std::find_if(page.records.begin(), page.records.end(),
                   [&](const Record& record) { return record->offset() >= page.covered.begin; });
  page.records.erase(page.records.begin(), kept);
}

// Fills the page from one batch of the tail. False when the page ends before the batch does.
bool fill_from_batch(PageBuilder& builder, const Matcher& matcher, const SharedBatch& batch,
                     const PageRequest& request, std::uint64_t& scanned) {
  for (const std::uint32_t index : matcher.candidates(*batch)) {
    const RecordView record = batch->at(std::size_t{index});
    if (!request.window.contains(record.offset())) continue;
    if (builder.is_full() || scanned == request.scanned_max) return false;
    ++scanned;
    if (!matcher.matches(record)) {
      builder.pass(record, matcher.reaches(record));
    } else if (builder.fits(record)) {
      builder.take(Record(batch->storage, record.bytes()));
    } else {
      return false;
    }
  }
  return true;
}

// Fills the page from the log. False when the page ends before its window does.
Result<bool> fill_from_log(PageBuilder& builder, const Matcher& matcher, CandidateScan& candidates,
                           const PageRequest& request) {
  while (!builder.is_full()) {
    const std::uint64_t fetched = candidates.fetched();
    if (!candidates.waits() && fetched >= request.scanned_max) break;
    const std::uint64_t budget = request.scanned_max - std::min(fetched, request.scanned_max - 1);
    Result<std::optional<Record>> record =
        candidates.next(std::min<std::uint64_t>(builder.room(), budget));
    if (!record) return fail(record.error());
    if (!*record) return true;
    const RecordView view = (*record)->view();
    if (!matcher.matches(view)) {
      builder.pass(view, matcher.reaches(view));
    } else if (builder.fits(view)) {
      builder.take(std::move(**record));
    }
  }
  return false;
}

}  // namespace

Result<Page> PageReader::read(const Filter& filter, const PageRequest& request) const {
  const bool ascending = request.direction == Direction::kAscending;
  if (ascending) {
    std::optional<Page> page = read_tail(filter, request, kTailBatchesMax);
    if (page) return std::move(*page);
  }
  Result<Page> page = read_log(filter, request);
  // Loaded after the last record was read: what is retained now was retained during the whole read.
  if (page && ascending) trust_from(*page, request.window, log_.held().begin);
  return page;
}

Result<Page> PageReader::read_log(const Filter& filter, const PageRequest& request) const {
  const Result<OffsetRange> window = narrow_by_time(filter, request.window);
  if (!window) return fail(window.error());
  const Matcher matcher(filter);
  CandidateScan candidates(log_, tail_, matcher, *window, request.direction);
  PageBuilder builder(request);
  const Result<bool> complete = fill_from_log(builder, matcher, candidates, request);
  records_read_.fetch_add(candidates.fetched(), std::memory_order_relaxed);
  if (!complete) return fail(complete.error());
  return builder.finish(*complete, candidates.fetched());
}

std::optional<Page> PageReader::read_tail(const Filter& filter, const PageRequest& request,
                                          std::size_t batches_max) const {
  COURTSIDE_CHECK(request.direction == Direction::kAscending);
  PageBuilder builder(request);
  if (request.window.empty()) return builder.finish(/*complete=*/true, 0);
  const std::vector<SharedBatch> batches = tail_.find(request.window, batches_max + 1);
  if (batches.empty() || batches.size() > batches_max) return std::nullopt;
  if (batches.back()->range.end < request.window.end) return std::nullopt;

  const Matcher matcher(filter);
  bool complete = true;
  std::uint64_t scanned = 0;
  for (const SharedBatch& batch : batches) {
    complete = fill_from_batch(builder, matcher, batch, request, scanned);
    if (!complete) break;
  }
  records_read_.fetch_add(scanned, std::memory_order_relaxed);
  return builder.finish(complete, scanned);
}

Result<OffsetRange> PageReader::narrow_by_time(const Filter& filter, OffsetRange window) const {
  if (filter.since) {
    const Result<Offset> begin = log_.first_at_or_after(*filter.since);
    if (!begin) return fail(begin.error());
    window.begin = std::clamp(*begin, window.begin, window.end);
  }
  if (filter.until) {
    const Result<Offset> end = log_.first_at_or_after(*filter.until);
    if (!end) return fail(end.error());
    window.end = std::clamp(*end, window.begin, window.end);
  }
  return window;
}

Result<Offset> PageReader::after_last(const Filter& filter, OffsetRange window,
                                      std::size_t count) const {
  if (count == 0) return previous(window.end);
  const Result<OffsetRange> searched = narrow_by_time(filter, window);
  if (!searched) return fail(searched.error());
  const Matcher matcher(filter);
  CandidateScan candidates(log_, tail_, matcher, *searched, Direction::kDescending);
  Offset after = previous(window.begin);
  std::size_t left = count;
  while (left > 0) {
    Result<std::optional<Record>> record = candidates.next(left);
    if (!record) return fail(record.error());
    if (!*record) break;
    if (!matcher.matches((*record)->view())) continue;
    if (--left == 0) after = previous((*record)->view().offset());
  }
  records_read_.fetch_add(candidates.fetched(), std::memory_order_relaxed);
  return after;
}

}  // namespace courtside
