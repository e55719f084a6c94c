#include "bench/server_figures.h"

#include <cstdlib>
#include <utility>

#include "base/format.h"
#include "bench/bench_loop.h"

namespace courtside {
namespace {

constexpr std::uint32_t kScrapeTimeoutMs = 30'000;

}  // namespace

double ServerFigures::value(std::string_view name) const {
  const std::string_view page = page_;
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t end = std::min(page.find('\n', begin), page.size());
    const std::string_view line = page.substr(begin, end - begin);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ') {
      return std::strtod(std::string(line.substr(name.size() + 1)).c_str(), nullptr);
    }
    begin = end + 1;
  }
  return 0;
}

Result<ServerFigures> read_server_figures(const FiguresAt& at) {
  HttpHeaders headers;
  if (!at.token.empty()) headers.emplace_back("authorization", "Bearer " + at.token);
  Result<HttpResponse> page =
      http_request(at.target, "GET", "/metrics", headers, {}, kScrapeTimeoutMs);
  if (!page) return fail(page.error());
  if (page->status != 200) {
    return fail(Code::unavailable, format("GET /metrics answered {}", page->status));
  }
  return ServerFigures(std::move(page->body));
}

Measured::Measured(const FiguresAt& at, ServerFigures before)
    : at_(at),
      before_(std::move(before)),
      after_(std::string()),
      begin_ns_(steady_ns()),
      end_ns_(begin_ns_) {}

Result<Measured> Measured::start(const FiguresAt& at) {
  Result<ServerFigures> before = read_server_figures(at);
  if (!before) return fail(before.error());
  return Measured(at, std::move(*before));
}

Result<void> Measured::stop() {
  end_ns_ = steady_ns();
  Result<ServerFigures> after = read_server_figures(at_);
  if (!after) return fail(after.error());
  after_ = std::move(*after);
  return {};
}

}  // namespace courtside
