// Goal: a reader that asks for some fields gets exactly these members of what it would get without
// asking, byte for byte, in both encodings, and never more than its projection shows.
#include "schema/field_selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "schema/cloudevent.h"
#include "schema/json_reader.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

using Names = std::vector<std::string>;

std::string written(const EventFields& fields, const ShownPart& part) {
  const std::string record = make_record(build_event(fields));
  std::string out;
  append_cloudevent(out, RecordView(record), part);
  return out;
}

std::string selected(const EventFields& fields, const Names& names) {
  const FieldSelection selection(names);
  return written(fields, {.fields = &selection});
}

// The members of an object: names, and the bytes of their values.
std::vector<std::pair<std::string, std::string>> members(const std::string& json) {
  std::vector<std::pair<std::string, std::string>> all;
  JsonReader reader(json);
  EXPECT_TRUE(reader.begin_object()) << json;
  while (reader.next_member()) {
    const std::string name(reader.key().raw.substr(1, reader.key().raw.size() - 2));
    all.emplace_back(name, std::string(reader.value().raw));
  }
  EXPECT_TRUE(reader.at_end()) << json;
  return all;
}

const Names kNames = {"specversion",     "id",
                      "source",          "type",
                      "subject",         "time",
                      "dataschema",      "sequence",
                      "recordedtime",    "data",
                      "correlationid",   "causationid",
                      "actorid",         "actortype",
                      "actorrole",       "traceparent",
                      "tenant",          "absent",
                      "channels",        "expectedversion",
                      "datacontenttype", "subjectversion",
                      "aggregateversion"};

TEST(FieldSelection, IsWrittenWordForWord) {
  EXPECT_EQ(selected(full_fields(), {"id", "type", "subject", "data"}),
            R"({"id":"0192-a","type":"demo.happened","subject":"booking:b_1",)"
            R"("data":{ "accountId":"a_1","price": {"minor":45000,"currency":"INR"} }})");
  EXPECT_EQ(selected(full_fields(), {"sequence"}), R"({"sequence":"00000000000000104218"})");
  EXPECT_EQ(selected(full_fields(), {"specversion", "subjectversion"}),
            R"({"specversion":"1.0","subjectversion":18})");
  EXPECT_EQ(selected(full_fields(), {"tenant"}), R"({"tenant":"n\u00fcrnberg"})");
  EXPECT_EQ(selected(full_fields(), {"tenants", "position"}), "{}");
  EXPECT_EQ(selected(full_fields(), {"id", "id"}), R"({"id":"0192-a"})");
}

TEST(FieldSelection, DataStandsForBinaryDataToo) {
  EventFields fields = full_fields();
  fields.data_kind = DataKind::kBinary;
  fields.data = "\x01\x02";
  EXPECT_EQ(selected(fields, {"data"}), R"({"data_base64":"AQI="})");
  fields.data_kind = DataKind::kNone;
  EXPECT_EQ(selected(fields, {"data"}), "{}");
}

// What a writer sets for JSON data without a type is there only when it is asked for.
TEST(FieldSelection, TheTypeOfDataIsAFieldOfItsOwn) {
  EventFields fields = full_fields();
  fields.datacontenttype = {};
  EXPECT_EQ(selected(fields, {"datacontenttype"}), R"({"datacontenttype":"application/json"})");
  fields.data = "1";
  EXPECT_EQ(selected(fields, {"data"}), R"({"data":1})");
}

TEST(FieldSelection, AppendsBehindWhatIsThere) {
  const std::string record = make_record(build_event(full_fields()));
  const FieldSelection id({"id"});
  const FieldSelection nothing({"absent"});
  std::string out = "[";
  append_cloudevent(out, RecordView(record), {.fields = &id});
  append_cloudevent(out, RecordView(record), {.fields = &nothing});
  EXPECT_EQ(out, R"([{"id":"0192-a"}{})");
}

TEST(FieldSelection, IsTheSameForTheSameFields) {
  EXPECT_EQ(FieldSelection({"id", "data", "tenant"}),
            FieldSelection({"tenant", "data", "id", "id"}));
  Names keys = {FieldSelection().key()};
  for (const std::string& name : kNames) {
    if (name == "channels" || name == "expectedversion") continue;  // of no event
    keys.push_back(FieldSelection({name}).key());
  }
  keys.push_back(FieldSelection({"a", "b"}).key());
  keys.push_back(FieldSelection({"ab"}).key());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(keys[i], keys[j]);
  }
  EXPECT_EQ(FieldSelection({"a", "b"}).key(), FieldSelection({"b", "a"}).key());
}

TEST(FieldSelection, NamesAreThoseOfAttributes) {
  for (const std::string& name : kNames) EXPECT_TRUE(is_field_name(name)) << name;
  for (const char* name : {"", "Data", "data.price", "data_base64", "a b", "*"}) {
    EXPECT_FALSE(is_field_name(name)) << name;
  }
}

// What it shows of an event under one projection, compared with the whole view under it.
void expect_selected(const EventFields& fields, const Names& names, const Projection* projection) {
  const FieldSelection selection(names);
  std::string expected;
  for (const auto& [name, value] : members(written(fields, {.projection = projection}))) {
    const std::string asked = name == "data_base64" ? "data" : name;
    if (std::find(names.begin(), names.end(), asked) == names.end()) continue;
    expected += (expected.empty() ? "{\"" : ",\"") + name + "\":" + value;
  }
  expected += expected.empty() ? "{}" : "}";
  const ShownPart part{.projection = projection, .fields = &selection};
  EXPECT_EQ(written(fields, part), expected);

  const std::string event = build_event(fields);
  const std::string built = build_part(EventView(event), part);
  ASSERT_TRUE(verify_event(built));
  const std::string whole = build_part(EventView(event), {.projection = projection});
  EventFields whole_fields = EventView(whole).fields();
  selection.apply(whole_fields);
  EXPECT_EQ(built, build_event(whole_fields));
}

TEST(FieldSelection, IsAPartOfTheViewForAnyFieldsAndProjection) {
  const Projection shows{.name = "public", .data_fields = {"price.minor"}, .hide_actor = true};
  const Projection hides{
      .name = "venue", .data_fields = {"accountId", "bookingId"}, .listed_are_hidden = true};
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Names names;
    for (const std::string& name : kNames) {
      if (random() % 4 == 0) names.push_back(name);
    }
    if (names.empty()) names.push_back("id");
    EventFields fields = full_fields();
    if (random() % 2 == 0) fields.datacontenttype = {};
    if (random() % 4 == 0) fields.data = "[1]";
    if (random() % 4 == 0) fields.data_kind = DataKind::kBinary;
    for (const Projection* projection : {static_cast<const Projection*>(nullptr), &shows, &hides}) {
      expect_selected(fields, names, projection);
    }
  }
}

}  // namespace
}  // namespace courtside
