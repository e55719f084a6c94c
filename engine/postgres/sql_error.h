// The exceptions of libpqxx as messages of ours. Internal to this folder. Threads: any; no state.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <string_view>

namespace courtside {

constexpr std::string_view kQueryCanceled = "57014";  // SQLSTATE, appendix A of PostgreSQL's manual

// The first line of the server's message, without its prefix and the lines that show the query.
std::string first_line(std::string_view text);

// The part that may be logged. Messages about data quote the data, which callers choose.
std::string message_of(const pqxx::sql_error& error);

// True when the same statement may succeed later: the server lacks a resource, or shuts down.
bool is_passing(const pqxx::sql_error& error);

// libpqxx would reconnect a lost connection within a call, with a socket that nobody watches.
void never_reopen(pqxx::connection& connection);

}  // namespace courtside
