// A JSON object that a fold fills: bounded, and the same bytes wherever it was filled alike.
//
// Its members stand in the order of their names' bytes, values keep the bytes they came with, and
// it can be made again from its own text. Members are raw JSON, or one of a few shapes that a fold
// looks into:
//
//   kJson     "amount":{"minor":1,"currency":"INR"}         as it came
//   kObject   "readUpTo":{"u_1":"m_7"}                      members by name
//   kObjects  "payments":{"p_1":{"status":"captured"}}      objects by name
//   kSet      "participants":["u_1","u_2"]                  each text once
//   kList     "deliveries":[{"channel":"PUSH", ...}]        objects by their member `channel`
//
// What would make it larger than kStateBytesMax is left out, and the member's name is listed in
// `omitted` until the member is set, or erased with all that it holds to begin anew.
// Names and keys are JSON tokens, quotes included (json_token), so that names that no UTF-8 text
// can spell survive too. Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "schema/json_reader.h"

namespace courtside {

// The text as a JSON string, quotes included.
std::string json_token(std::string_view text);

enum class StateShape : std::uint8_t { kJson, kObject, kObjects, kSet, kList };

// Where a value stands: a member; or what is in it, by key; or a member of that.
struct StatePath {
  std::string name;
  std::string key = {};
  std::string member = {};
};

class StateObject {
 public:
  // Of its text. Beside it `omitted` takes at most kOmittedMax names of kOmittedBytesMax bytes.
  static constexpr std::size_t kStateBytesMax = 256 * 1024;
  static constexpr std::size_t kOmittedMax = 32;
  static constexpr std::size_t kOmittedBytesMax = 128;

  // `shape` tells the shape of each member, by its token; it outlives the object.
  using ShapeOf = StateShape (*)(std::string_view kind, std::string_view name);
  StateObject(ShapeOf shape, std::string_view kind) : shape_(shape), kind_(kind) {}

  // Makes it what its text was. False when the text is none of its texts.
  bool read(std::string_view text);

  // Sets the value, or says in `omitted` that it is too large; the old one is gone in any case.
  // REQUIRES: the path is as deep as the member's shape; `json` is sound.
  void set(const StatePath& path, std::string_view json);
  // The same whatever its size: for what the fold itself says.
  void set_own(const StatePath& path, std::string json);
  void erase(const StatePath& path);
  // Makes a member that holds others stay, or be there, when it holds none: `[]`.
  void keep_empty(const std::string& name);

  // Empty when it is not there, or holds others. Valid until the next change.
  std::string_view get(const StatePath& path) const;
  // A member of any shape as JSON; empty when it is not there.
  std::string member_text(const std::string& name) const;

  // Of a kObject, by key; empty when it is not there.
  std::map<std::string, std::string> members(const std::string& name) const;

  std::size_t size_bytes() const { return size_bytes_; }
  std::string text() const;

 private:
  struct Node {
    std::string json = {};  // of a value without members
    std::map<std::string, Node, std::less<>> members = {};
  };
  using Members = std::map<std::string, Node, std::less<>>;

  static std::size_t cost_of(const std::string& name, const Node& node);
  const Node* find(const StatePath& path) const;
  void store(const StatePath& path, std::string json);
  void omit(const std::string& name);
  bool read_member(const std::string& name, StateShape shape, JsonReader& reader);
  // The value alone.
  void append(std::string& out, const std::string& name, const Node& node) const;

  ShapeOf shape_;
  std::string kind_;
  Members members_;
  std::size_t size_bytes_ = 2;
};

}  // namespace courtside
