#include "cli/remote/curl_handle.h"

#include "base/check.h"
#include "base/format.h"
#include "base/version.h"

namespace courtside {
namespace {

constexpr long kConnectTimeoutMs = 10'000;

// Once, before any thread of ours uses libcurl.
void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  COURTSIDE_CHECK(started == CURLE_OK);
}

bool is_about_certificate(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CRL_BADFILE ||
         code == CURLE_SSL_INVALIDCERTSTATUS || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

// What helps, by what OpenSSL says. A certificate that has expired is for its owner to renew.
std::string remedy(std::string_view message) {
  const auto says = [message](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  if (says("self-signed") || says("self signed") || says("local issuer")) {
    return "; where you trust its authority, name that one's certificate with --ca-file";
  }
  if (says("subject name") || says("does not match")) {
    return "; the host of --url must be one that the certificate names";
  }
  return "";
}

}  // namespace

CurlHandle::CurlHandle(const Remote& remote, std::string_view path)
    : where_(remote.base), handle_((start_libcurl(), curl_easy_init())) {
  COURTSIDE_CHECK(handle_ != nullptr);
  CURL* const curl = handle_.get();
  const std::string url = remote.base + std::string(path);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message_.data());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, (std::string("courtside/") + kVersion).c_str());
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  // These are the defaults; they are said because everything rests on them.
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!remote.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, remote.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  // A proxy of the environment is for the network; libcurl itself would send 127.0.0.1 there too.
  if (remote.is_loopback) curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

Error CurlHandle::error(CURLcode code) const {
  const std::string message = message_[0] != '\0' ? message_.data() : curl_easy_strerror(code);
  if (is_about_certificate(code)) {
    return unavailable_for_good(format("{}: {}{}", where_, message, remedy(message)));
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return {Code::timeout, where_ + ": " + message};
  if (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL) {
    return {Code::bad_request, format("{} does not speak HTTP: {}", where_, message)};
  }
  const bool is_about_tls = code == CURLE_SSL_CONNECT_ERROR;
  return {Code::unavailable,
          where_ + ": " + message + (is_about_tls ? "; does the server speak https?" : "")};
}

}  // namespace courtside
