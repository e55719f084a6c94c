#include "replay/candidate_plan.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "replay/offset_merge.h"

namespace courtside {
namespace {

// Opening a term's postings (8 µs), seeking in them and fetching a record or two costs as much as
// reading this many records in sequence.
constexpr std::uint64_t kOffsetsPerTerm = 32;
// The number of offsets taken from each clause to estimate its share.
constexpr std::size_t kSampleMax = 256;
// A clause with more terms is not even opened when another clause has less than one sample.
constexpr std::size_t kManyTerms = 16;
// Skipping a posting costs 15 ns, fetching a record in vain 7 to 10 µs. So a clause is worth
// walking if it has at most this many times as many postings as the rarest clause.
constexpr double kTimesAsMany = 64;
// A clause that contains more than half of all events excludes too few.
constexpr double kCommon = 0.5;
// If the rarest clause contains more than every eighth event, records are read in sequence (0.6 µs
// each), and little can be saved.
constexpr double kDense = 1.0 / 8;
// After this many postings without a result, the next offset is returned anyway: its record is
// fetched, does not match, and is counted, so that the page's budget bounds this walk too.
constexpr std::size_t kWalkedMax = 512;

std::unique_ptr<OffsetScan> open_postings(const LogReader& log, const Matcher::Clause& clause,
                                          OffsetRange window, Direction direction) {
  std::vector<std::unique_ptr<OffsetScan>> scans;
  for (const std::string& term : clause.terms) {
    scans.push_back(log.postings(term, window, direction));
  }
  return std::make_unique<OffsetMerge>(std::move(scans), direction);
}

// A scan whose first offsets have been read ahead.
class Sampled : public OffsetScan {
 public:
  static Result<std::unique_ptr<Sampled>> open(const LogReader& log, const Matcher::Clause& clause,
                                               OffsetRange window, Direction direction) {
    std::unique_ptr<Sampled> sampled(new Sampled);
    sampled->scan_ = open_postings(log, clause, window, direction);
    while (sampled->first_.size() < kSampleMax) {
      const Result<std::optional<Offset>> offset = sampled->scan_->next();
      if (!offset) return fail(offset.error());
      if (!*offset) break;
      sampled->first_.push_back(**offset);
    }
    sampled->measure(window, direction);
    return sampled;
  }

  // The estimated share of the window's offsets in this scan: 0 ... 1.
  double share() const { return share_; }
  // The read-ahead offsets are all there are.
  bool is_whole() const { return first_.size() < kSampleMax; }

  Result<std::optional<Offset>> next() override {
    if (taken_ < first_.size()) return first_[taken_++];
    if (is_whole()) return std::nullopt;
    return scan_->next();
  }

 private:
  Sampled() = default;

  void measure(OffsetRange window, Direction direction) {
    std::uint64_t reached = window.count();
    if (!is_whole()) {
      reached = direction == Direction::kAscending
                    ? first_.back().value() - window.begin.value() + 1
                    : window.end.value() - first_.back().value();
    }
    share_ = static_cast<double>(first_.size()) / static_cast<double>(reached);
  }

  std::unique_ptr<OffsetScan> scan_;
  std::vector<Offset> first_;
  std::size_t taken_ = 0;
  double share_ = 0;
};

// The offsets of the rarest scan that are in all the others too.
class Intersection : public OffsetScan {
 public:
  Intersection(std::unique_ptr<OffsetScan> rarest, std::vector<std::unique_ptr<Sampled>> others,
               Direction direction)
      : rarest_(std::move(rarest)), direction_(direction) {
    for (auto& other : others) others_.push_back({.scan = std::move(other), .at = {}});
  }

  Result<std::optional<Offset>> next() override {
    walked_ = 0;
    for (;;) {
      Result<std::optional<Offset>> offset = rarest_->next();
      if (!offset || !*offset || ++walked_ >= kWalkedMax) return offset;
      bool in_all = true;
      for (Other& other : others_) {
        const Result<bool> in_it = reach(other, **offset);
        if (!in_it) return fail(in_it.error());
        if (other.ended && !*in_it) return std::nullopt;
        in_all = in_all && *in_it;
      }
      if (in_all) return offset;
    }
  }

 private:
  struct Other {
    std::unique_ptr<OffsetScan> scan;
    std::optional<Offset> at;
    bool ended = false;
  };

  // Walks up to `wanted` and returns whether it is there.
  Result<bool> reach(Other& other, Offset wanted) {
    while (!other.ended && (!other.at || comes_before(*other.at, wanted))) {
      const Result<std::optional<Offset>> next = other.scan->next();
      if (!next) return fail(next.error());
      ++walked_;
      other.at = *next;
      other.ended = !*next;
    }
    return other.at == wanted;
  }
  bool comes_before(Offset a, Offset b) const {
    return direction_ == Direction::kAscending ? a < b : b < a;
  }

  const std::unique_ptr<OffsetScan> rarest_;
  std::vector<Other> others_;
  const Direction direction_;
  std::size_t walked_ = 0;  // postings walked since the last result
};

// Clauses that may be walked in this window, those with few terms first.
std::vector<const Matcher::Clause*> usable(const LogReader& log, const Matcher& matcher,
                                           OffsetRange window) {
  std::vector<const Matcher::Clause*> out;
  for (const Matcher::Clause& clause : matcher.clauses()) {
    if (clause.of_attributes && window.begin < log.attributes_from()) continue;
    if (window.count() <= kOffsetsPerTerm * clause.terms.size()) continue;
    out.push_back(&clause);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto* a, const auto* b) { return a->terms.size() < b->terms.size(); });
  return out;
}

}  // namespace

Result<std::unique_ptr<OffsetScan>> plan_candidates(const LogReader& log, const Matcher& matcher,
                                                    OffsetRange window, Direction direction) {
  const std::vector<const Matcher::Clause*> clauses = usable(log, matcher, window);
  if (clauses.empty()) return std::unique_ptr<OffsetScan>();
  if (clauses.size() == 1) return open_postings(log, *clauses.front(), window, direction);
  std::vector<std::unique_ptr<Sampled>> sampled;
  bool some_is_whole = false;
  for (const Matcher::Clause* clause : clauses) {
    if (some_is_whole && clause->terms.size() > kManyTerms) continue;
    auto opened = Sampled::open(log, *clause, window, direction);
    if (!opened) return fail(opened.error());
    some_is_whole = some_is_whole || (*opened)->is_whole();
    sampled.push_back(std::move(*opened));
  }
  std::sort(sampled.begin(), sampled.end(),
            [](const auto& a, const auto& b) { return a->share() < b->share(); });
  std::unique_ptr<Sampled> rarest = std::move(sampled.front());
  sampled.erase(sampled.begin());
  const double share = rarest->share();
  const auto is_not_worth_it = [share](const std::unique_ptr<Sampled>& other) {
    return share > kDense || other->share() > kCommon || other->share() > share * kTimesAsMany;
  };
  sampled.erase(std::remove_if(sampled.begin(), sampled.end(), is_not_worth_it), sampled.end());
  if (sampled.empty()) return std::unique_ptr<OffsetScan>(std::move(rarest));
  return std::unique_ptr<OffsetScan>(
      std::make_unique<Intersection>(std::move(rarest), std::move(sampled), direction));
}

}  // namespace courtside
