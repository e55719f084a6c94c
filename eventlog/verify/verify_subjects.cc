#include "eventlog/verify/verify_subjects.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/format.h"
#include "eventlog/encoding.h"
#include "eventlog/verify/record_pass.h"
#include "eventlog/verify/subject_slots.h"

namespace courtside {
namespace {

std::string name_of(RecordView record) { return std::string(record.event().subject()); }

Error subject_fault(std::string_view name, const std::string& what) {
  return {Code::data_corrupt, format("subjects: {} {}", name, what)};
}

std::string version_at(std::uint64_t version, Offset offset) {
  return format("version {} at offset {}", version, offset);
}

Error step_fault(RecordView record, std::uint64_t before) {
  return fault_at(record.offset(), format("{} goes from version {} to {}", name_of(record), before,
                                          record.subject_version()));
}

// Checks the subjects of one part of the hashes: first the records that the table covers, then the
// table.
class CoveredSubjects {
 public:
  CoveredSubjects(const Database& database, SubjectSlots& slots, OffsetRange range,
                  Offset low_water)
      : database_(database), slots_(slots), range_(range), low_water_(low_water) {}

  // Stops at the first fault, and at `end`.
  Result<void> check_records(Offset end, const Progress& progress) {
    constexpr std::uint64_t kEventsPerWord = 1 << 16;
    RecordPass pass(database_, {range_.begin, std::min(end, range_.end)});
    for (;;) {
      auto record = pass.next();
      if (!record) return fail(record.error());
      if (!*record) return {};
      if (auto taken = take(**record); !taken) {
        faulty_ = (*record)->offset();
        return taken;
      }
      const std::uint64_t done = (*record)->offset().value() - range_.begin.value();
      if (progress && done % kEventsPerWord == 0) {
        progress({.doing = "subjects", .done = done, .total = range_.count()});
      }
    }
  }
  // The offset at which check_records() failed.
  std::optional<Offset> faulty() const { return faulty_; }

  Result<void> check_table() {
    auto walked = for_each_entry(
        database_, Family::kSubjects,
        [this](std::string_view name, std::string_view value) { return check_entry(name, value); });
    if (!walked) return walked;
    return check_all_matched();
  }

 private:
  Result<void> take(RecordView record) {
    SeenSubject* seen = slots_.insert(record.event().subject());
    if (seen == nullptr) return {};
    const std::uint64_t version = record.subject_version();
    if (seen->version == 0) {
      // Earlier versions may have been dropped, but not if nothing was.
      if (range_.begin == Offset(1) && version != 1) return fail(step_fault(record, 0));
      seen->first_version = version;
      seen->first = record.offset();
    } else if (version != seen->version + 1) {
      return fail(step_fault(record, seen->version));
    }
    seen->version = version;
    seen->last = record.offset();
    return {};
  }

  Result<void> check_entry(std::string_view name, std::string_view value) {
    const auto state = decode_subject(value);
    if (!state || !is_possible(*state)) return fail(subject_fault(name, "has a damaged entry"));
    if (state->last >= low_water_) {
      return fail(subject_fault(
          name, format("has {}, beyond the index's end", version_at(state->version, state->last))));
    }
    if (!slots_.covers(name)) return {};
    SeenSubject* seen = slots_.find(name);
    if (seen == nullptr) {
      if (state->last < range_.begin) return {};
      return fail(subject_fault(name, format("has {}, whose event has another subject",
                                             version_at(state->version, state->last))));
    }
    seen->is_matched = true;
    if (state->version != seen->version || state->last != seen->last) {
      return fail(subject_fault(
          name, format("has {}, its last event is {}", version_at(state->version, state->last),
                       version_at(seen->version, seen->last))));
    }
    const bool is_whole = seen->first_version == 1;
    if (is_whole ? state->first != seen->first : state->first >= range_.begin) {
      return fail(
          subject_fault(name, format("has its first event at offset {}, the records have {}",
                                     state->first, version_at(seen->first_version, seen->first))));
    }
    return {};
  }

  static bool is_possible(const SubjectState& state) {
    if (state.version == 0 || state.first == Offset(0) || state.first > state.last) return false;
    const std::uint64_t distance = state.last.value() - state.first.value();
    return state.version == 1 ? distance == 0 : state.version - 1 <= distance;
  }

  Result<void> check_all_matched() {
    const SeenSubject* first = nullptr;
    slots_.for_each([&](const SeenSubject& seen) {
      if (seen.is_matched) return;
      if (first == nullptr || seen.last < first->last) first = &seen;
    });
    if (first == nullptr) return {};
    RecordPass pass(database_, {first->last, next(first->last)});
    auto record = pass.next();
    if (!record) return fail(record.error());
    return fail(subject_fault(name_of(**record), "is not there, its last event is " +
                                                     version_at(first->version, first->last)));
  }

  const Database& database_;
  SubjectSlots& slots_;
  const OffsetRange range_;
  const Offset low_water_;
  std::optional<Offset> faulty_;
};

// Checks the records that the table does not cover yet; the index's open segments limit their
// number.
Result<void> check_newest(const Database& database, OffsetRange range) {
  std::unordered_map<std::string, std::uint64_t> versions;
  RecordPass pass(database, range);
  for (;;) {
    auto record = pass.next();
    if (!record) return fail(record.error());
    if (!*record) return {};
    const auto [version, is_new] = versions.try_emplace(name_of(**record));
    if (is_new) {
      auto bytes = database.get(Family::kSubjects, version->first);
      if (!bytes) return fail(bytes.error());
      const auto state = *bytes ? decode_subject(**bytes) : SubjectState();
      if (!state) return fail(subject_fault(version->first, "has a damaged entry"));
      version->second = state->version;
    }
    if ((*record)->subject_version() != version->second + 1) {
      return fail(step_fault(**record, version->second));
    }
    ++version->second;
  }
}

}  // namespace

Result<void> verify_subjects(const Database& database, const FoldPlace& place, Offset needed,
                             Offset low_water, const VerifyOptions& options, std::uint64_t seed) {
  const OffsetRange covered{needed, std::max(needed, std::min(low_water, place.next))};
  SubjectSlots slots(options.subject_slots, seed);
  // Of several faults, report the record fault at the lowest offset; without one, the table's.
  std::optional<Error> record_fault;
  std::optional<Error> table_fault;
  Offset end = covered.end;
  do {
    CoveredSubjects part(database, slots, covered, low_water);
    if (auto checked = part.check_records(end, options.progress); !checked) {
      if (!part.faulty()) return checked;
      record_fault = checked.error();
      end = *part.faulty();
    }
    if (record_fault || table_fault) continue;
    if (auto checked = part.check_table(); !checked) table_fault = checked.error();
  } while (slots.begin_next());
  if (record_fault) return fail(*record_fault);
  if (table_fault) return fail(*table_fault);
  return check_newest(database, {covered.end, place.next});
}

}  // namespace courtside
