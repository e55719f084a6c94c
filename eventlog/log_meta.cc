#include "eventlog/log_meta.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <optional>
#include <string_view>

#include "base/format.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/time.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/note_keys.h"

namespace courtside {
namespace {

constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kEpochKey = "epoch";
constexpr std::string_view kPlaceKey = "place";
constexpr std::string_view kAttributesFromKey = "attributes from";
constexpr std::string_view kEpochsBeforeKey = "epochs before";
constexpr std::size_t kEpochLength = 6;
constexpr std::size_t kEpochsBeforeBytesMax = 1024;  // more than a hundred epochs

Result<bool> has_event(const Database& database, Offset offset) {
  auto bytes = database.get(Family::kEvents, encode(offset).view());
  if (!bytes) return fail(bytes.error());
  return bytes->has_value();
}

Result<bool> has_any_event(const Database& database) {
  const std::unique_ptr<rocksdb::Iterator> events(
      database.rocks().NewIterator(rocksdb::ReadOptions(), database.family(Family::kEvents)));
  events->SeekToFirst();
  if (!events->status().ok()) {
    return fail(error_from(events->status(), "events", Code::no_input));
  }
  return events->Valid();
}

Result<LogMeta> create(Database& database) {
  auto any = has_any_event(database);
  if (!any) return fail(any.error());
  if (*any) return fail(Code::data_corrupt, "the log has records but no format");
  LogMeta meta{.epoch = new_epoch(), .place = {}};
  rocksdb::WriteBatch writes;
  put_format(writes, database);
  put_epoch(writes, database, meta.epoch);
  put_place(writes, database, meta.place);
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const auto status = database.rocks().Write(options, &writes); !status.ok()) {
    return fail(error_from(status, "a new log", Code::write_failed));
  }
  // Flushed, because the first journal may be lost too: then this still shows that it is a log.
  if (auto flushed = flush_meta(database); !flushed) return fail(flushed.error());
  return meta;
}

Result<void> check_format(std::string_view text) {
  if (text == std::to_string(kLogFormat)) return {};
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  if (!number) return fail(Code::data_corrupt, "the log's format is unreadable");
  return fail(Code::data_newer, format("the log has format {}; this version knows formats up to {}",
                                       text, kLogFormat));
}

struct AttributeNotes {
  std::optional<Offset> from;
  std::optional<Offset> through;
  Offset low_water;

  bool valid() const { return from && through == low_water; }
};

Result<std::optional<Offset>> read_note(const Database& database, std::string_view key) {
  auto bytes = database.get(Family::kMeta, key);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return std::nullopt;
  const auto offset = decode_offset(**bytes);
  if (!offset) return fail(Code::data_corrupt, format("the note \"{}\" is damaged", key));
  return offset;
}

Result<AttributeNotes> read_attribute_notes(const Database& database) {
  const auto from = read_note(database, kAttributesFromKey);
  if (!from) return fail(from.error());
  const auto through = read_note(database, kAttributesThroughKey);
  if (!through) return fail(through.error());
  const auto low = low_water(database);
  if (!low) return fail(low.error());
  return AttributeNotes{.from = *from, .through = *through, .low_water = *low};
}

}  // namespace

Result<void> check_ends(const Database& database, const FoldPlace& place) {
  auto beyond = has_event(database, place.next);
  if (!beyond) return fail(beyond.error());
  if (*beyond) return fail(Code::data_corrupt, "the log has records beyond its end");
  if (place.first_held == place.next) return {};
  for (const Offset end : {place.first_held, previous(place.next)}) {
    auto there = has_event(database, end);
    if (!there) return fail(there.error());
    if (!*there) {
      return fail(Code::data_corrupt, format("the record at offset {} is missing", end));
    }
  }
  return {};
}

Result<LogMeta> load_or_create_meta(Database& database) {
  auto format = database.get(Family::kMeta, kFormatKey);
  if (!format) return fail(format.error());
  if (!*format && database.is_new()) return create(database);
  auto meta = read_meta(database);
  if (!meta) return meta;
  if (auto ends = check_ends(database, meta->place); !ends) return fail(ends.error());
  return meta;
}

Result<LogMeta> read_meta(const Database& database) {
  auto format = database.get(Family::kMeta, kFormatKey);
  if (!format) return fail(format.error());
  if (!*format) return fail(Code::data_corrupt, "the log has no format");
  if (auto known = check_format(**format); !known) return fail(known.error());
  auto epoch = database.get(Family::kMeta, kEpochKey);
  if (!epoch) return fail(epoch.error());
  auto bytes = database.get(Family::kMeta, kPlaceKey);
  if (!bytes) return fail(bytes.error());
  const auto place = *bytes ? decode_place(**bytes) : std::nullopt;
  if (!*epoch || !place) return fail(Code::data_corrupt, "the log's epoch or place is damaged");
  auto before = database.get(Family::kMeta, kEpochsBeforeKey);
  if (!before) return fail(before.error());
  return LogMeta{.epoch = **epoch, .place = *place, .epochs_before = before->value_or("")};
}

Result<Offset> low_water(const Database& database) {
  auto bytes = database.get(Family::kIndex, kLowWaterKey);
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return Offset(1);
  const auto offset = decode_offset(**bytes);
  if (!offset) return fail(Code::data_corrupt, "index: the low-water offset is damaged");
  return *offset;
}

Result<Offset> read_attributes_from(const Database& database) {
  const auto notes = read_attribute_notes(database);
  if (!notes) return fail(notes.error());
  return notes->valid() ? *notes->from : notes->low_water;
}

Result<Offset> settle_attributes_from(Database& database) {
  const auto notes = read_attribute_notes(database);
  if (!notes) return fail(notes.error());
  if (notes->valid()) return *notes->from;
  if (notes->from && *notes->from < notes->low_water) {
    log_info(
        "eventlog",
        format("an older version has written to the log: its index finds events by actor, "
               "correlation id and type only from offset {} on; earlier events are read one by one",
               notes->low_water));
  }
  const auto offset = encode(notes->low_water);
  rocksdb::WriteBatch writes;
  rocksdb::ColumnFamilyHandle* family = database.family(Family::kMeta);
  writes.Put(family, kAttributesFromKey, offset.view());
  writes.Put(family, kAttributesThroughKey, offset.view());
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const auto status = database.rocks().Write(options, &writes); !status.ok()) {
    return fail(error_from(status, "where attribute terms begin", Code::write_failed));
  }
  return notes->low_water;
}

std::string new_epoch() { return random_word(kEpochLength); }

Result<bool> has_format(const Database& database) {
  auto format = database.get(Family::kMeta, kFormatKey);
  if (!format) return fail(format.error());
  return format->has_value();
}

void put_format(rocksdb::WriteBatch& writes, const Database& database) {
  writes.Put(database.family(Family::kMeta), kFormatKey, std::to_string(kLogFormat));
}

Result<void> flush_meta(Database& database) {
  const rocksdb::Status status =
      database.rocks().Flush(rocksdb::FlushOptions(), database.family(Family::kMeta));
  if (!status.ok()) return fail(error_from(status, "the log's epoch", Code::write_failed));
  return {};
}

Result<bool> may_have_had(const Database& database, const LogMeta& meta, std::string_view epoch) {
  if (meta.epochs_before.empty()) {
    const auto renewed = get_notes(database, kRestoredNote);
    if (!renewed) return fail(renewed.error());
    return !renewed->empty();
  }
  const std::string all = format(" {} ", meta.epochs_before);
  return all.find(format(" {} ", epoch)) != std::string::npos;
}

std::string with_epoch(std::string before, const std::string& epoch) {
  if (!before.empty()) before += ' ';
  before += epoch;
  while (before.size() > kEpochsBeforeBytesMax) before.erase(0, before.find(' ') + 1);
  return before;
}

Result<std::string> renew_epoch(Database& database) {
  const auto meta = read_meta(database);
  if (!meta) return fail(meta.error());
  std::string epoch = new_epoch();
  rocksdb::WriteBatch writes;
  put_another_epoch(writes, database, epoch, with_epoch(meta->epochs_before, meta->epoch));
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = database.rocks().Write(options, &writes);
  if (!status.ok()) return fail(error_from(status, "a new epoch", Code::write_failed));
  // Flushed: if it were only in the journal, losing the journal would restore the old epoch.
  if (auto flushed = flush_meta(database); !flushed) return fail(flushed.error());
  return epoch;
}

void put_place(rocksdb::WriteBatch& writes, const Database& database, const FoldPlace& place) {
  writes.Put(database.family(Family::kMeta), kPlaceKey, encode(place).view());
}

void put_epoch(rocksdb::WriteBatch& writes, const Database& database, const std::string& epoch) {
  writes.Put(database.family(Family::kMeta), kEpochKey, epoch);
}

void put_another_epoch(rocksdb::WriteBatch& writes, const Database& database,
                       const std::string& epoch, const std::string& before) {
  put_epoch(writes, database, epoch);
  writes.Put(database.family(Family::kMeta), kEpochsBeforeKey, before);
  put_note(writes, database,
           {.key = std::string(kRestoredNote), .value = std::to_string(now().value())});
}

}  // namespace courtside
