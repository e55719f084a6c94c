// Where the commands find a running server, and as whom they ask it; as it was typed. Threads: a
// value.
#pragma once

#include <string>

namespace courtside {

struct ServerAddress {
  std::string url;
  std::string token;       // or a service's key; empty: none
  std::string token_file;  // that holds it instead; empty: none
  std::string ca_file;     // PEM of the authorities to trust; empty: the system's
};

}  // namespace courtside
