// Goal: for every role, interface and kind of channel the server allows exactly what the platform's
// table says; with a real PostgreSQL, in both shapes of its tables.
//
// The expected results are copied from the table, not computed as the server would.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/access/support/entry_points.h"
#include "tests/e2e/access/support/platform.h"
#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {
namespace {

// One letter per channel: R: all interfaces; H: only history queries; . none.
//
//   user     the caller's own, another's
//   booking  the caller's, another's at a foreign venue, another's at a venue where the caller
//   works venue    one that the caller owns, one where it works, a foreign one avail availability
//   of a foreign venue chat     a room with the caller, one without it, a support room without it
//   ticket   opened by the caller, assigned to it, neither
//   ops      bookings finance venues care
//   all      * booking:*
struct Row {
  std::string who;
  std::string reads;
};
using Table = std::vector<Row>;

const Table kFull = {
    //                           user booking venue avail chat ticket ops   all
    {"USER", /*               */ "R.   R..     ...   R     R..  RR.    ....  .."},
    {"VENUE_OWNER", /*        */ "R.   ..R     RR.   R     R..  RR.    ....  .."},
    {"ADDITIONAL_VENUE_MANAGER", "R.   ..R     RR.   R     R..  RR.    ....  .."},
    {"OPERATIONS_MANAGER", /* */ "R.   ..R     RR.   R     R..  RR.    ....  .."},
    {"BOOKING_MANAGER", /*    */ "R.   ..R     RR.   R     R..  RR.    ....  .."},
    {"BMSP_BOOKINGS_ADMIN", /**/ "R.   RRR     RRR   R     R..  RR.    R.R.  .."},
    {"BMSP_CUSTOMER_CARE", /* */ "RH   RRR     RRR   R     R.R  RRR    R.RR  .."},
    {"BMSP_FINANCE_ADMIN", /* */ "R.   RRR     RRR   R     R..  RR.    RRR.  .."},
    {"BMSP_VENUES_ADMIN", /*  */ "R.   ...     ...   R     R..  RR.    ..R.  .."},
    {"REGIONAL_ADMIN", /*     */ "R.   ...     ...   R     R..  RR.    ....  .."},
    {"BMSP_ADMIN", /*         */ "RH   RRR     RRR   R     R.R  RRR    R.RR  .."},
    {"BMSP_SUPER_ADMIN", /*   */ "RR   RRR     RRR   R     RRR  RRR    RRRR  RR"},
    {"AUDITOR", /*            */ "RR   RRR     RRR   R     RRR  RRR    RRRR  RR"},
    {"SYSTEM", /*             */ "RH   RRR     RRR   R     R.R  RRR    RRRR  .."},
    {"ANONYMOUS", /*          */ "R.   ...     ...   R     R..  RR.    ....  .."},
    {"(no token)", /*         */ "..   ...     ...   R     ...  ...    ....  .."},
    {"(service)", /*          */ "..   ...     ...   R     ...  ...    ....  .."},
    {"(deleted)", /*          */ "..   ...     ...   .     ...  ...    ....  .."},
    {"(locked)", /*           */ "..   ...     ...   .     ...  ...    ....  .."},
    {"(suspended)", /*        */ "..   ...     ...   .     ...  ...    ....  .."},
    {"(unknown)", /*          */ "..   ...     ...   .     ...  ...    ....  .."},
};

// The tables of bookings and of venue staff are missing, so whose booking it is and who works where
// is unknown.
const Table kMigration = {
    //                           user booking venue avail chat ticket ops   all
    {"USER", /*               */ "R.   ...     ...   R     R..  RR.    ....  .."},
    {"VENUE_OWNER", /*        */ "R.   ...     R..   R     R..  RR.    ....  .."},
    {"ADDITIONAL_VENUE_MANAGER", "R.   ...     R..   R     R..  RR.    ....  .."},
    {"OPERATIONS_MANAGER", /* */ "R.   ...     R..   R     R..  RR.    ....  .."},
    {"BOOKING_MANAGER", /*    */ "R.   ...     R..   R     R..  RR.    ....  .."},
    {"BMSP_BOOKINGS_ADMIN", /**/ "R.   RRR     RRR   R     R..  RR.    R.R.  .."},
    {"BMSP_CUSTOMER_CARE", /* */ "RH   RRR     RRR   R     R.R  RRR    R.RR  .."},
    {"BMSP_FINANCE_ADMIN", /* */ "R.   RRR     RRR   R     R..  RR.    RRR.  .."},
    {"BMSP_VENUES_ADMIN", /*  */ "R.   ...     ...   R     R..  RR.    ..R.  .."},
    {"REGIONAL_ADMIN", /*     */ "R.   ...     ...   R     R..  RR.    ....  .."},
    {"BMSP_ADMIN", /*         */ "RH   RRR     RRR   R     R.R  RRR    R.RR  .."},
    {"BMSP_SUPER_ADMIN", /*   */ "RR   RRR     RRR   R     RRR  RRR    RRRR  RR"},
    {"AUDITOR", /*            */ "RR   RRR     RRR   R     RRR  RRR    RRRR  RR"},
    {"SYSTEM", /*             */ "RH   RRR     RRR   R     R.R  RRR    RRRR  .."},
    {"ANONYMOUS", /*          */ "R.   ...     ...   R     R..  RR.    ....  .."},
    {"(no token)", /*         */ "..   ...     ...   R     ...  ...    ....  .."},
    {"(service)", /*          */ "..   ...     ...   R     ...  ...    ....  .."},
    {"(deleted)", /*          */ "..   ...     ...   .     ...  ...    ....  .."},
    {"(locked)", /*           */ "..   ...     ...   .     ...  ...    ....  .."},
    {"(suspended)", /*        */ "..   ...     ...   .     ...  ...    ....  .."},
    {"(unknown)", /*          */ "..   ...     ...   .     ...  ...    ....  .."},
};

// Who may publish there: accounts that their own notifications were read, and messages in their
// rooms.
//                             user booking venue avail chat ticket ops   all
const std::string kAccount = "R.   ...     ...   .     R..  ...    ....  ..";
const std::string kService = "RR   RRR     RRR   R     RRR  RRR    RRRR  RR";
const std::string kNobody = "..   ...     ...   .     ...  ...    ....  ..";

const std::string& publishes_of(const std::string& who) {
  if (who == "(service)") return kService;
  return who.front() == '(' ? kNobody : kAccount;
}

// The account's id; for callers without one, a substitute.
std::string id_of(const std::string& who) {
  if (who.front() != '(') return account_of(who);
  return who == "(service)"    ? "http-backend"
         : who == "(no token)" ? "anonymous"
                               : "account-" + who.substr(1, who.size() - 2);
}

// The row without blanks.
std::string cells(const std::string& row) {
  std::string out;
  for (const char c : row) {
    if (c != ' ') out += c;
  }
  return out;
}

// The row as one interface must answer it.
std::string at_endpoint(const std::string& row, bool is_history) {
  std::string out = cells(row);
  for (char& c : out) {
    if (c == 'H') c = is_history ? 'R' : '.';
  }
  return out;
}

class Matrix {
 public:
  explicit Matrix(PlatformShape shape) : platform_(shape) {
    platform_.sql(standings_sql(shape));
    server_ = std::make_unique<ServerProcess>(platform_.flags());
    backend_ = std::make_unique<HttpClient>(server_->port(), bearer(kServiceKey));
    append(*backend_, events_of_others());
  }
  ~Matrix() {
    backend_->close();
    EXPECT_EQ(server_->terminate(), 0) << server_->process().output();
  }

  void check(const Row& row) {
    SCOPED_TRACE(row.who);
    const std::string id = id_of(row.who);
    const std::vector<Column> columns = columns_of(id);
    append(*backend_, events_of(id));
    HttpClient anyone(server_->port());
    const std::string before = read_head_place(anyone, "channel=availability:none&").text();
    EntryPoints entry_points(server_->port(), credential(row.who));

    const std::string live = ask(columns, [&](std::size_t i) {
      return entry_points.live(static_cast<int>(i + 1), columns[i].channel);
    });
    EXPECT_EQ(live, at_endpoint(row.reads, false)) << "live";
    const std::vector<std::string> positions = publish_probes(columns);
    hear(entry_points, columns, live);

    const auto each = [&](const char* endpoint, bool is_history, auto asked) {
      EXPECT_EQ(ask(columns, asked), at_endpoint(row.reads, is_history)) << endpoint;
    };
    each("resume", false,
         [&](std::size_t i) { return entry_points.resume(columns[i].channel, before); });
    each("page", true,
         [&](std::size_t i) { return entry_points.page(columns[i].channel, before); });
    each("sse", false, [&](std::size_t i) { return entry_points.sse(columns[i].channel, before); });
    std::string events =
        ask(columns, [&](std::size_t i) { return entry_points.event(positions[i]); });
    EXPECT_EQ(events, at_endpoint(row.reads, true)) << "single event";
    const std::string published = ask(columns, [&](std::size_t i) {
      Draft draft = columns[i].publish;
      draft.id = row.who + std::to_string(i);
      return entry_points.publish(draft);
    });
    EXPECT_EQ(published, cells(publishes_of(row.who))) << "publish";
  }

 private:
  // The answers as a row; `?` for an answer that is neither an acceptance nor a proper refusal,
  // with a description.
  template <typename Ask>
  static std::string ask(const std::vector<Column>& columns, Ask ask) {
    std::string row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string answer = ask(i);
      row += answer.size() == 1 ? answer : "?";
      if (answer.size() != 1) ADD_FAILURE() << columns[i].channel << ": " << answer;
    }
    return row;
  }

  std::string credential(const std::string& who) const {
    if (who == "(no token)") return "";
    return who == "(service)" ? kServiceKey : platform_.token(id_of(who));
  }

  // One event for each column's channel only. The event for a pattern is only visible to readers of
  // everything.
  std::vector<std::string> publish_probes(const std::vector<Column>& columns) {
    const std::string round = std::to_string(++round_);
    std::vector<Draft> drafts;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      Draft draft{.id = "probe-" + round + "-" + std::to_string(i), .subject = "probe:" + round};
      if (columns[i].channel.back() != '*') draft.channels = {columns[i].channel};
      drafts.push_back(draft);
    }
    std::vector<std::string> positions;
    for (const Json& result : append(*backend_, drafts)) {
      positions.push_back(result["position"].text());
    }
    return positions;
  }

  // Each live subscription receives the event of its channel and no other.
  void hear(EntryPoints& entry_points, const std::vector<Column>& columns,
            const std::string& live) {
    std::set<int> subs;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (live[i] == 'R') subs.insert(static_cast<int>(i + 1));
    }
    const auto heard = entry_points.hear(subs);
    for (const auto& [sub, ids] : heard) {
      const std::size_t i = static_cast<std::size_t>(sub - 1);
      if (columns[i].channel == "*") {
        EXPECT_EQ(ids.size(), columns.size());
      } else if (columns[i].channel == "booking:*") {
        EXPECT_EQ(ids.size(), 3u);
      } else {
        EXPECT_EQ(ids, std::set<std::string>(
                           {"probe-" + std::to_string(round_) + "-" + std::to_string(i)}))
            << columns[i].channel;
      }
    }
  }

  Platform platform_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<HttpClient> backend_;
  int round_ = 0;
};

TEST(DenialMatrix, EveryRoleAtEveryDoor) {
  Matrix matrix(PlatformShape::kFull);
  for (const Row& row : kFull) matrix.check(row);
}

TEST(DenialMatrix, EveryRoleAtEveryDoorWhereTablesAreMissing) {
  Matrix matrix(PlatformShape::kMigration);
  for (const Row& row : kMigration) matrix.check(row);
}

}  // namespace
}  // namespace courtside::e2e
