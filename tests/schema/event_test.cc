// Goal: an event has the fields that it was built from, and no damaged buffer is ever read.
#include "schema/event.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

void expect_same(const EventFields& a, const EventFields& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.subject, b.subject);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.datacontenttype, b.datacontenttype);
  EXPECT_EQ(a.dataschema, b.dataschema);
  EXPECT_EQ(a.correlationid, b.correlationid);
  EXPECT_EQ(a.causationid, b.causationid);
  EXPECT_EQ(a.actorid, b.actorid);
  EXPECT_EQ(a.actortype, b.actortype);
  EXPECT_EQ(a.actorrole, b.actorrole);
  EXPECT_EQ(a.traceparent, b.traceparent);
  EXPECT_EQ(a.data_kind, b.data_kind);
  EXPECT_EQ(a.data, b.data);
  ASSERT_EQ(a.extensions.size(), b.extensions.size());
  for (std::size_t i = 0; i < a.extensions.size(); ++i) {
    EXPECT_EQ(a.extensions[i].name, b.extensions[i].name);
    EXPECT_EQ(a.extensions[i].value, b.extensions[i].value);
  }
}

TEST(Event, ComesBackAsItWasBuilt) {
  const EventFields fields = full_fields();
  const std::string bytes = build_event(fields);
  const auto event = verify_event(bytes);
  ASSERT_TRUE(event);
  expect_same(event->fields(), fields);
  EXPECT_EQ(event->id(), fields.id);
  EXPECT_EQ(event->source(), fields.source);
  EXPECT_EQ(event->type(), fields.type);
  EXPECT_EQ(event->subject(), fields.subject);
  EXPECT_EQ(event->time(), fields.time);
  EXPECT_EQ(event->datacontenttype(), fields.datacontenttype);
  EXPECT_EQ(event->correlationid(), fields.correlationid);
  EXPECT_EQ(event->causationid(), fields.causationid);
  EXPECT_EQ(event->actorid(), fields.actorid);
  EXPECT_EQ(event->actortype(), fields.actortype);
  EXPECT_EQ(event->actorrole(), fields.actorrole);
  EXPECT_EQ(event->data_kind(), fields.data_kind);
  EXPECT_EQ(event->data(), fields.data);
}

TEST(Event, AnEventOfNothingIsEmptyThroughout) {
  const std::string bytes = build_event({});
  const auto event = verify_event(bytes);
  ASSERT_TRUE(event);
  expect_same(event->fields(), {});
}

TEST(Event, SameFieldsMakeSameBytes) {
  EXPECT_EQ(build_event(full_fields()), build_event(full_fields()));
}

TEST(Event, MayLieAtAnyAddress) {
  const std::string bytes = build_event(full_fields());
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'x') + bytes;
    const auto event = verify_event(std::string_view(moved).substr(shift));
    ASSERT_TRUE(event);
    expect_same(event->fields(), full_fields());
  }
}

TEST(Event, RefusesWhatIsNoEventBuffer) {
  std::string other_identifier = build_event(full_fields());
  other_identifier[4] = 'X';
  std::string too_short(7, '\0');
  for (const std::string& bytes : {std::string(), too_short, std::string(64, '\0'),
                                   std::string(64, '\xff'), other_identifier}) {
    const auto event = verify_event(bytes);
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().code, Code::bad_request);
  }
}

TEST(Event, RefusesDataOfAnUnknownKind) {
  EventFields fields = full_fields();
  fields.data_kind = static_cast<DataKind>(3);
  EXPECT_FALSE(verify_event(build_event(fields)));
}

TEST(Event, RefusesMoreTablesThanAnyEventHas) {
  EventFields fields = full_fields();
  fields.extensions.assign(100, {.name = "a", .value = "1"});
  EXPECT_FALSE(verify_event(build_event(fields)));
}

// A buffer that verifies may have any content, but every byte that is read lies within it: the
// sanitizer checks this, and so does the sum.
std::size_t read_all(EventView event, std::string_view buffer) {
  std::size_t read = 0;
  const auto look = [&](std::string_view text) {
    read += text.size();
    if (text.empty()) return;
    EXPECT_GE(text.data(), buffer.data());
    EXPECT_LE(text.data() + text.size(), buffer.data() + buffer.size());
  };
  const EventFields fields = event.fields();
  for (const auto text :
       {fields.id, fields.source, fields.type, fields.subject, fields.time, fields.datacontenttype,
        fields.dataschema, fields.correlationid, fields.causationid, fields.actorid,
        fields.actortype, fields.actorrole, fields.traceparent, fields.data}) {
    look(text);
  }
  for (const Extension& extension : fields.extensions) look(extension.name), look(extension.value);
  return read;
}

TEST(Event, NoMutationMakesItReadBeyondItsBuffer) {
  std::mt19937 random(20261101);
  const std::string bytes = build_event(full_fields());
  std::size_t verified = 0;
  std::size_t refused = 0;
  std::size_t read = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string mutated = bytes;
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      mutated[random() % mutated.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) mutated.resize(random() % mutated.size());
    const auto event = verify_event(mutated);
    event ? ++verified : ++refused;
    if (event) read += read_all(*event, mutated);
  }
  // Both must occur often, or the loop proves nothing.
  EXPECT_GT(verified, 5'000u);
  EXPECT_GT(refused, 5'000u);
  EXPECT_GT(read, 0u);
}

}  // namespace
}  // namespace courtside
