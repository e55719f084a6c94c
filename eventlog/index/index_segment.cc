#include "eventlog/index/index_segment.h"

#include <algorithm>
#include <random>

#include "base/check.h"
#include "eventlog/encoding.h"
#include "eventlog/term.h"

namespace courtside {
namespace {

// The lock is released after this many insertions, so that readers do not wait long.
constexpr std::size_t kInsertionsPerTurn = 32;

// Secret and random per process, so that names cannot be chosen to collide.
std::uint64_t process_seed() {
  static const std::uint64_t seed = [] {
    std::random_device source;
    return static_cast<std::uint64_t>(source()) << 32 | source();
  }();
  return seed;
}

}  // namespace

void PostingList::add(std::uint32_t offset) {
  if (empty_) {
    first_ = offset;
    empty_ = false;
    return;
  }
  if (at(size() - 1) != offset) rest_.push_back(offset);
}

std::size_t PostingList::count_below(std::uint64_t offset) const {
  if (empty_ || first_ >= offset) return 0;
  const auto end = std::lower_bound(rest_.begin(), rest_.end(), offset);
  return 1 + static_cast<std::size_t>(end - rest_.begin());
}

IndexSegment::IndexSegment(Offset begin, const IndexSegment* before)
    : begin_(begin),
      ids_(process_seed(), before ? before->ids_.size() : 0),
      subjects_(process_seed(), before ? before->subjects_.size() : 0),
      terms_(process_seed(), before ? before->terms_.size() : 0) {}

void IndexSegment::add(const Batch& batch) {
  for (std::size_t begin = 0; begin < batch.size(); begin += kInsertionsPerTurn) {
    const std::size_t end = std::min(begin + kInsertionsPerTurn, batch.size());
    const std::lock_guard lock(mutex_);
    for (std::size_t i = begin; i < end; ++i) add_locked(batch.at(i), batch.index_entries[i]);
  }
}

void IndexSegment::add(RecordView record, const IndexEntry& entry) {
  const std::lock_guard lock(mutex_);
  add_locked(record, entry);
}

void IndexSegment::add_locked(RecordView record, const IndexEntry& entry) {
  COURTSIDE_CHECK(record.offset().value() == begin_.value() + count_);
  const std::uint32_t from_begin = count_++;
  // Each of about nine keys is a cache miss: prefetch all before the first is used.
  const auto id = encode(entry.key);
  const std::string_view subject = record.event().subject();
  const std::uint32_t id_hash = ids_.prepare(id.view());
  const std::uint32_t subject_hash = subjects_.prepare(subject);
  term_bytes_.clear();
  prepared_.clear();
  for_each_term(record, [this](std::string_view term) {
    prepared_.push_back({term_bytes_.size(), term.size(), terms_.prepare(term)});
    term_bytes_.append(term);
  });

  ids_.insert(id.view(), id_hash) = from_begin;
  subjects_.insert(subject, subject_hash) = {
      .version = record.subject_version(), .first = entry.subject_first, .last = record.offset()};
  const std::string_view terms(term_bytes_);
  for (const PreparedTerm& term : prepared_) {
    terms_.insert(terms.substr(term.begin, term.size_bytes), term.hash).add(from_begin);
  }
  postings_ += prepared_.size();
}

OffsetRange IndexSegment::range() const {
  const std::lock_guard lock(mutex_);
  return {begin_, offset_at(count_)};
}

std::size_t IndexSegment::size_bytes() const {
  const std::lock_guard lock(mutex_);
  return ids_.size_bytes() + subjects_.size_bytes() + terms_.size_bytes() +
         postings_ * sizeof(std::uint32_t);
}

std::optional<Offset> IndexSegment::find(const Hash128& key) const {
  const std::lock_guard lock(mutex_);
  const std::uint32_t* from_begin = ids_.find(encode(key).view());
  if (!from_begin) return std::nullopt;
  return offset_at(*from_begin);
}

std::optional<SubjectState> IndexSegment::subject(std::string_view subject) const {
  const std::lock_guard lock(mutex_);
  const SubjectState* state = subjects_.find(subject);
  if (!state) return std::nullopt;
  return *state;
}

void IndexSegment::copy_postings(std::string_view term, OffsetRange wanted, Direction direction,
                                 std::vector<Offset>& out) const {
  const std::lock_guard lock(mutex_);
  const PostingList* list = terms_.find(term);
  if (!list) return;
  const auto from_begin = [this](Offset offset) {
    return offset <= begin_ ? 0 : offset.value() - begin_.value();
  };
  const std::size_t begin = list->count_below(from_begin(wanted.begin));
  const std::size_t end = list->count_below(from_begin(wanted.end));
  const std::size_t count = begin < end ? std::min(end - begin, kCopyOffsetsMax) : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool ascending = direction == Direction::kAscending;
    out.push_back(offset_at(list->at(ascending ? begin + i : end - 1 - i)));
  }
}

}  // namespace courtside
