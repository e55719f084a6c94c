#include "tests/e2e/year/support/year_world.h"

#include <algorithm>
#include <utility>

namespace courtside::e2e {
namespace {

// PLATFORM.md, the event catalogue: the channels of an event.
std::vector<std::string> audience(const YearEvent& event) {
  std::vector<std::string> all = event.named_channels;
  bool known = true;
  const auto by = [&](const char* kind, const char* field) {
    const std::string id = event.data.text_of(field);
    if (!id.empty()) all.push_back(std::string(kind) + ":" + id);
  };
  if (event.is_family("slot")) {
    by("availability", "venueId"), by("venue", "venueId"), by("user", "accountId");
  } else if (event.is_family("booking")) {
    by("booking", "bookingId"), by("user", "accountId"), by("venue", "venueId");
    all.emplace_back("ops:bookings");
  } else if (event.is_family("payment") || event.is_family("refund")) {
    by("booking", "bookingId"), by("user", "accountId"), by("venue", "venueId");
    all.emplace_back("ops:finance");
  } else if (event.is_family("notification")) {
    by("user", "accountId");
  } else if (event.is_family("chat")) {
    by("chat", "roomId");
  } else if (event.is_family("ticket")) {
    by("ticket", "ticketId"), by("user", "accountId");
    all.emplace_back("ops:care");
  } else if (event.is_family("venue") || event.is_family("account") || event.is_family("session")) {
    by("venue", "venueId"), by("user", "accountId");
  } else if (!event.is_family("audit")) {
    known = false;
  }
  if (!known) all.push_back(event.subject);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

YearWorld::YearWorld(const YearOptions& options,
                     const std::function<void(const YearEvent&)>& listener)
    : listener_(listener),
      random_(options.seed),
      users_(std::max<std::size_t>(40, options.events / 200)) {
  const std::size_t count = std::max<std::size_t>(4, options.events / 20'000);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    venues.push_back({.id = "v_" + n,
                      .owner = {"owner_" + n, "USER", "VENUE_OWNER"},
                      .staff = {},
                      .price_minor = static_cast<std::int64_t>(300 + 50 * pick(20)) * 100});
  }
}

void YearWorld::at(Micros time, std::function<void()> what) {
  agenda_.push({std::max(time, now_), ++planned_, std::move(what)});
}

void YearWorld::run() {
  while (!agenda_.empty()) {
    const Planned next = agenda_.top();
    agenda_.pop();
    now_ = next.time;
    next.what();
  }
}

std::string YearWorld::any_slot(std::size_t venue) {
  const Micros today = now_ - now_ % kDay;
  const auto day = static_cast<Micros>(1 + pick(4));
  const auto hour = static_cast<Micros>(7 + 3 * pick(5));
  const Micros start = today + day * kDay + hour * kHour;
  const std::string id =
      "s_" + std::to_string(venue) + "_" + std::to_string((start - kYearBegin) / kHour);
  const auto [found, is_new] = slots_.try_emplace(id);
  if (is_new) {
    found->second = {.venue = venue, .start = start, .price_minor = venues[venue].price_minor};
  }
  return id;
}

Fields YearWorld::slot_fields(const std::string& id) {
  const YearSlot& is = slot(id);
  Fields data;
  data.text("slotId", id)
      .text("venueId", venues[is.venue].id)
      .time("start", is.start)
      .time("end", is.start + kHour);
  return data;
}

std::string YearWorld::write(std::string_view type, const std::string& subject, const Fields& data,
                             const Pen& pen, const std::vector<std::string>& named_channels) {
  recorded_ = std::max(recorded_ + 1, now_ + between(kSecond / 500, kSecond));
  YearEvent event{.offset = ++written_,
                  .happened = now_,
                  .recorded = recorded_,
                  .id = "e" + std::to_string(written_),
                  .type = std::string(type),
                  .subject = subject,
                  .version = ++versions_[subject],
                  .actor = pen.actor,
                  .correlation = pen.correlation,
                  .cause = pen.cause,
                  .data = data,
                  .named_channels = named_channels,
                  .channels = {}};
  event.channels = audience(event);
  listener_(event);
  return event.id;
}

}  // namespace courtside::e2e
