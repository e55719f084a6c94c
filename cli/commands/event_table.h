// Events as a table for people, as `tail` and `history` print them. On a narrow terminal the day
// stands in a line of its own, where it changes, and each row has the time of day.
//
//   EventTable table(command.table, 100);
//   print(table.add(position, ServerWords(event)));
//   print(table.finish());
//
// Threads: the main one.
#pragma once

#include <cstddef>
#include <string>

#include "cli/arguments/command_line.h"
#include "cli/commands/command_client.h"
#include "cli/terminal/table.h"
#include "cli/terminal/zone.h"

namespace courtside {

class EventTable {
 public:
  // `rows_kept`: as of Table.
  EventTable(const TableOptions& options, std::size_t rows_kept);

  std::string add(const std::string& position, const ServerWords& event);
  std::string finish() { return table_.finish(); }

 private:
  const Screen screen_;
  const Zone zone_;
  const bool is_narrow_;
  std::string day_;
  Table table_;
};

}  // namespace courtside
