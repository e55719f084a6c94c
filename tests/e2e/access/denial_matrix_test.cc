// Goal: every role at every door of every kind of channel gets what the platform's table says, and
// nothing else; against a real PostgreSQL, in both shapes of its tables.
//
// What is expected stands here as it was read from the table, not as the server would compute it.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/access/support/doors.h"
#include "tests/e2e/access/support/platform.h"
#include "tests/e2e/access/support/standings.h"

namespace courtside::e2e {
namespace {

// Of each row, for each channel: R by every door; H by asking for history only; . by none.
//
//   user     of the caller, of another
//   booking  of the caller, of another at a venue that is not the caller's, of another where the
//            caller works
//   venue    that the caller owns, where it works, with which it has nothing to do
//   avail    availability of a venue with which it has nothing to do
//   chat     a room it is in, one that it is not in, one of support that it is not in
//   ticket   it opened, it is assigned to, neither
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

// There is no table of bookings, and none of who works for a venue: whose booking it is, and where
// somebody works, nobody can know.
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

// What may be published there: of an account its own notifications' being read, and messages where
// it is a participant.
//                             user booking venue avail chat ticket ops   all
const std::string kAccount = "R.   ...     ...   .     R..  ...    ....  ..";
const std::string kService = "RR   RRR     RRR   R     RRR  RRR    RRRR  RR";
const std::string kNobody = "..   ...     ...   .     ...  ...    ....  ..";

const std::string& publishes_of(const std::string& who) {
  if (who == "(service)") return kService;
  return who.front() == '(' ? kNobody : kAccount;
}

// The id of the account, and for those without one a name that stands in its place.
std::string id_of(const std::string& who) {
  if (who.front() != '(') return account_of(who);
  return who == "(service)"    ? "http-backend"
         : who == "(no token)" ? "anonymous"
                               : "account-" + who.substr(1, who.size() - 2);
}

// The row less its blanks.
std::string cells(const std::string& row) {
  std::string out;
  for (const char c : row) {
    if (c != ' ') out += c;
  }
  return out;
}

// A row as one door must answer it.
std::string at_door(const std::string& row, bool is_history) {
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
    Doors doors(server_->port(), credential(row.who));

    const std::string live = ask(columns, [&](std::size_t i) {
      return doors.live(static_cast<int>(i + 1), columns[i].channel);
    });
    EXPECT_EQ(live, at_door(row.reads, false)) << "live";
    const std::vector<std::string> positions = publish_probes(columns);
    hear(doors, columns, live);

    const auto each = [&](const char* door, bool is_history, auto asked) {
      EXPECT_EQ(ask(columns, asked), at_door(row.reads, is_history)) << door;
    };
    each("resume", false, [&](std::size_t i) { return doors.resume(columns[i].channel, before); });
    each("page", true, [&](std::size_t i) { return doors.page(columns[i].channel, before); });
    each("sse", false, [&](std::size_t i) { return doors.sse(columns[i].channel, before); });
    std::string events = ask(columns, [&](std::size_t i) { return doors.event(positions[i]); });
    EXPECT_EQ(events, at_door(row.reads, true)) << "single event";
    const std::string published = ask(columns, [&](std::size_t i) {
      Draft draft = columns[i].publish;
      draft.id = row.who + std::to_string(i);
      return doors.publish(draft);
    });
    EXPECT_EQ(published, cells(publishes_of(row.who))) << "publish";
  }

 private:
  // The answers as a row; one that is neither yes nor a proper no is a `?` and said in words.
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

  // An event for each column's channel alone. That of the patterns reaches only who may see all.
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

  // Each live subscription hears of the event on its channel, and of no other.
  void hear(Doors& doors, const std::vector<Column>& columns, const std::string& live) {
    std::set<int> subs;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (live[i] == 'R') subs.insert(static_cast<int>(i + 1));
    }
    const auto heard = doors.hear(subs);
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
