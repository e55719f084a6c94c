// What libpqxx throws, in our words. Internal to this folder. Threads: any; no state.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <string_view>

namespace courtside {

constexpr std::string_view kQueryCanceled = "57014";  // SQLSTATE, appendix A of PostgreSQL's manual

// The server's message less its prefix and less the lines that draw the query.
std::string first_line(std::string_view text);

// What may be logged of it. Errors about data quote it, and callers choose what is asked for.
std::string words_of(const pqxx::sql_error& error);

// Whether the same may go well later: the server lacks something now, or goes down.
bool is_passing(const pqxx::sql_error& error);

// pqxx would open a lost connection again in the middle of things, with another socket than the
// one that is watched.
void never_reopen(pqxx::connection& connection);

}  // namespace courtside
