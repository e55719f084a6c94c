// Goal: a schema that breaks a released one is found, and today's code reads what each release
// wrote. Every kind of breakage is planted and must be found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "schema/event.h"
#include "schema/flatbuffer.h"
#include "schema/protocol.h"
#include "schema_changes.h"

namespace courtside::schema {
namespace {

namespace fs = std::filesystem;

const std::string kSchemas = COURTSIDE_SOURCE_DIR "/schema";
const std::string kGolden = COURTSIDE_SOURCE_DIR "/tests/schema/golden";

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> releases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kSchemas + "/released")) {
    names.push_back(entry.path().filename());
  }
  EXPECT_FALSE(names.empty());
  return names;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& each : sentences) text += each + "\n";
  return text;
}

TEST(Evolution, TheSchemasBreakNoReleasedOne) {
  for (const std::string& release : releases()) {
    const std::string folder = kSchemas + "/released/" + release;
    for (const char* name : {"/event.fbs", "/protocol.fbs"}) {
      EXPECT_EQ(joined(breakages(read(folder + name), folder, read(kSchemas + name), kSchemas)), "")
          << release << name;
    }
  }
}

// One text replaced by another in a schema. The first must occur in it.
struct Change {
  const char* file;
  const char* from;
  const char* to;
  const char* found;  // a part of the expected message; empty: nothing is broken
};

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      // flatc --conform accepts these.
      {"/event.fbs", "  data: [ubyte];\n", "", "Event.data is gone"},
      {"/event.fbs", "  id: string;\n  source", "  id: string (required);\n  source",
       "Event.id: whether it is required"},
      {"/event.fbs", "  data: [ubyte];\n", "  data: [ubyte];\n  more: string (required);\n",
       "Event.more is new and required"},
      {"/event.fbs", "\"CSEV\"", "\"CSEW\"", "file identifier"},
      {"/event.fbs", "root_type Event", "root_type Extension", "root type"},
      {"/protocol.fbs", "union ClientBody { Hello,", "union ClientBody { Hello: Ping,",
       "ClientBody.Hello: its member"},
      {"/protocol.fbs", "Ping, Pong, Expiring, Draining\n", "Ping, Pong, Expiring\n",
       "ServerBody.Draining is gone"},
      // flatc --conform finds these.
      {"/event.fbs", "  id: string;\n  source: string;\n", "  source: string;\n  id: string;\n",
       "Event.id: its name"},
      {"/event.fbs", "data: [ubyte]", "data: string", "Event.data: its type"},
      {"/event.fbs", "Json = 1,", "Text = 1,", "DataKind.Json: its name"},
      {"/event.fbs", "DataKind : ubyte", "DataKind : ushort", "DataKind: its type"},
      {"/event.fbs", "  Binary = 2,", "  Binary = 3,", "DataKind.Binary is gone"},
      {"/protocol.fbs", "expectedversion: uint64 = null", "expectedversion: uint64",
       "Publish.expectedversion: whether it is optional"},
      {"/protocol.fbs", "heartbeat: uint32", "heartbeat: uint32 = 25000",
       "Welcome.heartbeat: its default"},
      {"/protocol.fbs", "sub: uint32;\n  channels", "sub: uint64;\n  channels",
       "Subscribe.sub: its type"},
      {"/protocol.fbs", "(nested_flatbuffer: \"Event\")", "",
       "Publish.event: what is nested in it"},
      {"/protocol.fbs", "  token: string;\n  client", "  token: string (deprecated);\n  client",
       "Hello.token: whether it is deprecated"},
      {"/protocol.fbs", "Hello, Subscribe,", "Subscribe, Hello,", "ClientBody.Hello: its name"},
      // Allowed changes.
      {"/event.fbs", "  data: [ubyte];\n", "  data: [ubyte];\n  more: string;\n", ""},
      {"/event.fbs", "  Binary = 2,", "  Binary = 2,\n  Cbor = 3,", ""},
      {"/protocol.fbs", "Ping, Pong }", "Ping, Pong, Draining }", ""},
      {"/protocol.fbs", "table Ping {}", "table Extra { a: [Ping]; }\ntable Ping {}", ""},
  };
  return all;
}

TEST(Evolution, EveryWayToBreakASchemaIsFound) {
  const std::string folder = kSchemas + "/released/v1";
  for (const Change& change : changes()) {
    const std::string before = read(folder + change.file);
    std::string after = before;
    const std::size_t at = after.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.from;
    after.replace(at, std::string(change.from).size(), change.to);
    const std::string said = joined(breakages(before, folder, after, folder));
    if (change.found[0] == '\0') {
      EXPECT_EQ(said, "") << change.to;
    } else {
      EXPECT_NE(said.find(change.found), std::string::npos) << change.to << " gives: " << said;
    }
  }
}

// Our schemas have no struct yet.
TEST(Evolution, AStructThatGrowsIsFound) {
  const auto said = [](const char* before, const char* after) {
    return joined(breakages(before, kSchemas, after, kSchemas));
  };
  const char* one = "struct Pair { a: int; } table T { p: Pair; } root_type T;";
  EXPECT_EQ(said(one, one), "");
  EXPECT_NE(said(one, "struct Pair { a: int; b: int; } table T { p: Pair; } root_type T;"), "");
  EXPECT_NE(said(one, "table Pair { a: int; } table T { p: Pair; } root_type T;"), "");
}

// A release's buffers, read with today's schemas.
class Golden {
 public:
  Golden(const std::string& release, const std::string& kind) : kind_(kind) {
    folder_ = kGolden + "/" + release + "/" + kind;
    released_folder_ = kSchemas + "/released/" + release;
  }

  // File names without their extension.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() == ".bin")
        found.push_back(folder_ + "/" + entry.path().stem().string());
    }
    EXPECT_FALSE(found.empty()) << folder_;
    return found;
  }

  void expect_same(const std::string& name) const {
    const std::string buffer = read(name + ".bin");
    const std::string then = as_json(schema(released_folder_), released_folder_, buffer);
    EXPECT_EQ(then, normal_json(schema(released_folder_), released_folder_, read(name + ".json")))
        << name;
    EXPECT_EQ(as_json(schema(kSchemas), kSchemas, buffer), then) << name;
  }

 private:
  // protocol.fbs has two root types, but a schema can declare only one.
  std::string schema(const std::string& folder) const {
    if (kind_ == "event") return read(folder + "/event.fbs");
    std::string text = read(folder + "/protocol.fbs");
    if (kind_ == "client") return text;
    for (const auto& [from, to] : {std::pair("root_type ClientMessage", "root_type ServerMessage"),
                                   {"file_identifier \"CSCM\"", "file_identifier \"CSSM\""}}) {
      text.replace(text.find(from), std::string(from).size(), to);
    }
    return text;
  }

  std::string kind_;
  std::string folder_;
  std::string released_folder_;
};

TEST(Evolution, WhatEachReleaseWroteIsReadAsItWas) {
  for (const std::string& release : releases()) {
    for (const char* kind : {"event", "client", "server"}) {
      const Golden golden(release, kind);
      for (const std::string& name : golden.names()) golden.expect_same(name);
    }
  }
}

// The decoding code reads them too, from the wire and from the log.
TEST(Evolution, TheServerTakesWhatEachReleaseWrote) {
  for (const std::string& release : releases()) {
    for (const std::string& name : Golden(release, "event").names()) {
      const std::string buffer = read(name + ".bin");
      const AlignedBytes bytes(buffer);
      const auto event = verify_event(bytes.view());
      EXPECT_TRUE(event) << name << ": " << event.error().message;
    }
    for (const std::string& name : Golden(release, "client").names()) {
      EXPECT_TRUE(protocol::flatbuffers_codec().decode(read(name + ".bin"), Timestamp(1))) << name;
    }
  }
}

}  // namespace
}  // namespace courtside::schema
