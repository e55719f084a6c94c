#include "cli/remote/remote.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/format.h"
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

// What is refused may have a password in it, and is not shown then.
tl::unexpected<Error> refuse(std::string_view url) {
  const bool may_be_shown = url.find('@') == std::string_view::npos;
  return fail(Code::bad_usage, format("{} not a server's address, such as http://127.0.0.1:8080 or "
                                      "https://play.example.com/live (`--url`, COURTSIDE_URL)",
                                      may_be_shown ? format("`{}` is", url) : "this is"));
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

// user@host, :password@host, and @host alone.
bool has_user_info(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return authority.find('@') != std::string_view::npos;
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

// As it may stand in a line of an HTTP head.
bool is_one_word(std::string_view text) {
  const auto is_plain = [](unsigned char c) { return c > ' ' && c != 0x7f; };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain);
}

tl::unexpected<Error> unreadable(const std::string& path) {
  return fail(Code::no_input, format("{} cannot be read: {}", path, std::strerror(errno)));
}

// With read(2): a stream throws at a folder, which opens but cannot be read.
Result<std::string> token_of(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return unreadable(path);
  std::string text(kTokenFileBytesMax + 1, '\0');
  std::size_t size = 0;
  ssize_t count = 1;
  while (count > 0 && size < text.size()) {
    count = ::read(file, text.data() + size, text.size() - size);
    if (count > 0) size += static_cast<std::size_t>(count);
    if (count < 0 && errno == EINTR) count = 1;
  }
  const int error = errno;
  ::close(file);
  errno = error;
  if (count < 0) return unreadable(path);
  text.resize(size);
  if (size <= kTokenFileBytesMax) text = without_line_end(std::move(text));
  if (size > kTokenFileBytesMax || !is_one_word(text)) {
    return fail(Code::no_input, path + " does not hold one token or key");
  }
  return text;
}

}  // namespace

Result<Remote> parse_remote(std::string_view text) {
  bool has_scheme = false;
  const std::string whole = http_url_of(text, has_scheme);
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), 0) != CURLUE_OK)
    return refuse(text);
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return refuse(text);
  if (has_user_info(whole)) {
    return fail(Code::bad_usage,
                "an address holds no user or password: --token-file names a credential");
  }
  if (!part(url, CURLUPART_QUERY).empty() || !part(url, CURLUPART_FRAGMENT).empty())
    return refuse(text);
  const std::string host = part(url, CURLUPART_HOST);
  if (host.empty()) return refuse(text);
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
  std::string message = format("{} answers {}", remote.base, status);
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

bool is_passing(const Error& error) {
  if (error.code == Code::unavailable && error.details == kForGood) return false;
  const Retry retry = info(error.code).retry;
  return retry == Retry::kYes || retry == Retry::kAfter;
}

Result<Remote> open_remote(const ServerAddress& address) {
  Result<Remote> remote = parse_remote(address.url);
  if (!remote) return remote;
  remote->ca_file = address.ca_file;
  if (remote->is_secure && !address.ca_file.empty() &&
      ::access(address.ca_file.c_str(), R_OK) != 0) {
    return unreadable(address.ca_file);
  }
  if (!address.token_file.empty()) {
    Result<std::string> token = token_of(address.token_file);
    if (!token) return fail(token.error());
    remote->token = std::move(*token);
  } else if (!address.token.empty()) {
    remote->token = without_line_end(address.token);
    if (!is_one_word(remote->token)) {
      return fail(Code::bad_usage,
                  "the token (`--token`, COURTSIDE_TOKEN) is empty, or has a space or a control "
                  "character in it");
    }
  }
  return remote;
}

}  // namespace courtside
