// Goal: for any data, however nested and spelled, a projection shows what its list allows and
// nothing else. The test evaluates the list on its own, path by path.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "schema/cloudevent.h"

namespace courtside {
namespace {

using Path = std::vector<std::string>;

// The names on the path, with a dot before each.
std::string joined(const Path& path) {
  std::string text;
  for (const std::string& name : path) text.append(".").append(name);
  return text;
}

struct Node {
  enum class Kind { kLeaf, kObject, kList };
  Kind kind = Kind::kLeaf;
  std::string text = {};                              // of a leaf
  std::vector<std::pair<std::string, Node>> in = {};  // names are empty in a list
  std::vector<bool> escaped = {};  // whether the first letter of the name is escaped
};

class Trees {
 public:
  explicit Trees(std::uint32_t seed) : engine_(seed) {}

  Node object(int depth) {
    Node node{.kind = Node::Kind::kObject};
    for (std::size_t left = below(5); left > 0; --left) {
      static const std::vector<std::string> names = {"a",    "b",     "c",           "price",
                                                     "code", "minor", "price.minor", "price.code"};
      node.in.emplace_back(names[below(names.size())], any(depth - 1));
      node.escaped.push_back(below(8) == 0);
    }
    return node;
  }

 private:
  std::size_t below(std::size_t count) { return engine_() % count; }

  Node any(int depth) {
    const std::size_t kind = depth > 0 ? below(4) : 0;
    if (kind == 2) return object(depth);
    if (kind != 3) return {.text = below(2) == 0 ? "1e400" : "\"code\""};
    Node list{.kind = Node::Kind::kList};
    for (std::size_t left = below(4); left > 0; --left) list.in.emplace_back("", any(depth - 1));
    return list;
  }

  std::mt19937 engine_;
};

std::string key_of(const Node& node, std::size_t index) {
  const std::string& name = node.in[index].first;
  if (!node.escaped[index]) return "\"" + name + "\"";
  constexpr const char* kHex = "0123456789abcdef";
  const auto first = static_cast<unsigned char>(name[0]);
  return std::string("\"\\u00") + kHex[first >> 4] + kHex[first & 15] + name.substr(1) + "\"";
}

// Writes the members, and the leaf elements, for which `shows` returns true.
template <typename Shows>
std::string written(const Node& node, const Path& path, const Shows& shows) {
  if (node.kind == Node::Kind::kLeaf) return node.text;
  const bool is_object = node.kind == Node::Kind::kObject;
  std::string out;
  for (std::size_t i = 0; i < node.in.size(); ++i) {
    const auto& [name, value] = node.in[i];
    Path inner = path;
    if (is_object) inner.push_back(name);
    const bool is_asked = is_object || value.kind == Node::Kind::kLeaf;
    if (is_asked && !shows(value, inner, is_object)) continue;
    if (!out.empty()) out += ",";
    if (is_object) out += key_of(node, i) + ":";
    out += written(value, inner, shows);
  }
  return (is_object ? "{" : "[") + out + (is_object ? "}" : "]");
}

bool everything(const Node&, const Path&, bool) { return true; }

std::string projected_data(const std::string& data, const Projection& projection) {
  const std::string event = build_event({.id = "1",
                                         .source = "/t",
                                         .type = "t.t",
                                         .subject = "thing:t",
                                         .data_kind = DataKind::kJson,
                                         .data = data});
  const std::string shown = build_part(EventView(event), {.projection = &projection});
  return std::string(EventView(shown).data());
}

constexpr std::uint32_t kSeeds = 3000;
constexpr int kDepth = 5;

TEST(ProjectionOfAnyData, ShowsTheLeavesThatAreListed) {
  const std::vector<Path> listed = {{"a"}, {"price", "minor"}, {"b", "c", "a"}};
  const Projection projection{.name = "p", .data_fields = {"a", "price.minor", "b.c.a"}};
  const auto shows = [&](const Node& value, const Path& path, bool is_member) {
    return std::any_of(listed.begin(), listed.end(), [&](const Path& each) {
      if (value.kind == Node::Kind::kLeaf) return is_member && each == path;
      return each.size() > path.size() && std::equal(path.begin(), path.end(), each.begin());
    });
  };
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    const Node tree = Trees(seed).object(kDepth);
    const std::string data = written(tree, {}, everything);
    ASSERT_EQ(projected_data(data, projection), written(tree, {}, shows)) << seed << ": " << data;
  }
}

TEST(ProjectionOfAnyData, ShowsNothingThatIsHidden) {
  const Projection projection{
      .name = "p", .data_fields = {"code", "price.minor", "b.*"}, .listed_are_hidden = true};
  const auto shows = [](const Node&, const Path& path, bool is_member) {
    if (!is_member) return true;
    return std::none_of(path.begin(), path.end(),
                        [](const std::string& name) { return name == "code" || name == "b"; }) &&
           !joined(path).ends_with(".price.minor");
  };
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    const Node tree = Trees(seed).object(kDepth);
    const std::string data = written(tree, {}, everything);
    ASSERT_EQ(projected_data(data, projection), written(tree, {}, shows)) << seed << ": " << data;
  }
}

}  // namespace
}  // namespace courtside
