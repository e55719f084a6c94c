#include <cstring>
#include <functional>
#include <map>

#include "patient.h"
#include "planted_fault.h"
#include "schema/record.h"

namespace courtside::story {
namespace {

Named remove_record(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  const Offset offset = log.any_record(random);
  log.remove(Family::kEvents, key_text(offset));
  return name_of(offset) + ": the record is missing";
}

// Increases the header's number at `at` a little.
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
  // The fault shows at this record, at the subject's next one, or in the table.
  const Named named = change_header(folder, random, 24);
  return named ? Named("version") : named;
}

Named change_bytes_before(const std::string& folder, Random& random) {
  // The first record on the disk has nothing to compare with: there the fault shows at the next
  // one.
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

// Changes the last letter of the first of these texts in the record.
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

Named add_unexpected_key(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_records()) return std::nullopt;
  log.put(Family::kEvents, key_text(log.any_record(random)) + "x", "what is this");
  return "a key of 9 bytes";
}

}  // namespace

std::vector<FaultKind> record_faults() {
  return {
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
      {"a key between the records", add_unexpected_key},
  };
}

}  // namespace courtside::story
