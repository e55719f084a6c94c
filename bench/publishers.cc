#include "bench/publishers.h"

#include <algorithm>
#include <utility>

#include "base/format.h"

namespace courtside {

PublishLine::PublishLine(BenchLoop& loop, const BenchAddress& address, EventWriter& writer,
                         std::function<void()> on_ok)
    : loop_(loop),
      writer_(writer),
      on_ok_(std::move(on_ok)),
      client_(loop, address, BenchClient::Options{}, *this) {}

Result<void> PublishLine::open() {
  return loop_.run_until([this] { return welcomed_; }, "a publisher to be welcomed");
}

void PublishLine::publish(std::string_view channel) {
  ++sent_;
  client_.send(writer_.publish(channel));
}

void PublishLine::on_message(BenchClient& /*client*/, std::string_view message) {
  switch (word_of(message)) {
    case Word::kOk:
      ++acknowledged_;
      loop_.note_progress();
      if (on_ok_) on_ok_();
      break;
    case Word::kWelcome:
      welcomed_ = true;
      loop_.note_progress();
      break;
    case Word::kError:
      loop_.fail({Code::internal, format("a publish was refused: {}", message)});
      break;
    default: break;
  }
}

// ---------------------------------------------------------------------------------------------

Load::Load(BenchLoop& loop, const BenchAddress& address, EventWriter& writer,
           std::uint64_t connections, std::uint64_t in_flight, ChannelOf channel_of)
    : loop_(loop), channel_of_(std::move(channel_of)), in_flight_(in_flight) {
  lines_.resize(std::min(connections, in_flight));
  for (std::unique_ptr<PublishLine>& line : lines_) {
    line = std::make_unique<PublishLine>(loop, address, writer, [this, &line] {
      --waiting_;
      publish_next(*line);
    });
  }
}

Result<std::uint64_t> Load::run(std::uint64_t events_max, std::uint64_t seconds_max) {
  for (const std::unique_ptr<PublishLine>& line : lines_) {
    if (const Result<void> opened = line->open(); !opened) return fail(opened.error());
  }
  const std::uint64_t before = published_;
  const std::uint64_t now_ns = steady_ns();
  last_ = published_ + events_max;
  end_ns_ = seconds_max == 0 ? UINT64_MAX : now_ns + seconds_max * 1'000'000'000;
  for (std::uint64_t i = 0; i < in_flight_; ++i) publish_next(*lines_[i % lines_.size()]);
  const Result<void> ended =
      loop_.run_until([this] { return waiting_ == 0; }, "publishes' answers");
  if (!ended) return fail(ended.error());
  return published_ - before;
}

void Load::publish_next(PublishLine& line) {
  if (published_ == last_ || loop_.now_ns() >= end_ns_) return;
  line.publish(channel_of_(published_));
  ++published_;
  ++waiting_;
}

// ---------------------------------------------------------------------------------------------

PacedPublisher::PacedPublisher(BenchLoop& loop, const BenchAddress& address, EventWriter& writer,
                               std::string channel, std::uint64_t rate_per_s)
    : loop_(loop),
      channel_(std::move(channel)),
      rate_per_s_(rate_per_s),
      line_(loop, address, writer) {}

void PacedPublisher::start(std::uint64_t count) {
  begin_ns_ = steady_ns();
  count_ = count;
  next_ = 0;
  loop_.set_schedule([this](std::uint64_t now_ns) { return publish_due(now_ns); });
}

std::optional<std::uint64_t> PacedPublisher::publish_due(std::uint64_t now_ns) {
  for (; next_ < count_; ++next_) {
    if (intended_ns(next_) > now_ns) return intended_ns(next_);
    line_.publish(channel_);
  }
  return std::nullopt;
}

}  // namespace courtside
