#include "engine/config/service_variables.h"

#include <algorithm>
#include <array>
#include <regex>

namespace courtside {
namespace {

struct Shape {
  std::regex name;  // what follows the service's own prefix
  std::regex value;
};

const std::array<Shape, 8>& shapes() {
  static const std::string port = "PORT_[0-9]+_(TCP|UDP|SCTP)";
  static const std::string url = "(tcp|udp|sctp)://[^/]+:[0-9]+";
  static const std::string address = "[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";
  static const std::string number = "[0-9]+";
  static const std::array<Shape, 8> all = {{
      // Kubernetes
      {std::regex("SERVICE_HOST"), std::regex(address)},
      {std::regex("SERVICE_PORT(_[A-Z0-9_]+)?"), std::regex(number)},
      // both
      {std::regex("PORT|" + port), std::regex(url)},
      {std::regex(port + "_PROTO"), std::regex("tcp|udp|sctp")},
      {std::regex(port + "_ADDR"), std::regex(address)},
      {std::regex(port + "_PORT(_START|_END)?"), std::regex(number)},
      // Docker: ranges of ports, the link's name
      {std::regex(port + "_(START|END)"), std::regex(url)},
      {std::regex("NAME"), std::regex("/[^/]+/[^/]+")},
  }};
  return all;
}

}  // namespace

bool is_service_variable(const std::string& name, const std::string& value) {
  // COURTSIDE_, or COURTSIDE_SOMETHING_ for a service `courtside-something`.
  static const std::regex service("COURTSIDE_([A-Z0-9_]+_)?");
  // The environment of a linked container, with any value.
  static const std::regex environment("COURTSIDE_([A-Z0-9_]+_)?ENV_.+");
  if (std::regex_match(name, environment)) return true;
  for (std::size_t at = name.find('_'); at != std::string::npos; at = name.find('_', at + 1)) {
    const std::string begin = name.substr(0, at + 1);
    const std::string end = name.substr(at + 1);
    if (!std::regex_match(begin, service)) continue;
    if (std::any_of(shapes().begin(), shapes().end(), [&](const Shape& shape) {
          return std::regex_match(end, shape.name) && std::regex_match(value, shape.value);
        })) {
      return true;
    }
  }
  return false;
}

}  // namespace courtside
