#include "engine/postgres/table_source.h"

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

#include "base/format.h"
#include "engine/outbox/outbox_row.h"
#include "engine/postgres/table_place.h"
#include "schema/incoming_event.h"

namespace courtside {
namespace {

// The texts as an array literal (section 8.15.2 of PostgreSQL's manual): libpqxx 6 has no
// parameters for lists.
std::string array_literal(const std::vector<std::string>& texts) {
  std::string out = "{";
  for (const std::string& text : texts) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  return out + "}";
}

std::optional<std::uint64_t> number(const pqxx::field& field) {
  const auto value = field.as<std::int64_t>(-1);
  if (value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

OutboxRow row_from(const pqxx::row& columns) {
  OutboxRow row;
  pqxx::row::size_type at = 0;
  row.place = columns[at++].c_str();
  for (const OutboxText& text : kOutboxTexts) row.*text.member = columns[at++].c_str();
  row.aggregate_version = number(columns[at++]);
  row.schema_version = number(columns[at++]);
  row.occurred_at = columns[at++].c_str();
  const auto size = columns[at++].as<std::uint64_t>(0);
  if (size > kEventBytesMax) {
    row.fault = format("`payload` has {} bytes, the limit is {}", size, kEventBytesMax);
  } else {
    row.payload = columns[at].c_str();
  }
  return row;
}

}  // namespace

Result<std::unique_ptr<OutboxSource>> TableSource::open(const OutboxSettings& settings,
                                                        PageRows page_rows) {
  Result<std::unique_ptr<OutboxConnection>> connection = OutboxConnection::open(settings);
  if (!connection) return fail(connection.error());
  if (page_rows == nullptr) {
    page_rows = std::make_shared<std::atomic<std::uint64_t>>(settings.page_rows);
  }
  return std::unique_ptr<OutboxSource>(
      new TableSource(std::move(*connection), std::move(page_rows)));
}

Result<OutboxPage> TableSource::read(const std::string& place) {
  const Result<TablePlace> from = parse_table_place(place);
  if (!from) return fail(from.error());
  OutboxPage page{.rows = {}, .end = place, .is_full = false};
  const std::uint64_t wanted = *page_rows_;
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::result rows = transaction.exec_params(sql_.page(), from->txid, from->position,
                                                          wanted, settings().page_bytes);
        page.rows.reserve(rows.size());
        std::uint64_t bytes = 0;
        for (const auto& columns : rows) {
          page.rows.push_back(row_from(columns));
          bytes += page.rows.back().payload.size();
        }
        page.is_full = rows.size() >= wanted || bytes >= settings().page_bytes;
      });
  // A page of huge rows may exceed the time limit; then the next one is smaller.
  *page_rows_ =
      asked ? std::min(wanted * 2, settings().page_rows) : std::max<std::uint64_t>(wanted / 2, 1);
  if (!asked) return fail(asked.error());
  if (!page.rows.empty()) page.end = page.rows.back().place;
  return page;
}

Result<std::vector<AggregateVersion>> TableSource::lowest_unread(
    const std::string& place, const std::vector<AggregateKey>& aggregates) {
  const Result<TablePlace> from = parse_table_place(place);
  if (!from) return fail(from.error());
  std::vector<std::string> types;
  std::vector<std::string> ids;
  for (const AggregateKey& each : aggregates) {
    types.push_back(each.type);
    ids.push_back(each.id);
  }
  std::vector<AggregateVersion> out;
  const Result<void> asked =
      connection_->run(OutboxConnection::Mode::kRead, [&](pqxx::transaction_base& transaction) {
        const pqxx::result rows =
            transaction.exec_params(sql_.lowest_unread(), from->txid, from->position,
                                    array_literal(types), array_literal(ids));
        for (const auto& columns : rows) {
          const auto version = number(columns[2]);
          if (!version) continue;
          out.push_back({.aggregate = {.type = columns[0].c_str(), .id = columns[1].c_str()},
                         .version = *version});
        }
      });
  if (!asked) return fail(asked.error());
  return out;
}

}  // namespace courtside
