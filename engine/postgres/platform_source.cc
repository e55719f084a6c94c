#include "engine/postgres/platform_source.h"

#include <future>
#include <utility>

#include "base/format.h"
#include "engine/postgres/connection_string.h"

namespace courtside {
namespace {

// libpq's texts end at a zero byte: "ann\0x" would be ann's. No id of the database holds one.
bool may_be_there(const FactKey& key) {
  const bool known = key.kind == FactKind::kAccount || key.kind == FactKind::kBooking;
  return known && key.id.find('\0') == std::string::npos;
}

// The server's words stay in the log: they name tables, and may name hosts.
Error refusal(const FactKey& key, QueryError::Kind kind) {
  const std::string what = format("what the database knows of the {}", name_of(key.kind));
  const bool late = kind == QueryError::Kind::kTimeout;
  return {Code::overloaded, what + (late ? " did not come in time" : " cannot be had now")};
}

}  // namespace

Result<std::unique_ptr<PlatformSource>> PlatformSource::open(const Config::Database& settings) {
  Result<std::string> connection =
      connection_string("database.url", settings.url, settings.query_ms);
  if (!connection) return fail(connection.error());
  return std::unique_ptr<PlatformSource>(new PlatformSource(*std::move(connection), settings));
}

Result<void> PlatformSource::check() {
  std::promise<Answer<Fact>> checked;
  std::future<Answer<Fact>> outcome = checked.get_future();
  pool_.submit([](PlatformConnection& connection,
                  std::uint64_t timeout_ms) { return connection.check(timeout_ms); },
               [&checked](Answer<Fact> answer) { checked.set_value(std::move(answer)); });
  const Answer<Fact> answer = outcome.get();
  if (answer) return {};
  const bool wrong = answer.error().kind == QueryError::Kind::kRefused;
  return fail(wrong ? Code::bad_configuration : Code::unavailable, answer.error().text);
}

void PlatformSource::load(const FactKey& key, std::function<void(Result<Fact>)> done) {
  if (!may_be_there(key)) return done(Fact());
  pool_.submit([key](PlatformConnection& connection,
                     std::uint64_t timeout_ms) { return connection.load(key, timeout_ms); },
               [kind = key.kind, done = std::move(done)](Answer<Fact> answer) {
                 if (answer) return done(*std::move(answer));
                 done(fail(refusal({kind, {}}, answer.error().kind)));
               });
}

}  // namespace courtside
