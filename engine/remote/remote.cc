#include "engine/remote/remote.h"

#include <curl/curl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "transport/listener.h"

namespace courtside {
namespace {

constexpr const char* kDefaultPort = "8080";  // as `courtside serve` listens
constexpr const char* kForGood = R"({"retry":false})";
constexpr std::size_t kTokenFileBytesMax = 64 << 10;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

// Empty where the URL has no such part.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

tl::unexpected<Error> refuse() {
  return fail(Code::bad_usage,
              "not a server's address, such as http://127.0.0.1:8080 or "
              "https://play.example.com/live");
}

// A WebSocket begins as HTTP does, and so does everything else here.
std::string http_url_of(std::string_view url, bool& has_scheme) {
  has_scheme = url.find("://") != std::string_view::npos;
  if (url.starts_with("ws://")) return "http" + std::string(url.substr(2));
  if (url.starts_with("wss://")) return "https" + std::string(url.substr(3));
  return (has_scheme ? "" : "http://") + std::string(url);
}

bool is_loopback_host(const std::string& host) {
  if (host == "localhost") return true;
  const Result<ListenAddress> address = parse_listen_address(host + ":1");
  return address && address->is_loopback();
}

}  // namespace

Result<Remote> parse_remote(std::string_view text) {
  bool has_scheme = false;
  const std::string whole = http_url_of(text, has_scheme);
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), 0) != CURLUE_OK)
    return refuse();
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return refuse();
  if (!part(url, CURLUPART_USER).empty()) {
    return fail(Code::bad_usage,
                "an address holds no user or password: --token-file names a credential");
  }
  if (!part(url, CURLUPART_QUERY).empty() || !part(url, CURLUPART_FRAGMENT).empty())
    return refuse();
  const std::string host = part(url, CURLUPART_HOST);
  if (host.empty()) return refuse();
  std::string port = part(url, CURLUPART_PORT);
  if (port.empty() && !has_scheme) port = kDefaultPort;

  Remote remote;
  remote.is_secure = scheme == "https";
  remote.is_loopback = is_loopback_host(host);
  remote.authority = host + (port.empty() ? "" : ":" + port);
  remote.path = part(url, CURLUPART_PATH);
  while (remote.path.ends_with('/')) remote.path.pop_back();
  remote.base = scheme + "://" + remote.authority + remote.path;
  return remote;
}

Error redirected(const Remote& remote, int status, std::string_view location) {
  std::string message = remote.base + " answers " + std::to_string(status);
  // Every path of ours begins so; what is before it is where the server is.
  const std::size_t ours = location.rfind("/v1/");
  if (ours != std::string_view::npos) {
    const bool is_whole = location.find("://") != std::string_view::npos;
    const std::string origin = remote.base.substr(0, remote.base.size() - remote.path.size());
    const std::string place = (is_whole ? "" : origin) + std::string(location.substr(0, ours));
    message += ", which is not followed; use --url " + place;
  }
  return unavailable_for_good(std::move(message));
}

Error unavailable_for_good(std::string message) {
  return {Code::unavailable, std::move(message), kForGood};
}

bool is_for_good(const Error& error) {
  return error.code == Code::unavailable && error.details == kForGood;
}

Result<Remote> open_remote(const ServerAddress& address) {
  Result<Remote> remote = parse_remote(address.url);
  if (!remote) return remote;
  remote->ca_file = address.ca_file;
  remote->token = address.token;
  if (address.token_file.empty()) return remote;
  std::ifstream file(address.token_file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return fail(Code::no_input, address.token_file + " cannot be read");
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  const bool is_word = text.find_first_of(" \t\r\n") == std::string::npos;
  if (text.empty() || !is_word || text.size() > kTokenFileBytesMax) {
    return fail(Code::no_input, address.token_file + " does not hold one token or key");
  }
  remote->token = std::move(text);
  return remote;
}

}  // namespace courtside
