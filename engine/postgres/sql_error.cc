#include "engine/postgres/sql_error.h"

#include <algorithm>

namespace courtside {
namespace {

// Classes of SQLSTATE: a connection, insufficient resources, an operator's intervention, the
// system.
constexpr std::string_view kPassing[] = {"08", "53", "57", "58"};
constexpr std::string_view kLockNotAvailable = "55P03";
constexpr std::string_view kInUse = "55006";    // a replication slot that another one reads
constexpr std::string_view kRolledBack = "40";  // serialization failures and deadlocks
constexpr std::string_view kDataErrors = "22";

std::string_view class_of(const std::string& state) { return std::string_view(state).substr(0, 2); }

}  // namespace

std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  constexpr std::string_view kPrefix = "ERROR:";
  if (text.substr(0, kPrefix.size()) == kPrefix) text.remove_prefix(kPrefix.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::string(text);
}

std::string message_of(const pqxx::sql_error& error) {
  const std::string& state = error.sqlstate();
  if (class_of(state) == kDataErrors) return "a data error, SQLSTATE " + state;
  return first_line(error.what());
}

bool is_passing(const pqxx::sql_error& error) {
  const std::string& state = error.sqlstate();
  return state == kLockNotAvailable || state == kInUse || class_of(state) == kRolledBack ||
         std::find(std::begin(kPassing), std::end(kPassing), class_of(state)) != std::end(kPassing);
}

void never_reopen(pqxx::connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // as is what it prevents
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

}  // namespace courtside
