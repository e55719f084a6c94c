#include "eventlog/verify/verify_log.h"

#include <rocksdb/iterator.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/format.h"
#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "eventlog/verify/backup_file.h"
#include "eventlog/verify/log_end.h"
#include "eventlog/verify/record_pass.h"
#include "eventlog/verify/verify_files.h"
#include "eventlog/verify/verify_records.h"
#include "eventlog/verify/verify_subjects.h"
#include "schema/command.h"

namespace courtside {
namespace {

constexpr std::size_t kCacheBytes = 16 << 20;

// Secret and random, so that no log can be made with matching sums.
std::uint64_t random_seed() {
  std::random_device source;
  return static_cast<std::uint64_t>(source()) << 32 | source();
}

Result<void> verify_contents(const Database& database, const FoldPlace& place,
                             const VerifyOptions& options) {
  auto low = low_water(database);
  if (!low) return fail(low.error());
  if (*low == Offset(0) || *low > place.next) {
    return fail(Code::data_corrupt,
                format("index: it ends at offset {}, the log at {}", *low, place.next));
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

Result<LogDescription> verify_log(const VerifyOptions& options) {
  auto database = Database::open_to_read({.path = options.path, .block_cache_bytes = kCacheBytes});
  std::vector<std::string> notes;
  // Checks the journals first: the error names the damage itself rather than RocksDB's consequence
  // of it.
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

}  // namespace courtside
