// Goal: the JSON that subscribers get of an event, whole and through a projection.
#include <gtest/gtest.h>

#include <string>

#include "schema/json_reader.h"
#include "tests/schema/cloudevent_fixture.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

std::string written(const EventFields& fields, const Projection* projection = nullptr) {
  const std::string record = make_record(build_event(fields));
  std::string out = "before ";
  append_cloudevent(out, RecordView(record), {.projection = projection});
  EXPECT_EQ(out.substr(0, 7), "before ");
  return out.substr(7);
}

TEST(WriteCloudEvent, HasEverythingInOrderAndDataLast) {
  EXPECT_EQ(written(full_fields()),
            R"({"specversion":"1.0","id":"0192-a","source":"/web","type":"demo.happened",)"
            R"("subject":"booking:b_1","time":"2026-11-01T10:00:00Z",)"
            R"("datacontenttype":"application/json; charset=utf-8",)"
            R"("dataschema":"https://example.org/schema","sequence":"00000000000000104218",)"
            R"("recordedtime":"2026-11-01T10:00:00.123456Z","subjectversion":18,)"
            R"("correlationid":"corr-1","causationid":"cause-1","actorid":"42","actortype":"USER",)"
            R"("actorrole":"VENUE_OWNER",)"
            R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
            R"("aggregateversion":17,"tenant":"n\u00fcrnberg",)"
            R"("data":{ "accountId":"a_1","price": {"minor":45000,"currency":"INR"} }})");
}

TEST(WriteCloudEvent, LeavesOutWhatIsNotThere) {
  const std::string start = R"({"specversion":"1.0","id":"1")";
  const std::string log =
      R"(,"sequence":"00000000000000104218","recordedtime":"2026-11-01T10:00:00.123456Z",)"
      R"("subjectversion":18)";
  EXPECT_EQ(written({.id = "1"}), start + log + "}");
  EXPECT_EQ(written({.id = "1", .data_kind = DataKind::kJson, .data = "null"}),
            start + R"(,"datacontenttype":"application/json")" + log + R"(,"data":null})");
  EXPECT_EQ(
      written({.id = "1", .data_kind = DataKind::kBinary, .data = std::string_view("\0\1\xff", 3)}),
      start + log + R"(,"data_base64":"AAH/"})");
}

TEST(WriteCloudEvent, EscapesTexts) {
  const std::string json = written({.id = "a\"b\\c\x7f\xc3\xbc", .source = "/"});
  EXPECT_NE(json.find("\"id\":\"a\\\"b\\\\c\x7f\xc3\xbc\""), std::string::npos) << json;
  EXPECT_FALSE(read_json(json).is(JsonKind::kNone));
}

TEST(WriteCloudEvent, CanBeParsedAgain) {
  const std::string json = written(full_fields());
  const auto incoming = parse_cloudevent(json, kReceived);
  ASSERT_TRUE(incoming) << verdict(incoming);
  EXPECT_EQ(incoming->event, build_event(full_fields()));
}

const Projection kAvailability = {
    .name = "availability", .data_fields = {"price.*", "slotId"}, .hide_actor = true};

TEST(Projection, ShowsListedFieldsOnlyAndNoActor) {
  EXPECT_EQ(written(full_fields(), &kAvailability),
            R"({"specversion":"1.0","id":"0192-a","source":"/web","type":"demo.happened",)"
            R"("subject":"booking:b_1","time":"2026-11-01T10:00:00Z",)"
            R"("datacontenttype":"application/json; charset=utf-8",)"
            R"("dataschema":"https://example.org/schema","sequence":"00000000000000104218",)"
            R"("recordedtime":"2026-11-01T10:00:00.123456Z","subjectversion":18,)"
            R"("data":{"price":{"minor":45000,"currency":"INR"}}})");
}

std::string shown_data(std::string_view data, const Projection& projection) {
  EventFields fields = full_fields();
  fields.data = data;
  const std::string event = build_event(fields);
  const std::string projected = build_part(EventView(event), {.projection = &projection});
  EXPECT_TRUE(verify_event(projected));
  return std::string(EventView(projected).data());
}

TEST(Projection, KeepsTheBytesOfWhatItShows) {
  const Projection hides{.name = "venue", .data_fields = {"secret"}, .listed_are_hidden = true};
  const Projection shows{.name = "public", .data_fields = {"a", "b.*"}};
  EXPECT_EQ(shown_data(R"({ "a" : 1e400 , "secret":2, "b":[ ] })", shows),
            R"({"a":1e400,"b":[ ]})");
  EXPECT_EQ(shown_data(R"({ "a" : 1e400 , "secret":2, "b":[ ] })", hides),
            R"({"a":1e400,"b":[ ]})");
  EXPECT_EQ(shown_data("{}", shows), "{}");
  EXPECT_EQ(shown_data(R"({"secret":1})", shows), "{}");
  EXPECT_EQ(shown_data(R"({"x":{"a":1}})", shows), "{}");  // only top-level names match
}

// A list of shown fields names scalars; `.*` names a field with everything in it.
TEST(Projection, MayNameLeaves) {
  const Projection shows{.name = "public", .data_fields = {"price.minor", "price.currency", "a.*"}};
  EXPECT_EQ(
      shown_data(R"({"price":{"minor":1,"vip":{"minor":2},"currency":"INR"},"a":{"b":1}})", shows),
      R"({"price":{"minor":1,"currency":"INR"},"a":{"b":1}})");
  EXPECT_EQ(shown_data(R"({"price":{ "minor" : 1 }})", shows), R"({"price":{ "minor" : 1 }})");
  EXPECT_EQ(shown_data(R"({"price":{"m\u0069nor":1,"v\u0069p":2}})", shows),
            R"({"price":{"m\u0069nor":1}})");
  EXPECT_EQ(shown_data(R"({"price":7,"minor":1,"x":{"price":{"minor":1}}})", shows), "{}");
  EXPECT_EQ(shown_data(R"({"price":[{"minor":1,"vip":2},3,[{"minor":4,"vip":5}]]})", shows),
            R"({"price":[{"minor":1},[{"minor":4}]]})");
  EXPECT_EQ(shown_data(R"({"price":{}})", shows), R"({"price":{}})");

  const Projection hides{
      .name = "venue", .data_fields = {"price.vip", "code"}, .listed_are_hidden = true};
  EXPECT_EQ(shown_data(R"({"price":{"minor":1,"vip":2},"code":3,"vip":4})", hides),
            R"({"price":{"minor":1},"vip":4})");
  EXPECT_EQ(shown_data(R"({"price":[{"vip":1,"a":2},3]})", hides), R"({"price":[{"a":2},3]})");
  EXPECT_EQ(shown_data(R"({"price":"vip"})", hides), R"({"price":"vip"})");
}

TEST(Projection, ShowsNoObjectOrListWhereALeafIsListed) {
  const Projection shows{.name = "public", .data_fields = {"status", "price.minor"}};
  EXPECT_EQ(shown_data(R"({"status":{"reason":1},"price":{"minor":{"vip":1}}})", shows),
            R"({"price":{}})");
  EXPECT_EQ(shown_data(R"({"status":["s"],"price":{"minor":["s"]}})", shows), R"({"price":{}})");
  // A name that contains a dot is not a path.
  EXPECT_EQ(shown_data(R"({"price.minor":1,"price":{"minor":2}})", shows),
            R"({"price":{"minor":2}})");
}

TEST(Projection, HidesANameWhereverItStands) {
  const Projection hides{
      .name = "venue", .data_fields = {"amount", "price.vip"}, .listed_are_hidden = true};
  EXPECT_EQ(
      shown_data(R"({"payment":{"amount":1,"at":2},"payments":[{"id":3,"amount":4},[5]]})", hides),
      R"({"payment":{"at":2},"payments":[{"id":3},[5]]})");
  EXPECT_EQ(shown_data(R"({"of":{"price":{"vip":1,"a":2},"vip":3}})", hides),
            R"({"of":{"price":{"a":2},"vip":3}})");
  EXPECT_EQ(shown_data(R"([{"amount":1,"a":2}])", hides), R"([{"a":2}])");
  EXPECT_EQ(shown_data(R"({"\ud800":{"amount":1,"a":2}})", hides), R"({"\ud800":{"a":2}})");
  EXPECT_EQ(shown_data(R"({ "note" : "the amount" })", hides), R"({ "note" : "the amount" })");
}

TEST(Projection, HidesTheIdOfASubjectWithItsField) {
  const auto subject = [](const std::string& type, const std::string& of, const Projection& by) {
    EventFields fields = full_fields();
    fields.type = type;
    fields.subject = of;
    const std::string event = build_event(fields);
    const std::string projected = build_part(EventView(event), {.projection = &by});
    EXPECT_TRUE(verify_event(projected));
    return std::string(EventView(projected).subject());
  };
  const Projection venue{
      .name = "venue", .data_fields = {"paymentId", "refundId"}, .listed_are_hidden = true};
  EXPECT_EQ(subject("payment.captured", "payment:p_1", venue), "payment:hidden");
  EXPECT_EQ(subject("refund.requested", "refund:r_1", venue), "refund:hidden");
  EXPECT_EQ(subject("refund.requested", "payment:p_1", venue), "payment:hidden");
  EXPECT_EQ(subject("refund.requested", "booking:b_1", venue), "booking:b_1");
  EXPECT_EQ(subject("odd.one", "payment:p_1", venue), "payment:hidden");
  EXPECT_EQ(subject("thing.is", "thing:t_1", venue), "thing:t_1");
  const Projection open{.name = "public", .data_fields = {"slotId"}};
  EXPECT_EQ(subject("slot.held", "slot:s_1", open), "slot:s_1");
}

// Names are compared after decoding, whatever their spelling.
TEST(Projection, CannotBeGotAroundByEscapes) {
  const Projection hides{.name = "venue", .data_fields = {"secret"}, .listed_are_hidden = true};
  const Projection shows{.name = "public", .data_fields = {"a"}};
  EXPECT_EQ(shown_data(R"({"s\u0065cret":1,"secret":2,"b":3})", hides), R"({"b":3})");
  EXPECT_EQ(shown_data(R"({"a":[{"s\u0065cret":1}]})", hides), R"({"a":[{}]})");
  EXPECT_EQ(shown_data(R"({"\u0061":1,"\ud800":2})", shows), R"({"\u0061":1})");
}

TEST(Projection, AListOfWhatIsShownShowsNothingOfOtherData) {
  const Projection shows{.name = "public", .data_fields = {"a"}};
  const Projection hides{.name = "venue", .data_fields = {"a"}, .listed_are_hidden = true};
  EXPECT_EQ(shown_data(R"(["a"])", shows), "");
  EXPECT_EQ(shown_data(R"(["a"])", hides), R"(["a"])");
}

TEST(Projection, HidesActorOnlyWhereAskedTo) {
  const std::string event = build_event(full_fields());
  const Projection hides_nothing{.name = "x", .listed_are_hidden = true};
  const std::string open = build_part(EventView(event), {.projection = &hides_nothing});
  EXPECT_EQ(EventView(open).actorid(), "42");
  EXPECT_EQ(EventView(open).fields().extensions.size(), 2u);
  const std::string shut = build_part(EventView(event), {.projection = &kAvailability});
  const EventFields fields = EventView(shut).fields();
  EXPECT_EQ(fields.id, "0192-a");
  for (const auto text : {fields.correlationid, fields.causationid, fields.actorid,
                          fields.actortype, fields.actorrole, fields.traceparent}) {
    EXPECT_EQ(text, "");
  }
  EXPECT_TRUE(fields.extensions.empty());
}

TEST(DataFields, AreTheTextsAtTheTop) {
  const DataFields fields(
      R"({"accountId":"a_1","n":1,"in":{"accountId":"a_2"},"v\u0065nue":"\u0037","twice":"1","twice":"2"})");
  EXPECT_EQ(fields.text("accountId"), "a_1");
  EXPECT_EQ(fields.text("venue"), "7");
  EXPECT_EQ(fields.text("twice"), "2");  // the last one, as in JSON.parse
  EXPECT_FALSE(fields.text("n"));
  EXPECT_FALSE(fields.text("in"));
  const DataFields list(R"(["accountId"])");
  EXPECT_FALSE(list.text("accountId"));
  const DataFields nothing("");
  EXPECT_FALSE(nothing.text("accountId"));
}

}  // namespace
}  // namespace courtside
