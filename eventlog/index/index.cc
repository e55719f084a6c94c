#include "eventlog/index/index.h"

#include <pthread.h>

#include <chrono>
#include <vector>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"
#include "eventlog/encoding.h"
#include "eventlog/index/offset_scan.h"
#include "eventlog/log_meta.h"
#include "eventlog/record_scan.h"

namespace courtside {
namespace {

constexpr std::chrono::milliseconds kRoomRetry{200};

Result<Offset> offset_of_id(std::string_view bytes) {
  const auto offset = decode_offset(bytes);
  if (!offset) return fail(Code::data_corrupt, "ids: an entry is damaged");
  return *offset;
}

}  // namespace

Result<std::unique_ptr<Index>> Index::open(Database& database, Offset next,
                                           const IndexOptions& options) {
  remove_unfinished_files(database);
  auto begin = courtside::low_water(database);
  if (!begin) return fail(begin.error());
  if (*begin > next) return fail(Code::data_corrupt, "the index reaches beyond the end of the log");
  std::unique_ptr<Index> index(new Index(database, options, *begin));
  if (auto rebuilt = index->rebuild(next); !rebuilt) return fail(rebuilt.error());
  return index;
}

Index::Index(Database& database, const IndexOptions& options, Offset low_water)
    : database_(database),
      options_(options),
      open_(std::make_shared<IndexSegment>(low_water, nullptr)),
      low_water_(low_water),
      files_thread_([this] { make_files(); }) {}

Index::~Index() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  files_thread_.join();
}

Result<void> Index::rebuild(Offset next) {
  const auto scan = scan_records(database_, nullptr, {low_water_, next}, Direction::kAscending);
  for (;;) {
    auto record = scan->next();
    if (!record) return fail(record.error());
    if (!*record) return {};
    const RecordView view = (*record)->view();
    auto first = first_of(view);
    if (!first) return fail(first.error());
    open_->add(view, {.key = id_key(view.event(), view.id_scope()), .subject_first = *first});
  }
}

Result<Offset> Index::first_of(RecordView record) const {
  if (record.subject_version() == 1) return record.offset();
  auto before = subject(record.event().subject());
  if (!before) return fail(before.error());
  if (before->version + 1 != record.subject_version()) {
    return fail(
        Code::data_corrupt,
        format("the record at offset {} does not follow its subject's version", record.offset()));
  }
  return before->first;
}

Result<void> Index::make_room() {
  std::unique_lock lock(mutex_);
  if (sealed_ && full(*open_, kOpenSizesMax)) wait_for_files(lock);
  if (failure_) return fail(*failure_);
  if (!sealed_ && full(*open_, 1)) seal_locked();
  return {};
}

void Index::wait_for_files(std::unique_lock<std::mutex>& lock) {
  constexpr std::uint64_t kWorthMentioningUs = 500'000;
  const std::uint64_t began_us = steady_us();
  changed_.wait(lock, [this] { return !sealed_ || failure_ || waits_for_room_; });
  const std::uint64_t waited_us = steady_us() - began_us;
  if (waited_us >= kWorthMentioningUs) {
    log_warning("eventlog", format("commits waited {} ms for the index's files", waited_us / 1000));
  }
}

bool Index::full(const IndexSegment& segment, std::size_t sizes) const {
  return segment.range().count() >= sizes * options_.segment_events_max ||
         segment.size_bytes() >= sizes * options_.segment_bytes_max;
}

void Index::add(const Batch& batch) {
  // Only this thread changes open_, so it needs no lock.
  open_->add(batch);
}

void Index::seal() {
  const std::lock_guard lock(mutex_);
  if (!sealed_ && !failure_ && !open_->range().empty()) seal_locked();
}

void Index::seal_locked() {
  sealed_ = open_;
  open_ = std::make_shared<IndexSegment>(sealed_->range().end, sealed_.get());
  changed_.notify_all();
}

void Index::make_files() {
  pthread_setname_np(pthread_self(), "index");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || (sealed_ && !failure_); });
    if (stopping_) return;
    Segment segment = sealed_;
    lock.unlock();
    const auto added = try_to_add(*segment);
    lock.lock();
    waits_for_room_ = !added && added.error().code == Code::storage_full;
    if (added) {
      low_water_ = segment->range().end;
      sealed_.reset();
    } else if (waits_for_room_) {
      changed_.notify_all();
      changed_.wait_for(lock, kRoomRetry, [this] { return stopping_; });
      continue;
    } else {
      log_error("eventlog", added.error().message);
      failure_ = added.error();
    }
    changed_.notify_all();
    lock.unlock();
    segment.reset();  // tens of megabytes: freed outside the lock
    lock.lock();
  }
}

// storage_full: the database is as it was, and it can be tried again.
Result<void> Index::try_to_add(const IndexSegment& segment) const {
  const bool has_room =
      !options_.has_room || options_.has_room(segment.size_bytes() + database_.memtable_bytes());
  if (!has_room) return fail(Code::storage_full, "index files: the disk is full");
  return options_.add_files(segment, database_);
}

std::uint64_t Index::unwritten_bytes() const {
  const auto [sealed, open] = segments();
  return open->size_bytes() + (sealed ? sealed->size_bytes() : 0);
}

std::pair<Index::Segment, Index::Segment> Index::segments() const {
  const std::lock_guard lock(mutex_);
  return {sealed_, open_};
}

// Newest first: a later segment's entry replaces an earlier one. The segments are read before the
// database, so a segment that becomes files in between is seen twice, not missed.
Result<std::optional<Offset>> Index::find(const Hash128& key) const {
  const auto [sealed, open] = segments();
  if (const auto offset = find_in_memory(*open, sealed.get(), key)) return offset;
  auto bytes = database_.get(Family::kIds, encode(key).view());
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return std::nullopt;
  const auto offset = offset_of_id(**bytes);
  if (!offset) return fail(offset.error());
  return *offset;
}

Result<std::vector<std::optional<Offset>>> Index::find_all(const std::vector<Hash128>& keys) const {
  const auto [sealed, open] = segments();
  std::vector<std::optional<Offset>> offsets(keys.size());
  std::vector<std::size_t> missing;
  std::vector<Numbers<2>> missing_keys;
  missing_keys.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    offsets[i] = find_in_memory(*open, sealed.get(), keys[i]);
    if (offsets[i]) continue;
    missing.push_back(i);
    missing_keys.push_back(encode(keys[i]));
  }
  std::vector<std::string_view> views;
  views.reserve(missing_keys.size());
  for (const Numbers<2>& key : missing_keys) views.push_back(key.view());
  auto found = database_.get_all(Family::kIds, views);
  if (!found) return fail(found.error());
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (!(*found)[i]) continue;
    const auto offset = offset_of_id(*(*found)[i]);
    if (!offset) return fail(offset.error());
    offsets[missing[i]] = *offset;
  }
  return offsets;
}

std::optional<Offset> Index::find_in_memory(const IndexSegment& open, const IndexSegment* sealed,
                                            const Hash128& key) {
  if (const auto offset = open.find(key)) return offset;
  return sealed ? sealed->find(key) : std::nullopt;
}

Result<SubjectState> Index::subject(std::string_view name) const {
  const auto [sealed, open] = segments();
  if (const auto state = open->subject(name)) return *state;
  if (sealed) {
    if (const auto state = sealed->subject(name)) return *state;
  }
  auto bytes = database_.get(Family::kSubjects, name);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return SubjectState();
  const auto state = decode_subject(**bytes);
  if (!state) return fail(Code::data_corrupt, "subjects: an entry is damaged");
  return *state;
}

std::unique_ptr<OffsetScan> Index::postings(std::string_view term, OffsetRange range,
                                            Direction direction) const {
  auto [sealed, open] = segments();
  std::vector<Segment> in_memory;
  if (sealed) in_memory.push_back(std::move(sealed));
  in_memory.push_back(std::move(open));
  return scan_postings(database_, std::move(in_memory), term, range, direction);
}

Offset Index::low_water() const {
  const std::lock_guard lock(mutex_);
  return low_water_;
}

}  // namespace courtside
