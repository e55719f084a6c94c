// A bounded JSON object that a fold fills; its text depends only on its content.
//
// Members are in the order of their names' bytes, values keep their original bytes, and it can be
// read back from its text. A member is raw JSON or has one of these shapes:
//
//   kJson     "amount":{"minor":1,"currency":"INR"}         unchanged
//   kObject   "readUpTo":{"u_1":"m_7"}                      members by name
//   kObjects  "payments":{"p_1":{"status":"captured"}}      objects by name
//   kSet      "participants":["u_1","u_2"]                  each text once
//   kList     "deliveries":[{"channel":"PUSH", ...}]        objects by their member `channel`
//
// A value that would make it larger than kStateBytesMax is left out, and the member's name is
// listed in `omitted` until the member is set, or erased as a whole. Names and keys are JSON tokens
// with their quotes (json_token), so that names that UTF-8 cannot encode survive too. Threads: a
// value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "schema/json_reader.h"

namespace courtside {

// The text as a JSON string with its quotes.
std::string json_token(std::string_view text);

enum class StateShape : std::uint8_t { kJson, kObject, kObjects, kSet, kList };

// The path of a value: a member; a value inside it, by key; or a member of that.
struct StatePath {
  std::string name;
  std::string key = {};
  std::string member = {};
};

// The path of a member; `name` is text, not a token.
inline StatePath member_path(std::string_view name) { return {.name = json_token(name)}; }

class StateObject {
 public:
  // The limit of its text. In addition, `omitted` lists at most kOmittedMax names of at most
  // kOmittedBytesMax bytes.
  static constexpr std::size_t kStateBytesMax = 256 * 1024;
  static constexpr std::size_t kOmittedMax = 32;
  static constexpr std::size_t kOmittedBytesMax = 128;

  // `shape` returns the shape of a member, by its token.
  using ShapeOf = StateShape (*)(std::string_view kind, std::string_view name);
  StateObject(ShapeOf shape, std::string_view kind) : shape_(shape), kind_(kind) {}

  // Restores the object from its text. False when the text is malformed.
  bool read(std::string_view text);

  // Sets the value. If it is too large, the old value is erased and the member listed in `omitted`.
  // REQUIRES: the path is as deep as the member's shape; `json` is valid.
  void set(const StatePath& path, std::string_view json);
  // The same without the limit, for values that the fold itself creates.
  void set_own(const StatePath& path, std::string json);
  void erase(const StatePath& path);
  // Creates or keeps a container member that is empty: `[]`.
  void keep_empty(const std::string& name);

  // Empty when it is absent or a container. Valid until the next change.
  std::string_view get(const StatePath& path) const;
  // A member of any shape as JSON; empty when it is absent.
  std::string member_text(const std::string& name) const;

  // The values of a kObject, by key; empty when it is absent.
  std::map<std::string, std::string> members(const std::string& name) const;

  std::size_t size_bytes() const { return size_bytes_; }
  std::string text() const;

 private:
  struct Node {
    std::string json = {};  // of a value that is not a container
    std::map<std::string, Node, std::less<>> members = {};
  };
  using Members = std::map<std::string, Node, std::less<>>;

  static std::size_t cost_of(const std::string& name, const Node& node);
  const Node* find(const StatePath& path) const;
  void store(const StatePath& path, std::string json);
  void omit(const std::string& name);
  bool read_member(const std::string& name, StateShape shape, JsonReader& reader);
  // Appends only the value.
  void append(std::string& out, const std::string& name, const Node& node) const;

  ShapeOf shape_;
  std::string kind_;
  Members members_;
  std::size_t size_bytes_ = 2;
};

}  // namespace courtside
