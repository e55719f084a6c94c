#include <functional>
#include <map>

#include "patient.h"
#include "planted_fault.h"
#include "schema/record.h"

namespace courtside::story {
namespace {

Named remove_id(const std::string& folder, Random& random) {
  Patient log(folder);
  Entries held = log.entries(Family::kIds);
  std::erase_if(held, [&](const auto& entry) {
    return *decode_offset(entry.second) < log.place().first_held;
  });
  if (held.empty()) return std::nullopt;
  const auto& [key, value] = any_of(held, random);
  log.remove(Family::kIds, key);
  return "ids: the id of " + name_of(*decode_offset(value)) + " is not there";
}

Named change_id_entry(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Entries all = log.entries(Family::kIds);
  const auto& [key, value] = any_of(all, random);
  const Offset other = log.any_indexed(random);
  if (*decode_offset(value) == other) return std::nullopt;
  log.put(Family::kIds, key, key_text(other));
  return "ids: ";
}

Named add_id(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset offset = log.any_indexed(random);
  log.put(Family::kIds, std::string(encode(Hash128{random(), random()}).view()), key_text(offset));
  return "ids: ";
}

Named break_id(const std::string& folder, Random& random) {
  Patient log(folder);
  const Entries all = log.entries(Family::kIds);
  if (all.empty()) return std::nullopt;
  log.put(Family::kIds, any_of(all, random).first, "seven b");
  return "is damaged";
}

// Subjects.

Named change_subject(const std::string& folder, Random& random,
                     const std::function<void(SubjectState&)>& change) {
  Patient log(folder);
  Entries held = log.entries(Family::kSubjects);
  // A subject without a retained event has nothing to compare with.
  std::erase_if(held, [&](const auto& entry) {
    return decode_subject(entry.second)->last < log.place().first_held;
  });
  if (held.empty()) return std::nullopt;
  const auto& [key, value] = any_of(held, random);
  SubjectState state = *decode_subject(value);
  change(state);
  log.put(Family::kSubjects, key, std::string(encode(state).view()));
  return key;
}

Named skip_subject_version(const std::string& folder, Random& random) {
  return change_subject(folder, random, [](SubjectState& state) { ++state.version; });
}

Named change_subject_last(const std::string& folder, Random& random) {
  return change_subject(folder, random, [](SubjectState& state) { state.last = next(state.last); });
}

Named change_subject_first(const std::string& folder, Random& random) {
  return change_subject(folder, random, [](SubjectState& state) {
    state.first = state.first == state.last ? next(state.first) : state.last;
  });
}

Named remove_subject(const std::string& folder, Random& random) {
  Patient log(folder);
  Entries held = log.entries(Family::kSubjects);
  std::erase_if(held, [&](const auto& entry) {
    return decode_subject(entry.second)->last < log.place().first_held;
  });
  if (held.empty()) return std::nullopt;
  const std::string key = any_of(held, random).first;
  log.remove(Family::kSubjects, key);
  return key;
}

Named add_subject(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset offset = log.any_indexed(random);
  log.put(Family::kSubjects, "booking:stranger",
          std::string(encode(SubjectState{.version = 1, .first = offset, .last = offset}).view()));
  return "booking:stranger";
}

// Swaps a subject's two newest versions in the records.
Named swap_versions(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  std::map<std::string, std::vector<Offset>> offsets;
  const Offset begin = std::min(log.place().first_held, log.low_water_offset());
  for (Offset o = begin; o < log.place().next; o = next(o)) {
    const std::string record = log.get(Family::kEvents, key_text(o));
    offsets[std::string(RecordView(record).event().subject())].push_back(o);
  }
  std::erase_if(offsets, [](const auto& entry) { return entry.second.size() < 2; });
  if (offsets.empty()) return std::nullopt;
  const auto& [subject, list] =
      *std::next(offsets.begin(), static_cast<std::ptrdiff_t>(random() % offsets.size()));
  std::string a = log.get(Family::kEvents, key_text(list[list.size() - 2]));
  std::string b = log.get(Family::kEvents, key_text(list.back()));
  std::swap_ranges(a.begin() + 24, a.begin() + 32, b.begin() + 24);
  log.put(Family::kEvents, key_text(list[list.size() - 2]), a);
  log.put(Family::kEvents, key_text(list.back()), b);
  return subject;
}

// Meta.

Named change_place(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  FoldPlace place = log.place();
  switch (random() % 5) {
    case 0: place.next = next(place.next); break;
    case 1: place.next = previous(place.next); break;
    case 2: place.bytes_through += 1; break;
    case 3: place.recorded = Timestamp(place.recorded.value() + 1); break;
    default: place.first_held = next(place.next);
  }
  log.put(Family::kMeta, "place", std::string(encode(place).view()));
  return "";
}

Named break_epoch(const std::string& folder, Random& random) {
  Patient log(folder);
  log.put(Family::kMeta, "epoch", random() % 2 == 0 ? "K3:f9" : "");
  return "epoch";
}

Named break_format(const std::string& folder, Random& random) {
  Patient log(folder);
  random() % 2 == 0 ? log.put(Family::kMeta, "format", "one") : log.remove(Family::kMeta, "format");
  return "format";
}

Named break_source(const std::string& folder, Random& random) {
  Patient log(folder);
  if (random() % 2 == 0) {
    log.put(Family::kMeta, "source/Out box/", "17");
  } else {
    log.put(Family::kMeta, "source/elsewhere/held", "17");  // a note of a source without a position
  }
  return "meta: ";
}

}  // namespace

std::vector<FaultKind> table_faults() {
  return {
      {"an id gone", remove_id},
      {"an id elsewhere", change_id_entry},
      {"an id too many", add_id},
      {"an id broken", break_id},
      {"a subject's version", skip_subject_version},
      {"a subject's last", change_subject_last},
      {"a subject's first", change_subject_first},
      {"a subject gone", remove_subject},
      {"a subject too many", add_subject},
      {"versions swapped", swap_versions},
      {"the place", change_place},
      {"the epoch", break_epoch},
      {"the format", break_format},
      {"a source", break_source},
  };
}

}  // namespace courtside::story
