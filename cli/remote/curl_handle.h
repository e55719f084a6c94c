// One transfer of libcurl, made ready as every one of ours is: certificates verified, no redirect
// followed, nothing spoken but HTTP/1.1. Internal to this folder. Threads: one at a time.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/remote/remote.h"

namespace courtside {

class CurlHandle {
 public:
  // Of `remote`'s server; `path` is added to its own.
  CurlHandle(const Remote& remote, std::string_view path);
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  CURL* get() const { return handle_.get(); }

  // REQUIRES: `code` is of a call on this handle, and not CURLE_OK.
  Error error(CURLcode code) const;

 private:
  struct Deleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };

  const std::string where_;
  std::unique_ptr<CURL, Deleter> handle_;
  std::array<char, CURL_ERROR_SIZE> message_{};
};

}  // namespace courtside
