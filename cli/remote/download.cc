#include "cli/remote/download.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/time.h"
#include "cli/remote/curl_handle.h"

namespace courtside {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;
constexpr std::size_t kHeadersMax = 256;

class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list_); }

  // "name: value"; "name:" keeps libcurl from sending one of its own.
  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  const curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

class Multi {
 public:
  explicit Multi(CURL* easy) : easy_(easy) {
    COURTSIDE_CHECK(multi_ != nullptr);
    curl_multi_add_handle(multi_, easy_);
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() {
    curl_multi_remove_handle(multi_, easy_);
    curl_multi_cleanup(multi_);
  }

  // Does what can be done without waiting. The outcome once the transfer is over.
  std::optional<CURLcode> perform() {
    int running = 0;
    const CURLMcode done = curl_multi_perform(multi_, &running);
    if (done != CURLM_OK) return CURLE_FAILED_INIT;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    return std::nullopt;
  }
  void wait(int wait_ms) { curl_multi_poll(multi_, nullptr, 0, wait_ms, nullptr); }

 private:
  CURL* const easy_;
  CURLM* const multi_ = curl_multi_init();
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return text;
}

class Download final : public RemoteDownload {
 public:
  Download(const Remote& remote, const RemoteRequest& request)
      : curl_(remote, request.path), idle_ms_(request.idle_ms), body_(request.body) {
    set_headers(remote, request);
    CURL* const curl = curl_.get();
    if (request.method != "GET") {
      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, std::string(request.method).c_str());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body_.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Download::take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Download::take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    multi_.emplace(curl);
  }

  Result<void> ask() {
    return run_until([this] { return has_head_; });
  }

  const HttpResponse& head() const override { return head_; }

  Result<std::string> read() override {
    const Result<void> ran = run_until([this] { return !received_.empty(); });
    if (!received_.empty()) return std::exchange(received_, {});
    if (!ran) return fail(ran.error());
    return std::string();
  }

 private:
  void set_headers(const Remote& remote, const RemoteRequest& request) {
    const auto line = [](std::string name, std::string_view value) {
      return value.empty() ? name : name.append(" ").append(value);
    };
    if (!request.accept.empty()) headers_.add(line("accept:", request.accept));
    // Empty ones stand for none: libcurl would call a body a form, and ask before it sends one.
    headers_.add(line("content-type:", request.content_type));
    headers_.add("expect:");
    if (!remote.token.empty()) headers_.add("authorization: Bearer " + remote.token);
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, headers_.get());
  }

  // Until `reached()`, or the end of the answer.
  template <typename Reached>
  Result<void> run_until(Reached reached) {
    std::uint64_t silent_since_us = steady_us();
    while (!reached() && !outcome_) {
      const std::uint64_t bytes_before = bytes_;
      outcome_ = multi_->perform();
      if (bytes_ != bytes_before) silent_since_us = steady_us();
      if (reached() || outcome_) break;
      const std::uint64_t silent_ms = (steady_us() - silent_since_us) / 1000;
      if (silent_ms >= idle_ms_) return fail(Code::timeout, "the server did not answer in time");
      multi_->wait(static_cast<int>(std::min<std::uint64_t>(idle_ms_ - silent_ms, 1000)));
    }
    if (reached() || !outcome_ || *outcome_ == CURLE_OK) return {};
    if (has_head_) return fail(Code::unavailable, "the answer was cut off");
    if (*outcome_ == CURLE_GOT_NOTHING) return fail(Code::unavailable, "the server hung up");
    return fail(curl_.error(*outcome_));
  }

  // A line of a head, with its end. That of an interim answer (100) is followed by another one.
  static std::size_t take_header(char* bytes, std::size_t /*one*/, std::size_t count, void* self) {
    Download& download = *static_cast<Download*>(self);
    const std::string_view line = trimmed({bytes, count});
    download.bytes_ += count;
    if (line.starts_with("HTTP/")) {
      download.head_ = {};
      return count;
    }
    if (line.empty()) {
      long status = 0;
      curl_easy_getinfo(download.curl_.get(), CURLINFO_RESPONSE_CODE, &status);
      download.head_.status = static_cast<int>(status);
      download.has_head_ = status >= 200;
      return count;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return count;
    std::string name = lower_case(line.substr(0, colon));
    const std::string value(trimmed(line.substr(colon + 1)));
    if (name == "content-type") download.head_.content_type = value;
    if (download.head_.headers.size() >= kHeadersMax) return 0;
    download.head_.headers.emplace_back(std::move(name), value);
    return count;
  }

  static std::size_t take_body(char* bytes, std::size_t /*one*/, std::size_t count, void* self) {
    Download& download = *static_cast<Download*>(self);
    download.received_.append(bytes, count);
    download.bytes_ += count;
    return count;
  }

  CurlHandle curl_;
  const std::uint32_t idle_ms_;
  const std::string body_;
  HeaderList headers_;
  std::optional<Multi> multi_;
  std::optional<CURLcode> outcome_;
  HttpResponse head_;
  bool has_head_ = false;
  std::string received_;     // of the body, not taken yet
  std::uint64_t bytes_ = 0;  // that came in all
};

}  // namespace

Result<std::unique_ptr<RemoteDownload>> RemoteDownload::open(const Remote& remote,
                                                             const RemoteRequest& request) {
  auto download = std::make_unique<Download>(remote, request);
  if (const Result<void> asked = download->ask(); !asked) return fail(asked.error());
  return download;
}

Result<HttpResponse> remote_request(const Remote& remote, const RemoteRequest& request) {
  Result<std::unique_ptr<RemoteDownload>> download = RemoteDownload::open(remote, request);
  if (!download) return fail(download.error());
  HttpResponse answer = (*download)->head();
  for (;;) {
    const Result<std::string> piece = (*download)->read();
    if (!piece) return fail(piece.error());
    if (piece->empty()) return answer;
    if (answer.body.size() + piece->size() > kAnswerBytesMax) {
      return fail(Code::payload_too_large, "the answer is larger than 256 MiB");
    }
    answer.body.append(*piece);
  }
}

}  // namespace courtside
