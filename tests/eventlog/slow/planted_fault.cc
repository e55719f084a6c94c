#include "planted_fault.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "eventlog/database.h"
#include "eventlog/encoding.h"
#include "eventlog/log_meta.h"
#include "eventlog/segment_files.h"
#include "schema/record.h"

namespace courtside::story {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;
using Entries = std::vector<std::pair<std::string, std::string>>;

std::string key_text(Offset offset) { return std::string(encode(offset).view()); }
std::string name_of(Offset offset) { return "offset " + std::to_string(offset.value()); }

template <typename Items>
const auto& any_of(const Items& items, Random& random) {
  return items[random() % items.size()];
}

// A log, open for changes that no version of ours would make.
class Patient {
 public:
  explicit Patient(const std::string& folder)
      : database_(Database::open({.path = folder}).value()),
        place_(read_meta(*database_).value().place),
        low_water_(low_water(*database_).value()) {}

  const FoldPlace& place() const { return place_; }
  Offset low_water_offset() const { return low_water_; }
  bool has_indexed() const { return place_.first_held < low_water_; }
  bool is_indexed(Offset offset) const {
    return place_.first_held <= offset && offset < low_water_;
  }
  // Of those that the index on the disk covers. REQUIRES: has_indexed().
  Offset any_indexed(Random& random) const {
    return Offset(place_.first_held.value() +
                  random() % (low_water_.value() - place_.first_held.value()));
  }
  // Any that is needed. REQUIRES: there is one.
  Offset any_record(Random& random) const {
    const Offset begin = std::min(place_.first_held, low_water_);
    return Offset(begin.value() + random() % (place_.next.value() - begin.value()));
  }
  bool has_records() const { return std::min(place_.first_held, low_water_) < place_.next; }

  std::string get(Family family, const std::string& key) const {
    return database_->get(family, key).value().value();
  }
  void put(Family family, const std::string& key, const std::string& value) {
    must(database_->rocks().Put(rocksdb::WriteOptions(), database_->family(family), key, value));
  }
  void remove(Family family, const std::string& key) {
    must(database_->rocks().Delete(rocksdb::WriteOptions(), database_->family(family), key));
  }
  Entries entries(Family family) const {
    Entries out;
    const std::unique_ptr<rocksdb::Iterator> it(
        database_->rocks().NewIterator(rocksdb::ReadOptions(), database_->family(family)));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      out.emplace_back(it->key().ToString(), it->value().ToString());
    }
    return out;
  }

 private:
  static void must(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }

  std::unique_ptr<Database> database_;
  FoldPlace place_;
  Offset low_water_;
};

// In files.

std::vector<fs::path> files(const std::string& folder,
                            const std::function<bool(const fs::path&)>& wanted) {
  std::vector<fs::path> out;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.is_regular_file() && file.file_size() > 0 && wanted(file.path())) {
      out.push_back(file.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<fs::path> tables(const std::string& folder) {
  // What RocksDB has not deleted yet, at a kill, is no part of the log.
  { const Patient opened(folder); }
  return files(folder, [](const fs::path& path) { return path.extension() == ".sst"; });
}

void flip_bit(const fs::path& path, Random& random) {
  const std::uint64_t at = random() % fs::file_size(path);
  std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(bytes.get() ^ (1 << random() % 8));
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(byte);
}

Named flip_in_table(const std::string& folder, Random& random) {
  const auto found = tables(folder);
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  flip_bit(path, random);
  return path.filename();
}

Named truncate_table(const std::string& folder, Random& random) {
  const auto found = tables(folder);
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  fs::resize_file(path, random() % fs::file_size(path));
  return path.filename();
}

Named remove_table(const std::string& folder, Random& random) {
  const auto found = tables(folder);
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  fs::remove(path);
  return path.filename();
}

Named flip_in_write_ahead_log(const std::string& folder, Random& random) {
  const auto found = files(folder, [](const fs::path& path) { return path.extension() == ".log"; });
  if (found.empty()) return std::nullopt;
  const fs::path path = any_of(found, random);
  flip_bit(path, random);
  return path.filename();
}

fs::path manifest(const std::string& folder) {
  std::string name;
  std::ifstream(folder + "/CURRENT") >> name;
  return fs::path(folder) / name;
}

Named flip_in_manifest(const std::string& folder, Random& random) {
  flip_bit(manifest(folder), random);
  return manifest(folder).filename();
}

Named remove_manifest(const std::string& folder, Random&) {
  const fs::path path = manifest(folder);
  fs::remove(path);
  return path.filename();
}

Named remove_current(const std::string& folder, Random&) {
  fs::remove(folder + "/CURRENT");
  return "CURRENT";
}

// In records.

Named remove_record(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  const Offset offset = log.any_record(random);
  log.remove(Family::kEvents, key_text(offset));
  return name_of(offset) + ": the record is missing";
}

// Of the header: the number at `at`, which one that is larger by a little replaces.
Named change_header(const std::string& folder, Random& random, std::size_t at) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  const Offset offset = log.any_record(random);
  std::string record = log.get(Family::kEvents, key_text(offset));
  std::uint64_t number = 0;
  std::memcpy(&number, record.data() + at, sizeof(number));
  number += 1 + random() % 3;
  std::memcpy(record.data() + at, &number, sizeof(number));
  log.put(Family::kEvents, key_text(offset), record);
  return name_of(offset);
}

Named change_offset(const std::string& folder, Random& random) {
  return change_header(folder, random, 8);
}

Named change_subject_version(const std::string& folder, Random& random) {
  // It shows at this record, at the subject's next, or in the table.
  const Named named = change_header(folder, random, 24);
  return named ? Named("version") : named;
}

Named change_bytes_before(const std::string& folder, Random& random) {
  // Of the first record on the disk nobody knows better: then it shows at the next.
  return change_header(folder, random, 32) ? Named("bytes") : std::nullopt;
}

Named turn_back_time(const std::string& folder, Random& random) {
  Patient log(folder);
  const Offset begin = std::min(log.place().first_held, log.low_water_offset());
  if (log.place().next.value() - begin.value() < 2) return std::nullopt;
  const Offset offset(begin.value() + 1 +
                      random() % (log.place().next.value() - begin.value() - 1));
  std::string record = log.get(Family::kEvents, key_text(offset));
  const std::int64_t time = 1 + static_cast<std::int64_t>(random() % 1'000'000);
  std::memcpy(record.data() + 16, &time, sizeof(time));
  log.put(Family::kEvents, key_text(offset), record);
  return name_of(offset);
}

Named cut_record(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  const Offset offset = log.any_record(random);
  std::string record = log.get(Family::kEvents, key_text(offset));
  record.resize(random() % record.size());
  log.put(Family::kEvents, key_text(offset), record);
  return name_of(offset);
}

// The first of these texts within the record is changed in its last letter.
Named change_text(const std::string& folder, Random& random,
                  const std::function<std::string(RecordView)>& text_of) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset offset = log.any_indexed(random);
  std::string record = log.get(Family::kEvents, key_text(offset));
  const std::string text = text_of(RecordView(record));
  const std::size_t at = text.empty() ? std::string::npos : record.rfind(text);
  if (at == std::string::npos) return std::nullopt;
  char& last = record[at + text.size() - 1];
  last = last == 'z' ? 'y' : 'z';
  log.put(Family::kEvents, key_text(offset), record);
  return name_of(offset);
}

Named change_id(const std::string& folder, Random& random) {
  return change_text(folder, random,
                     [](RecordView record) { return std::string(record.event().id()); });
}

Named change_source(const std::string& folder, Random& random) {
  return change_text(folder, random,
                     [](RecordView record) { return std::string(record.event().source()); });
}

Named change_channel(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset offset = log.any_indexed(random);
  std::string record = log.get(Family::kEvents, key_text(offset));
  if (RecordView(record).channels().size() == 0) return std::nullopt;
  char& last = record[40 + static_cast<unsigned char>(record[40])];  // of the first channel
  last = last == 'z' ? 'y' : 'z';
  log.put(Family::kEvents, key_text(offset), record);
  return name_of(offset);
}

Named add_record(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  const Offset offset(log.place().next.value() + random() % 3);
  log.put(Family::kEvents, key_text(offset),
          log.get(Family::kEvents, key_text(log.any_record(random))));
  return name_of(offset) + ": a record stands behind";
}

Named add_stranger(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  log.put(Family::kEvents, key_text(log.any_record(random)) + "x", "what is this");
  return "a key of 9 bytes";
}

// In the index.

struct Chunk {
  std::string key;
  std::string term;
  std::vector<Offset> offsets;
};

// Those with an offset that is held.
std::vector<Chunk> chunks(const Patient& log) {
  std::vector<Chunk> out;
  for (const auto& [key, value] : log.entries(Family::kIndex)) {
    if (key == kLowWaterKey) continue;
    Chunk chunk{.key = key, .term = key.substr(0, key.size() - 9), .offsets = {}};
    decode_chunk(Offset(number_at(key.substr(key.size() - 8))), value,
                 {Offset(0), Offset(UINT64_MAX)}, chunk.offsets);
    if (chunk.offsets.back() >= log.place().first_held) out.push_back(std::move(chunk));
  }
  return out;
}

void put_chunk(Patient& log, const std::string& term, const std::vector<Offset>& offsets) {
  std::string value;
  append_chunk(value, offsets);
  log.put(Family::kIndex, chunk_key(term, offsets.front()), value);
}

Named remove_chunk(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  const Chunk& chunk = any_of(found, random);
  log.remove(Family::kIndex, chunk.key);
  return " lacks offset ";
}

Named remove_posting(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  Chunk chunk = any_of(found, random);
  const auto held = std::find_if(chunk.offsets.begin(), chunk.offsets.end(),
                                 [&](Offset o) { return o >= log.place().first_held; });
  const auto victim = held + static_cast<std::ptrdiff_t>(
                                 random() % static_cast<std::size_t>(chunk.offsets.end() - held));
  const std::string named = chunk.term.substr(1) + " lacks " + name_of(*victim);
  chunk.offsets.erase(victim);
  log.remove(Family::kIndex, chunk.key);
  if (!chunk.offsets.empty()) put_chunk(log, chunk.term, chunk.offsets);
  return named;
}

Named add_posting(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset offset = log.any_indexed(random);
  const std::string term = random() % 2 == 0 ? "cuser:stranger" : "sbooking:stranger";
  put_chunk(log, term, {offset});
  return term.substr(1) + " has " + name_of(offset);
}

Named widen_chunk(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  Chunk chunk = any_of(found, random);
  const Offset offset = log.any_indexed(random);
  const auto at = std::lower_bound(chunk.offsets.begin(), chunk.offsets.end(), offset);
  if (at != chunk.offsets.end() && *at == offset) return std::nullopt;
  chunk.offsets.insert(at, offset);
  log.remove(Family::kIndex, chunk.key);
  put_chunk(log, chunk.term, chunk.offsets);
  return "index: ";  // has an offset too many, or runs into the next chunk
}

Named break_chunk(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  const Chunk& chunk = any_of(found, random);
  std::string value = log.get(Family::kIndex, chunk.key);
  random() % 2 == 0 ? value.pop_back() : value.push_back('\x7f');
  log.put(Family::kIndex, chunk.key, value);
  return chunk.term.substr(1);
}

Named move_low_water(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset low = log.low_water_offset();
  const Offset other(random() % 2 == 0 ? low.value() - 1 : low.value() + 1);
  log.put(Family::kIndex, std::string(kLowWaterKey), key_text(other));
  return random() % 2 == 0 ? "" : "";
}

Named remove_low_water(const std::string& folder, Random&) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  log.remove(Family::kIndex, std::string(kLowWaterKey));
  return "";
}

// In ids.

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

// In subjects.

Named change_subject(const std::string& folder, Random& random,
                     const std::function<void(SubjectState&)>& change) {
  Patient log(folder);
  Entries held = log.entries(Family::kSubjects);
  // Of one without an event in the log, nobody knows better.
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

// A subject's two newest versions change places in the records.
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

// In meta.

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
    log.put(Family::kMeta, "source/elsewhere/held", "17");  // a note of one that never read
  }
  return "meta: ";
}

}  // namespace

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kinds = {
      {"a bit of a table", flip_in_table},
      {"a table cut", truncate_table},
      {"a table gone", remove_table},
      {"a bit of the write-ahead log", flip_in_write_ahead_log},
      {"a bit of the manifest", flip_in_manifest},
      {"the manifest gone", remove_manifest},
      {"CURRENT gone", remove_current},
      {"a record gone", remove_record},
      {"a record's offset", change_offset},
      {"a record's subject version", change_subject_version},
      {"a record's bytes before", change_bytes_before},
      {"a record's time", turn_back_time},
      {"a record cut", cut_record},
      {"a record's id", change_id},
      {"a record's source", change_source},
      {"a record's channel", change_channel},
      {"a record behind the end", add_record},
      {"a key between the records", add_stranger},
      {"a chunk gone", remove_chunk},
      {"a posting gone", remove_posting},
      {"a posting too many", add_posting},
      {"a chunk with one too many", widen_chunk},
      {"a chunk broken", break_chunk},
      {"the low water", move_low_water},
      {"the low water gone", remove_low_water},
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
  return kinds;
}

}  // namespace courtside::story
