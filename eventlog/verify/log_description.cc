#include "eventlog/verify/log_description.h"

#include <string_view>
#include <utility>

#include "base/format.h"
#include "eventlog/verify/record_pass.h"
#include "schema/command.h"

namespace courtside {
namespace {

tl::unexpected<Error> meta_fault(const std::string& what) {
  return fail(Code::data_corrupt, "meta: " + what);
}

Result<void> check_meta(const LogMeta& meta) {
  if (!parse_position(format_position(meta.epoch, Offset(0))))
    return meta_fault("the epoch is malformed");
  const FoldPlace& place = meta.place;
  if (place.first_held == Offset(0) || place.first_held > place.next) {
    return meta_fault(format("the place holds {} to before {}", place.first_held, place.next));
  }
  if (place.next == Offset(1) && place.bytes_through != 0) {
    return meta_fault("the place counts bytes, but there is no event");
  }
  return {};
}

// The names of the sources in the log. Keys of later versions in `meta` are ignored.
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
        if (value.empty()) return meta_fault(format("source {} has an empty note", name));
        if (name.size() + 1 == rest.size()) {
          names.emplace_back(name);
        } else if (names.empty() || names.back() != name) {
          // The source position has the shortest key, so it would have come first.
          return meta_fault(format("source {} has notes, but no place", name));
        }
        return {};
      });
  if (!walked) return fail(walked.error());
  return names;
}

}  // namespace

Result<LogDescription> describe(const Database& database, const LogMeta& meta) {
  if (auto sound = check_meta(meta); !sound) return fail(sound.error());
  auto sources = read_sources(database);
  if (!sources) return fail(sources.error());
  return LogDescription{.epoch = meta.epoch,
                        .held = {meta.place.first_held, meta.place.next},
                        .sources = *std::move(sources),
                        .notes = {}};
}

Result<LogDescription> describe_log(const std::string& path) {
  auto database = Database::open_to_read({.path = path, .block_cache_bytes = 1 << 20});
  if (!database) return fail(database.error());
  auto meta = read_meta(**database);
  if (!meta) return fail(meta.error());
  return describe(**database, *meta);
}

}  // namespace courtside
