// `<data>/serving.json`: tells commands on this machine where the server of a data folder is, and
// the key for users who can read the folder. A stale file after a crash leads to no server, or to
// one that does not know the key.
//
// Threads: a value.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace courtside {

struct ServingAt {
  std::string url;    // a loopback address
  std::string admin;  // the same of the listener for administration; empty: there is none
  std::string key;
};

// The loopback address that reaches a listener on `listen`; empty when loopback does not reach it.
std::optional<std::string> loopback_host(std::string_view listen);
// "http://127.0.0.1:8080", "http://[::1]:8080"
std::string http_url(const std::string& host, std::uint16_t port);

class ServingFile {
 public:
  // Writes the file with mode 600. Errors: write_failed.
  static Result<std::unique_ptr<ServingFile>> write(const std::string& data, const ServingAt& at);
  // Removes the file.
  ~ServingFile();
  ServingFile(const ServingFile&) = delete;
  ServingFile& operator=(const ServingFile&) = delete;

  static std::string path(const std::string& data) { return data + "/serving.json"; }

 private:
  explicit ServingFile(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace courtside
