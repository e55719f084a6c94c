#include "engine/server/revocation_memory.h"

#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/access/rights_change.h"

namespace courtside {
namespace {

// Note keys. `revoked/<account>`: time of the last event that always revokes tokens.
// `changed/<account>`: time of the last event that revokes them only without a database.
constexpr std::string_view kRevoked = "revoked/";
constexpr std::string_view kChanged = "changed/";
// Every token issued at or before this time is refused. The note exists since notes are kept; its
// value may be 0.
constexpr std::string_view kForgotten = "revocations forgotten";

Result<Timestamp> parse_time(const LogNote& note) {
  std::int64_t micros = 0;
  const char* const end = note.value.data() + note.value.size();
  const auto [stop, error] = std::from_chars(note.value.data(), end, micros);
  if (error != std::errc() || stop != end || micros < 0) {
    return fail(Code::data_corrupt, format("the note \"{}\" is damaged", note.key));
  }
  return Timestamp(micros);
}

LogNote note_of(std::string_view key, Timestamp time) {
  return {.key = std::string(key), .value = std::to_string(time.value())};
}

std::string key_of(const RightsChange& change) {
  return std::string(change.revokes_credentials ? kRevoked : kChanged).append(change.fact.id);
}

bool may_revoke(const RightsChange& change) {
  return change.ends_rights && change.fact.kind == FactKind::kAccount;
}

}  // namespace

// Older versions kept no notes: revocations in removed events are unknown.
Result<void> RevocationMemory::begin() {
  const Result<std::vector<LogNote>> begun = notes_.notes(kForgotten);
  if (!begun) return fail(begun.error());
  if (!begun->empty()) return {};
  Timestamp known_from{};
  const OffsetRange held = log_.held();
  if (held.begin > Offset(1)) {
    known_from = now();
    const Result<std::vector<Record>> first = log_.read({held.begin});
    if (!first) return fail(first.error());
    if (!first->empty()) known_from = first->front()->recorded();
    log_warning("access", format("revocations before {} are unknown: older tokens are refused",
                                 format_rfc3339(known_from)));
  }
  return notes_.write_notes({note_of(kForgotten, known_from)});
}

Result<void> RevocationMemory::load(Access& access) {
  if (const auto done = load_notes(access); !done) return done;
  if (const auto done = load_events(access); !done) return done;
  if (const auto done = remove_forgotten(access); !done) return done;
  if (const std::size_t count = access.revocations().size(); count > 0) {
    log_info("access", format("tokens of {} accounts were revoked", count));
  }
  return {};
}

Result<void> RevocationMemory::load_notes(Access& access) {
  for (const bool always : {true, false}) {
    const std::string_view prefix = always ? kRevoked : kChanged;
    const RightsChange change{.fact = {}, .ends_rights = true, .revokes_credentials = always};
    if (!access.revokes(change)) continue;
    const Result<std::vector<LogNote>> notes = notes_.notes(prefix);
    if (!notes) return fail(notes.error());
    for (const LogNote& note : *notes) {
      const Result<Timestamp> at = parse_time(note);
      if (!at) return fail(at.error());
      access.revocations().add(note.key.substr(prefix.size()), *at);
    }
  }
  const Result<std::vector<LogNote>> restored = notes_.notes(kRestoredNote);
  if (!restored) return fail(restored.error());
  for (const LogNote& note : *restored) {
    const Result<Timestamp> at = parse_time(note);
    if (!at) return fail(at.error());
    // A token issued in the same second is newer: restoring takes longer than a second.
    access.revocations().refuse_before(
        Timestamp(at->value() / kMicrosPerSecond * kMicrosPerSecond));
  }
  const Result<std::vector<LogNote>> forgotten = notes_.notes(kForgotten);
  if (!forgotten) return fail(forgotten.error());
  for (const LogNote& note : *forgotten) {
    const Result<Timestamp> at = parse_time(note);
    if (!at) return fail(at.error());
    if (*at > Timestamp(0)) access.revocations().add_for_all(*at);
  }
  return {};
}

// Scans from the first retained event without a bound, so that none is missed. If the process was
// killed before it wrote an event's note, the note is written here, before retention may remove the
// event.
Result<void> RevocationMemory::load_events(Access& access) {
  std::map<std::string, Timestamp> latest;
  Filter filter;
  filter.types = account_change_types();
  OffsetRange window = log_.held();
  while (!window.empty()) {
    const Result<Page> page = pages_.read(filter, {.window = window});
    if (!page) return fail(page.error());
    for (const Record& record : page->records) {
      const auto change = rights_change(record.view().event());
      if (!change || !may_revoke(*change)) continue;
      const Timestamp recorded = record.view().recorded();
      latest[key_of(*change)] = recorded;
      if (access.revokes(*change)) access.revocations().add(change->fact.id, recorded);
    }
    window.begin = page->covered.end;
  }
  std::vector<LogNote> notes;
  for (const auto& [key, recorded] : latest) notes.push_back(note_of(key, recorded));
  return notes.empty() ? Result<void>() : notes_.write_notes(notes);
}

Result<void> RevocationMemory::on_commit(const Batch& batch, const CommitRights& rights,
                                         Access& access) {
  std::vector<LogNote> notes;
  for (const CommitRights::Change& each : rights.changes) {
    if (!may_revoke(each.change)) continue;
    notes.push_back(note_of(key_of(each.change), batch.at(each.index).recorded()));
  }
  if (notes.empty()) return {};
  if (const auto done = notes_.write_notes(notes); !done) return done;
  return remove_forgotten(access);
}

Result<void> RevocationMemory::remove_forgotten(Access& access) {
  const std::optional<Revocations::Forgotten> forgotten = access.revocations().take_forgotten();
  if (!forgotten) return {};
  std::vector<LogNote> notes = {note_of(kForgotten, forgotten->newest)};
  for (const std::string& account : forgotten->accounts) {
    notes.push_back({.key = std::string(kRevoked).append(account), .value = {}});
    notes.push_back({.key = std::string(kChanged).append(account), .value = {}});
  }
  log_warning(
      "access",
      format("tokens of too many accounts were revoked: every token from before {} is refused",
             format_rfc3339(forgotten->newest)));
  return notes_.write_notes(notes);
}

}  // namespace courtside
