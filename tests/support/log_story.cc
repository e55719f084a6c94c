#include "log_story.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <stdexcept>
#include <utility>
#include <variant>

#include "schema/event.h"

namespace courtside::story {
namespace {

std::string text(Offset offset) { return std::to_string(offset.value()); }

void add_word(std::string& out, const std::string& word) {
  if (!out.empty()) out += ' ';
  out += word;
}

template <typename Scan, typename Text>
std::string describe_scan(Scan& scan, Text&& text_of) {
  std::string out;
  for (;;) {
    auto item = scan.next();
    if (!item) {
      add_word(out, std::string(info(item.error().code).name));
      return out;
    }
    if (!*item) return out;
    add_word(out, text_of(**item));
  }
}

template <typename Log, typename Write>
std::string fold_and_write(Log& log, const std::vector<Command>& commands, Timestamp now,
                           Write&& write) {
  Fold fold(log, log.place(), now);
  for (const Command& command : commands) {
    if (const auto folded = fold.apply(command); !folded) return folded.error().message;
  }
  const Batch batch = fold.take();
  if (const Result<void> written = write(batch, fold.place()); !written) {
    return std::string(info(written.error().code).name);
  }
  std::string out;
  for (const Verdict& verdict : batch.verdicts) {
    if (!out.empty()) out += "; ";
    out += describe(verdict);
  }
  return out;
}

}  // namespace

TempFolder::TempFolder() {
  std::string name = std::filesystem::temp_directory_path() / "courtside-test-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Hash128 key_of(std::string_view id) { return hash128("/test", id); }

NewEvent event(const EventSpec& spec) {
  // Letters that do not compress and depend only on the id.
  std::mt19937_64 random(std::hash<std::string>{}(spec.id));
  std::string data = "\"";
  while (data.size() <= spec.data_bytes) data += static_cast<char>('a' + random() % 26);
  data += '"';
  EventFields fields;
  fields.id = spec.id;
  fields.source = "/test";
  fields.type = "test.happened";
  fields.subject = spec.subject;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  NewEvent made;
  made.event = build_event(fields);
  made.key = key_of(spec.id);
  made.channels = spec.channels;
  if (made.channels.empty()) made.channels.push_back(spec.subject);
  made.expected_version = spec.expected_version;
  return made;
}

Append append(const std::vector<EventSpec>& specs) {
  Append command;
  for (const EventSpec& spec : specs) command.events.push_back(event(spec));
  return command;
}

std::string describe(const Verdict& verdict) {
  if (const auto* conflict = std::get_if<Conflict>(&verdict.outcome)) {
    return "event " + std::to_string(conflict->index) + " expected " +
           std::to_string(conflict->expected) + ", is " + std::to_string(conflict->current);
  }
  if (const auto* overtaken = std::get_if<Overtaken>(&verdict.outcome)) {
    return "the source stands at " + overtaken->place;
  }
  if (const auto* refused = std::get_if<Refused>(&verdict.outcome)) {
    return std::string(info(refused->error.code).name);
  }
  std::string out;
  for (const Appended& event : std::get<std::vector<Appended>>(verdict.outcome)) {
    add_word(out, text(event.offset) + 'v' + std::to_string(event.subject_version) +
                      (event.duplicate ? " again" : " new"));
  }
  return out;
}

std::string describe(OffsetRange range) {
  return range.empty() ? "none" : text(range.begin) + ".." + text(previous(range.end));
}

std::string describe(const std::vector<Offset>& list) {
  std::string out;
  for (const Offset offset : list) add_word(out, text(offset));
  return out;
}

std::string describe(const std::vector<Record>& records) {
  std::string out;
  for (const Record& record : records) add_word(out, text(record->offset()));
  return out;
}

std::string describe(SubjectState state) {
  return 'v' + std::to_string(state.version) + " first " + text(state.first) + " last " +
         text(state.last);
}

std::string describe(OffsetScan& scan) { return describe_scan(scan, text); }

std::string describe(RecordScan& scan) {
  return describe_scan(scan, [](const Record& record) { return text(record->offset()); });
}

std::string commit(EventLog& log, const std::vector<Command>& commands, Timestamp now) {
  // Looking ids up ahead must not change a verdict, so do it only sometimes.
  if (log.place().next.value() % 2 == 0) {
    std::vector<Hash128> keys;
    for (const Command& command : commands) {
      const auto* appended = std::get_if<Append>(&command);
      if (!appended) continue;
      for (const NewEvent& new_event : appended->events) keys.push_back(new_event.key);
    }
    if (const auto looked_up = log.look_up(std::move(keys)); !looked_up) {
      return looked_up.error().message;
    }
  }
  return fold_and_write(log, commands, now, [&log](const Batch& batch, const FoldPlace& after) {
    return log.commit(batch, after);
  });
}

std::string commit(MemoryLog& log, const std::vector<Command>& commands, Timestamp now) {
  return fold_and_write(log, commands, now, [&log](const Batch& batch, const FoldPlace& after) {
    log.commit(batch, after);
    return Result<void>();
  });
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void overwrite_file(const std::filesystem::path& path, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.good()) << path;
}

std::filesystem::path newest_file(const std::string& folder, const std::string& extension) {
  std::filesystem::path found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension && entry.path() > found) found = entry.path();
  }
  return found;
}

std::unique_ptr<EventLog> open_log(const EventLogOptions& options) {
  auto log = EventLog::open(options);
  if (!log) {
    ADD_FAILURE() << log.error().message;
    std::abort();  // nothing after it would make sense
  }
  return *std::move(log);
}

std::string open_error(const EventLogOptions& options) {
  const auto log = EventLog::open(options);
  return log ? std::string() : std::string(info(log.error().code).name);
}

}  // namespace courtside::story
