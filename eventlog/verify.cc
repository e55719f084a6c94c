#include "eventlog/verify.h"

#include <rocksdb/iterator.h>

#include <algorithm>
#include <random>
#include <utility>

#include "eventlog/backup_file.h"
#include "eventlog/database.h"
#include "eventlog/log_end.h"
#include "eventlog/log_meta.h"
#include "eventlog/record_pass.h"
#include "eventlog/segment_files.h"
#include "eventlog/verify_files.h"
#include "eventlog/verify_records.h"
#include "eventlog/verify_subjects.h"
#include "schema/command.h"

namespace courtside {
namespace {

constexpr std::size_t kCacheBytes = 16 << 20;

tl::unexpected<Error> meta_fault(const std::string& what) {
  return fail(Code::data_corrupt, "meta: " + what);
}

// Unknown to whoever made the log, so that nobody can choose what sums up to the same.
std::uint64_t random_seed() {
  std::random_device source;
  return static_cast<std::uint64_t>(source()) << 32 | source();
}

Result<void> check_meta(const LogMeta& meta) {
  if (!parse_position(format_position(meta.epoch, Offset(0))))
    return meta_fault("the epoch is none");
  const FoldPlace& place = meta.place;
  if (place.first_held == Offset(0) || place.first_held > place.next) {
    return meta_fault("the place holds " + std::to_string(place.first_held.value()) +
                      " to before " + std::to_string(place.next.value()));
  }
  if (place.next == Offset(1) && place.bytes_through != 0) {
    return meta_fault("the place counts bytes where there is no event");
  }
  return {};
}

// The names of the sources that were read from. What a later version keeps in `meta` is not ours to
// judge.
Result<std::vector<std::string>> read_sources(const Database& database) {
  constexpr std::string_view kSource = "source/";
  std::vector<std::string> names;
  auto walked = for_each_entry(
      database, Family::kMeta, [&](std::string_view key, std::string_view value) -> Result<void> {
        if (!key.starts_with(kSource)) return {};
        const std::string_view rest = key.substr(kSource.size());
        const std::string_view name = rest.substr(0, rest.find('/'));
        if (name.size() == rest.size() || !is_source_name(name)) {
          return meta_fault("a source has no name");
        }
        if (value.empty()) return meta_fault("source " + std::string(name) + " has an empty note");
        if (name.size() + 1 == rest.size()) {
          names.emplace_back(name);
        } else if (names.empty() || names.back() != name) {
          // Its place has the shortest key, so it would have come before.
          return meta_fault("source " + std::string(name) + " has notes, but no place");
        }
        return {};
      });
  if (!walked) return fail(walked.error());
  return names;
}

Result<VerifiedLog> describe(const Database& database, const LogMeta& meta) {
  if (auto sound = check_meta(meta); !sound) return fail(sound.error());
  auto sources = read_sources(database);
  if (!sources) return fail(sources.error());
  return VerifiedLog{.epoch = meta.epoch,
                     .held = {meta.place.first_held, meta.place.next},
                     .sources = *std::move(sources),
                     .notes = {}};
}

Result<void> verify_contents(const Database& database, const FoldPlace& place,
                             const VerifyOptions& options) {
  auto low = low_water(database);
  if (!low) return fail(low.error());
  if (*low == Offset(0) || *low > place.next) {
    return fail(Code::data_corrupt, "index: it ends at offset " + std::to_string(low->value()) +
                                        ", the log at " + std::to_string(place.next.value()));
  }
  const std::uint64_t seed = random_seed();
  const Offset needed = std::min(place.first_held, *low);
  const OffsetRange indexed{place.first_held, std::max(place.first_held, *low)};
  const EntrySums none(indexed, options.stretch_offsets, seed);
  ExpectedEntries expected{.postings = none, .ids = none};
  auto sound = verify_records(database, place, needed, expected, options.progress);
  if (sound) sound = verify_index(database, indexed, *low, expected, options, seed);
  if (sound) sound = verify_subjects(database, place, needed, *low, options, seed);
  return sound;
}

}  // namespace

Result<VerifiedLog> verify_log(const VerifyOptions& options) {
  auto database = Database::open_to_read({.path = options.path, .block_cache_bytes = kCacheBytes});
  std::vector<std::string> notes;
  // Said of the journals before what RocksDB says of what it made of them.
  if (database || database.error().code == Code::data_corrupt) {
    if (auto sound = verify_journals(options.path, notes); !sound) return fail(sound.error());
  }
  if (!database && database.error().code == Code::data_corrupt) {
    return fail(name_broken_file(options.path, database.error()));
  }
  if (!database) return fail(database.error());
  if (auto sound = verify_sorted_files(**database, options.progress); !sound) {
    return fail(sound.error());
  }
  LogEnd end;
  auto meta = read_whole_meta(**database, end);
  if (!meta) return fail(meta.error());
  auto verified = describe(**database, *meta);
  if (!verified) return verified;
  if (auto same = check_backup(options.path, verified->epoch, verified->held); !same) {
    return fail(same.error());
  }
  if (auto sound = verify_contents(**database, meta->place, options); !sound) {
    return fail(sound.error());
  }
  verified->notes = std::move(notes);
  return verified;
}

Result<VerifiedLog> describe_log(const std::string& path) {
  auto database = Database::open_to_read({.path = path, .block_cache_bytes = 1 << 20});
  if (!database) return fail(database.error());
  auto meta = read_meta(**database);
  if (!meta) return fail(meta.error());
  return describe(**database, *meta);
}

}  // namespace courtside
