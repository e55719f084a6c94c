// `<data>/serving.json`: how a command on this machine finds the server that holds the data folder,
// and the key that only those who may read the folder have. A stale one, after a crash, leads to
// nobody, or to somebody who does not know the key.
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
  std::string url;  // on loopback
  std::string key;
};

// Where a listener on this address is reached from this machine; empty where loopback does not
// lead to it.
std::optional<std::string> loopback_host(std::string_view listen);
// "http://127.0.0.1:8080", "http://[::1]:8080"
std::string http_url(const std::string& host, std::uint16_t port);

class ServingFile {
 public:
  // Writes it, mode 600. Errors: write_failed.
  static Result<std::unique_ptr<ServingFile>> write(const std::string& data, const ServingAt& at);
  // Removes it.
  ~ServingFile();
  ServingFile(const ServingFile&) = delete;
  ServingFile& operator=(const ServingFile&) = delete;

  static std::string path(const std::string& data) { return data + "/serving.json"; }

 private:
  explicit ServingFile(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace courtside
