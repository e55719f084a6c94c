#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/format.h"
#include "eventlog/encoding.h"
#include "eventlog/log_meta.h"
#include "eventlog/term.h"
#include "eventlog/verify/record_pass.h"
#include "eventlog/verify/verify_records.h"

namespace courtside {
namespace {

// (offset, term or key)
using Entry = std::pair<Offset, std::string>;
using VisitPosting = std::function<Result<void>(std::string_view term, Offset offset)>;

Error index_fault(const std::string& what) { return {Code::data_corrupt, "index: " + what}; }

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out.push_back(c >= ' ' && c < '\x7f' ? c : '?');
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

// Attribute terms below `attributes_from` are not checked: queries do not use them there, and a
// version without those terms may have left some out (log_meta.h).
bool is_guaranteed(std::string_view term, Offset offset, Offset attributes_from) {
  return offset >= attributes_from || !is_attribute_term(term);
}

// Walks the index in key order and checks each chunk's form and that it follows the previous one.
class IndexWalk {
 public:
  IndexWalk(Offset low_water, const VisitPosting& visit) : low_water_(low_water), visit_(visit) {}

  Result<void> take(std::string_view key, std::string_view chunk) {
    if (key == kLowWaterKey) return {};
    const bool is_key = key.size() >= 10 && key[key.size() - 9] == '\0';
    if (!is_key) return fail(index_fault("a key is malformed: " + hex(key)));
    const std::string_view term = key.substr(0, key.size() - 9);
    if (term != term_) {
      term_ = term;
      last_ = Offset(0);
    }
    const Offset first(number_at(key.substr(key.size() - 8)));
    offsets_.clear();
    const OffsetRange all{Offset(0), Offset(UINT64_MAX)};
    if (!decode_chunk(first, chunk, all, offsets_)) return damaged(first);
    if (offsets_.empty() || offsets_.size() > kChunkOffsetsMax) return damaged(first);
    for (const Offset offset : offsets_) {
      if (offset <= last_) return damaged(first);  // offsets ascend, across chunks too
      last_ = offset;
      if (offset >= low_water_) {
        return fail(index_fault(
            format("{} has offset {}, beyond the index's end", describe_term(term_), offset)));
      }
      if (auto visited = visit_(term_, offset); !visited) return visited;
    }
    return {};
  }

 private:
  tl::unexpected<Error> damaged(Offset first) const {
    return fail(index_fault(
        format("{}: its chunk from offset {} is damaged", describe_term(term_), first)));
  }

  const Offset low_water_;
  const VisitPosting& visit_;
  std::string term_;
  Offset last_;
  std::vector<Offset> offsets_;
};

Result<void> walk_index(const Database& database, Offset low_water, const VisitPosting& visit) {
  IndexWalk walk(low_water, visit);
  return for_each_entry(
      database, Family::kIndex,
      [&walk](std::string_view key, std::string_view value) { return walk.take(key, value); });
}

Result<void> walk_ids(const Database& database, Offset low_water, const VisitPosting& visit) {
  return for_each_entry(
      database, Family::kIds, [&](std::string_view key, std::string_view value) -> Result<void> {
        const auto offset = decode_offset(value);
        if (key.size() != 16 || !offset || *offset == Offset(0)) {
          return fail(Code::data_corrupt, format("ids: the entry {} is damaged", hex(key)));
        }
        if (*offset >= low_water) {
          return fail(Code::data_corrupt,
                      format("ids: the entry {} points to offset {}, beyond the index's end",
                             hex(key), *offset));
        }
        return visit(key, *offset);
      });
}

// The first entry, by offset, that only one side has.
struct Difference {
  Entry entry;
  bool is_lacking;  // the records have it, the index does not
};
std::optional<Difference> first_difference(std::vector<Entry> expected, std::vector<Entry> found) {
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  std::sort(found.begin(), found.end());
  auto a = expected.begin();
  auto b = found.begin();
  while (a != expected.end() && b != found.end() && *a == *b) ++a, ++b;
  if (a == expected.end() && b == found.end()) return std::nullopt;
  if (b == found.end() || (a != expected.end() && *a < *b)) return Difference{*a, true};
  return Difference{*b, false};
}

// The disk returns different bytes on each read.
Error unnamed(const std::string& what, OffsetRange stretch) {
  return {Code::data_corrupt, format("{}: the entries from offset {} on are different on each read",
                                     what, stretch.begin)};
}

// Reads a stretch of records again and collects the entries themselves.
template <typename AddEntries>
Result<std::vector<Entry>> entries_of(const Database& database, OffsetRange stretch,
                                      AddEntries&& add) {
  std::vector<Entry> entries;
  RecordPass pass(database, stretch);
  for (;;) {
    auto record = pass.next();
    if (!record) return fail(record.error());
    if (!*record) return entries;
    add(**record, entries);
  }
}

Result<void> name_posting(const Database& database, OffsetRange stretch, Offset low_water) {
  const auto attributes_from = read_attributes_from(database);
  if (!attributes_from) return fail(attributes_from.error());
  auto expected = entries_of(database, stretch, [&](RecordView record, std::vector<Entry>& out) {
    for_each_indexed_term(record, *attributes_from,
                          [&](std::string_view term) { out.emplace_back(record.offset(), term); });
  });
  if (!expected) return fail(expected.error());
  std::vector<Entry> found;
  auto walked = walk_index(database, low_water, [&](std::string_view term, Offset offset) {
    if (stretch.contains(offset) && is_guaranteed(term, offset, *attributes_from)) {
      found.emplace_back(offset, term);
    }
    return Result<void>();
  });
  if (!walked) return walked;
  const auto difference = first_difference(*std::move(expected), std::move(found));
  if (!difference) return fail(unnamed("index", stretch));
  const std::string term = describe_term(difference->entry.second);
  const Offset offset = difference->entry.first;
  return fail(
      index_fault(difference->is_lacking
                      ? format("{} lacks offset {}", term, offset)
                      : format("{} has offset {}, whose event does not have it", term, offset)));
}

Result<void> name_id(const Database& database, OffsetRange stretch, Offset low_water) {
  auto expected = entries_of(database, stretch, [](RecordView record, std::vector<Entry>& out) {
    out.emplace_back(record.offset(), encode(id_key(record.event(), record.id_scope())).view());
  });
  if (!expected) return fail(expected.error());
  std::vector<Entry> found;
  auto walked = walk_ids(database, low_water, [&](std::string_view key, Offset offset) {
    if (stretch.contains(offset)) found.emplace_back(offset, key);
    return Result<void>();
  });
  if (!walked) return walked;
  const auto difference = first_difference(*std::move(expected), std::move(found));
  if (!difference) return fail(unnamed("ids", stretch));
  const Offset offset = difference->entry.first;
  return fail(Code::data_corrupt,
              difference->is_lacking
                  ? format("ids: the id of offset {} is not there", offset)
                  : format("ids: the entry {} points to offset {}, which has another id",
                           hex(difference->entry.second), offset));
}

}  // namespace

std::string describe_term(std::string_view term) {
  if (term.starts_with('c')) return "channel " + printable(term.substr(1));
  if (term.starts_with('s')) return "subject " + printable(term.substr(1));
  return "term " + printable(term);
}

Result<void> verify_index(const Database& database, OffsetRange indexed, Offset low_water,
                          const ExpectedEntries& expected, const VerifyOptions& options,
                          std::uint64_t seed) {
  const auto attributes_from = read_attributes_from(database);
  if (!attributes_from) return fail(attributes_from.error());
  EntrySums postings(indexed, options.stretch_offsets, seed);
  std::string term_before;
  std::uint64_t hash = postings.hash(term_before);
  auto walked = walk_index(database, low_water, [&](std::string_view term, Offset offset) {
    if (term != term_before) hash = postings.hash(term_before = term);
    if (is_guaranteed(term, offset, *attributes_from)) postings.add(hash, offset);
    return Result<void>();
  });
  if (!walked) return walked;
  if (const auto stretch = expected.postings.first_difference(postings)) {
    if (auto named = name_posting(database, *stretch, low_water); !named) return named;
  }

  EntrySums ids(indexed, options.stretch_offsets, seed);
  walked = walk_ids(database, low_water, [&](std::string_view key, Offset offset) {
    ids.add(ids.hash(key), offset);
    return Result<void>();
  });
  if (!walked) return walked;
  if (const auto stretch = expected.ids.first_difference(ids)) {
    if (auto named = name_id(database, *stretch, low_water); !named) return named;
  }
  return {};
}

}  // namespace courtside
