#include "engine/server/outboxes.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "engine/postgres/connection_string.h"
#include "engine/postgres/message_source.h"
#include "engine/postgres/table_source.h"

namespace courtside {
namespace {

MakeOutboxSource source_maker(const OutboxSettings& settings) {
  const auto page_rows = std::make_shared<std::atomic<std::uint64_t>>(settings.page_rows);
  const auto counted = std::make_shared<std::atomic<std::uint64_t>>(0);
  return [settings, page_rows, counted] {
    return settings.kind == OutboxKind::kTable ? TableSource::open(settings, page_rows)
                                               : MessageSource::open(settings, counted);
  };
}

// Makes "app (psql)" from "app@10.0.0.7 (psql)": metrics must not show addresses.
std::string without_address(const std::string& holder) {
  const std::size_t at = holder.find('@');
  if (at == std::string::npos) return holder;
  return holder.substr(0, at) +
         holder.substr(std::min(holder.find_first_of(" ,", at), holder.size()));
}

double as_number(std::uint64_t value) { return static_cast<double>(value); }

}  // namespace

Result<std::unique_ptr<Outboxes>> Outboxes::make(const Config& config, const Router& router,
                                                 const SourceState& state) {
  std::vector<OutboxSettings> settings = outbox_sources(config);
  for (const OutboxSettings& each : settings) {
    const auto text = connection_string("outbox.url", each.url, each.query_ms);
    if (!text) return fail(text.error());
  }
  std::vector<std::unique_ptr<WakeEvent>> wakes;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    Result<std::unique_ptr<WakeEvent>> wake = WakeEvent::make();
    if (!wake) return fail(wake.error());
    wakes.push_back(*std::move(wake));
  }
  return std::unique_ptr<Outboxes>(
      new Outboxes(std::move(settings), std::move(wakes), router, state));
}

void Outboxes::start(Sequencer& sequencer) {
  intake_.start(sequencer);
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    const OutboxSettings& each = settings_[i];
    readers_.push_back(
        std::make_unique<OutboxReader>(each, source_maker(each), intake_, std::move(wakes_[i])));
  }
}

void Outboxes::stop() {
  intake_.stop_waiting();
  for (const auto& reader : readers_) reader->ask_to_stop();
  for (const auto& reader : readers_) reader->stop();
}

void Outboxes::check_overdue() {
  for (const auto& reader : readers_) reader->check_overdue();
}

std::vector<OutboxStatus> Outboxes::statuses() const {
  std::vector<OutboxStatus> out;
  for (const auto& reader : readers_) {
    out.push_back(reader->status());
    const std::string disk = intake_.waits_for(out.back().name);
    if (!disk.empty()) out.back().detail = "waits: " + disk;
  }
  return out;
}

std::string Outboxes::json() const {
  std::string sources = "[";
  for (const OutboxStatus& status : statuses()) {
    sources.append(sources.size() > 1 ? "," : "").append(outbox_status_json(status));
  }
  return JsonObject().raw("sources", sources + "]").take();
}

void Outboxes::add_samples(Samples& samples) const {
  const std::vector<OutboxStatus> all = statuses();
  // Samples of one name must be adjacent.
  const auto add = [&](const char* name, const auto& value_of) {
    for (const OutboxStatus& each : all) {
      samples.add(name, value_of(each), {{"source", each.name}});
    }
  };
  using Status = const OutboxStatus&;
  add("courtside_outbox_up",
      [](Status s) { return s.state == OutboxStatus::State::kReading ? 1.0 : 0.0; });
  add("courtside_outbox_events_total", [](Status s) { return as_number(s.events); });
  add("courtside_outbox_duplicates_total", [](Status s) { return as_number(s.duplicates); });
  add("courtside_outbox_rejected_total", [](Status s) { return as_number(s.rejected); });
  add("courtside_outbox_ignored_total", [](Status s) { return as_number(s.ignored); });
  add("courtside_outbox_ahead_total", [](Status s) { return as_number(s.ahead); });
  add("courtside_outbox_late_total", [](Status s) { return as_number(s.late); });
  add("courtside_outbox_held", [](Status s) { return as_number(s.held); });
  add("courtside_outbox_lag_rows", [](Status s) { return as_number(s.lag.rows); });
  add("courtside_outbox_lag_seconds", [](Status s) { return s.lag.seconds; });
  add("courtside_outbox_skipped_rows", [](Status s) { return as_number(s.lag.skipped); });
  add("courtside_outbox_uncertain_rows", [](Status s) { return as_number(s.lag.uncertain); });
  add("courtside_outbox_slot_bytes", [](Status s) { return as_number(s.lag.bytes); });
  add("courtside_outbox_heard_seconds",
      [](Status s) { return static_cast<double>(s.heard.value()) / 1e6; });
  add("courtside_outbox_oldest_transaction_seconds",
      [](Status s) { return s.lag.oldest.id == 0 ? 0.0 : s.lag.oldest.seconds; });
  // A labelled sample only for long transactions: one per short transaction would be too many.
  for (std::size_t i = 0; i < all.size(); ++i) {
    const OutboxLag::Transaction& oldest = all[i].lag.oldest;
    const bool is_long = oldest.seconds * 1000 >= static_cast<double>(settings_[i].warn_ms);
    if (oldest.id == 0 || !is_long) continue;
    samples.add("courtside_outbox_blocking_transaction_seconds", oldest.seconds,
                {{"source", all[i].name},
                 {"pid", std::to_string(oldest.pid)},
                 {"holder", without_address(oldest.holder)}});
  }
}

}  // namespace courtside
