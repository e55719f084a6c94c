#include "replay/state/state_object.h"

#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"

namespace courtside {
namespace {

constexpr std::string_view kOmitted = "\"omitted\"";
constexpr std::string_view kOmittedMore = "\"omittedMore\"";
constexpr std::string_view kChannel = "\"channel\"";

// A colon and a comma; containers also have two brackets.
constexpr std::size_t kPerMember = 2;
constexpr std::size_t kBrackets = 2;

std::size_t cost(std::string_view name, std::size_t value) {
  return name.size() + value + kPerMember;
}

template <typename Map, typename Write>
void append_all(std::string& out, const Map& members, char open, char close, Write write) {
  out.push_back(open);
  bool first = true;
  for (const auto& [name, node] : members) {
    if (!std::exchange(first, false)) out.push_back(',');
    write(name, node);
  }
  out.push_back(close);
}

// The raw value of the object's member `channel`.
std::string channel_of(std::string_view object) {
  JsonReader reader(object);
  std::string found;
  if (!reader.begin_object()) return found;
  while (reader.next_member()) {
    const bool wanted = reader.key().raw == kChannel;
    const JsonValue value = reader.value();
    if (wanted) found = value.raw;
  }
  return found;
}

}  // namespace

std::string json_token(std::string_view text) {
  std::string token;
  append_json_string(token, text);
  return token;
}

const StateObject::Node* StateObject::find(const StatePath& path) const {
  const Members* in = &members_;
  const Node* node = nullptr;
  for (const std::string* step : {&path.name, &path.key, &path.member}) {
    if (step->empty()) break;
    const auto found = in->find(*step);
    if (found == in->end()) return nullptr;
    node = &found->second;
    in = &node->members;
  }
  return node;
}

std::string_view StateObject::get(const StatePath& path) const {
  const Node* node = find(path);
  return node == nullptr ? std::string_view() : std::string_view(node->json);
}

void StateObject::store(const StatePath& path, std::string json) {
  Members* in = &members_;
  Node* node = nullptr;
  for (const std::string* step : {&path.name, &path.key, &path.member}) {
    if (step->empty()) break;
    const auto [found, fresh] = in->try_emplace(*step);
    if (fresh) size_bytes_ += cost(*step, kBrackets);
    node = &found->second;
    in = &node->members;
  }
  COURTSIDE_CHECK(node != nullptr && node->members.empty());
  size_bytes_ = size_bytes_ + json.size() - node->json.size();
  node->json = std::move(json);
}

void StateObject::set_own(const StatePath& path, std::string json) { store(path, std::move(json)); }

void StateObject::set(const StatePath& path, std::string_view json) {
  const std::size_t names = path.name.size() + path.key.size() + path.member.size();
  const std::size_t more = json.size() + names + 3 * (kPerMember + kBrackets);
  const std::size_t old = get(path).size();
  if (size_bytes_ - old + more > kStateBytesMax) {
    erase(path);
    return omit(path.name);
  }
  store(path, std::string(json));
  if (path.key.empty()) erase({.name = std::string(kOmitted), .key = path.name});
}

std::size_t StateObject::cost_of(const std::string& name, const Node& node) {
  std::size_t size = cost(name, kBrackets) + node.json.size();
  for (const auto& [inner, below] : node.members) size += cost_of(inner, below);
  return size;
}

// Containers that become empty are erased too; see keep_empty().
void StateObject::erase(const StatePath& path) {
  // A member that starts anew is no longer incomplete.
  if (path.key.empty() && path.name != kOmitted) {
    erase({.name = std::string(kOmitted), .key = path.name});
  }
  if (find(path) == nullptr) return;
  std::vector<std::pair<Members*, const std::string*>> steps;
  Members* in = &members_;
  for (const std::string* step : {&path.name, &path.key, &path.member}) {
    if (step->empty()) break;
    steps.emplace_back(in, step);
    in = &in->find(*step)->second.members;
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const auto found = step->first->find(*step->second);
    if (step != steps.rbegin() && !found->second.members.empty()) return;
    size_bytes_ -= cost_of(found->first, found->second);
    step->first->erase(found);
  }
}

void StateObject::keep_empty(const std::string& name) {
  const auto [found, is_new] = members_.try_emplace(name);
  if (is_new) size_bytes_ += cost(name, kBrackets);
}

std::map<std::string, std::string> StateObject::members(const std::string& name) const {
  std::map<std::string, std::string> out;
  if (const Node* node = find({.name = name})) {
    for (const auto& [key, member] : node->members) out.emplace(key, member.json);
  }
  return out;
}

void StateObject::omit(const std::string& name) {
  const StatePath path{.name = std::string(kOmitted), .key = name};
  if (find(path) != nullptr) return;
  const Node* list = find({.name = std::string(kOmitted)});
  const std::size_t count = list == nullptr ? 0 : list->members.size();
  if (count < kOmittedMax && name.size() <= kOmittedBytesMax) return store(path, name);
  store({.name = std::string(kOmittedMore)}, "true");
}

// ---------------------------------------------------------------------------------------------
// Text.

void StateObject::append(std::string& out, const std::string& name, const Node& node) const {
  const auto member = [&out](const std::string& token, const Node& value) {
    out.append(token).append(":").append(value.json);
  };
  const auto object = [&](const Node& of) { append_all(out, of.members, '{', '}', member); };
  switch (shape_(kind_, name)) {
    case StateShape::kJson: out.append(node.json); return;
    case StateShape::kObject: return object(node);
    case StateShape::kObjects:
      return append_all(out, node.members, '{', '}', [&](const std::string& key, const Node& each) {
        out.append(key).append(":");
        object(each);
      });
    case StateShape::kSet:
      return append_all(out, node.members, '[', ']',
                        [&](const std::string& key, const Node&) { out.append(key); });
    case StateShape::kList:
      return append_all(out, node.members, '[', ']',
                        [&](const std::string&, const Node& each) { object(each); });
  }
}

std::string StateObject::member_text(const std::string& name) const {
  std::string out;
  if (const Node* node = find({.name = name})) append(out, name, *node);
  return out;
}

std::string StateObject::text() const {
  std::string out;
  out.reserve(size_bytes_);
  append_all(out, members_, '{', '}', [&](const std::string& name, const Node& node) {
    out.append(name).append(":");
    append(out, name, node);
  });
  return out;
}

bool StateObject::read_member(const std::string& name, StateShape shape, JsonReader& reader) {
  if (shape == StateShape::kJson) {
    store({.name = name}, std::string(reader.value().raw));
    return true;
  }
  keep_empty(name);
  const auto read_object = [&](JsonReader& from, const std::string& key) {
    if (!from.begin_object()) return false;
    while (from.next_member()) {
      const std::string member(from.key().raw);
      const std::string json(from.value().raw);
      store(key.empty() ? StatePath{name, member} : StatePath{name, key, member}, json);
    }
    return true;
  };
  if (shape == StateShape::kObject) return read_object(reader, {});
  if (shape == StateShape::kObjects) {
    if (!reader.begin_object()) return false;
    while (reader.next_member()) {
      const std::string key(reader.key().raw);
      if (!read_object(reader, key)) return false;
    }
    return true;
  }
  if (!reader.begin_array()) return false;
  while (reader.next_element()) {
    const std::string element(reader.value().raw);
    if (shape == StateShape::kSet) {
      store({.name = name, .key = element}, element);
    } else {
      JsonReader inner(element);
      const std::string key = channel_of(element);
      if (key.empty() || !read_object(inner, key)) return false;
    }
  }
  return true;
}

bool StateObject::read(std::string_view text) {
  members_.clear();
  size_bytes_ = 2;
  JsonReader reader(text);
  if (!reader.begin_object()) return false;
  while (reader.next_member()) {
    const std::string name(reader.key().raw);
    if (!read_member(name, shape_(kind_, name), reader)) return false;
  }
  return reader.at_end();
}

}  // namespace courtside
