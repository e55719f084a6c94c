// The one table of all commands: a line of heads, and rows that fit the terminal. No row is wider
// than the screen, so none wraps.
//
//   Table table({{.head = "POSITION", .fit = Fit::kWhole}, {.head = "DATA", .fit = Fit::kRest}},
//               screen, {.rows_kept = 100});
//   print(table.add({position, data}));   // the lines that are ready, possibly none
//   print(table.finish());                // the others
//
// The table keeps the first rows and makes each column as wide as its head, its `width` and most of
// the kept cells need. When more rows come than are kept, the widths are fixed and rows go out as
// they come. A cell that is wider than its column takes the room from the columns behind it, in its
// row alone.
//
// Where the rows are too wide for the screen, the columns give way in this order:
//   1. kRest columns become narrower, then kCut columns, down to their `min_width`;
//   2. kRest columns are left out;
//   3. kWhole columns get at most half of the screen, and longer cells take their room in their
//   row;
//   4. kWhole columns are left out, from the right. The first column stays.
// When a column is left out, the others get its room. Without a limit nothing is cut.
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal/screen.h"

namespace courtside {

enum class Fit : std::uint8_t {
  kWhole,  // what people copy, as positions and ids: whole, or not there (`…`)
  kCut,    // cut with `…` where it must be
  kRest,   // free text: takes what is left; the last column alone
};

enum class Paint : std::uint8_t { kPlain, kBold, kDim, kRed, kGreen, kYellow, kCyan };

// The text in that colour where there are colours.
std::string painted(const std::string& text, Paint paint, bool color);

struct Column {
  std::string head;
  Fit fit = Fit::kCut;
  std::size_t width = 0;      // at least, where there is room
  std::size_t min_width = 8;  // of kCut and kRest: not cut to less while other columns can give way
  bool is_number = false;     // on the right
  Paint paint = Paint::kPlain;
};

struct Cell {
  // NOLINTNEXTLINE(google-explicit-constructor): a row is a list of texts
  Cell(std::string content, Paint how = Paint::kPlain) : text(std::move(content)), paint(how) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Cell(const char* content) : text(content) {}
  std::string text;             // as for_terminal() makes it
  Paint paint = Paint::kPlain;  // kPlain: that of the column
};
using Row = std::vector<Cell>;

class Table {
 public:
  struct Options {
    std::size_t rows_kept = SIZE_MAX;  // 0: nothing waits for a row that may never come
    bool has_head = true;
  };
  Table(std::vector<Column> columns, Screen screen, Options options);
  Table(std::vector<Column> columns, Screen screen);

  // REQUIRES: as many cells as columns.
  std::string add(Row row);
  // A line of its own within the table, cut where it is too wide.
  std::string add_note(std::string text, Paint paint = Paint::kPlain);
  // What is kept, also the heads of a table without rows. Rows may still be added.
  std::string finish();

 private:
  struct Line {
    Row row;  // empty: `note` is meant
    std::string note;
    Paint paint = Paint::kPlain;
  };
  using Widths = std::vector<std::size_t>;
  static constexpr std::size_t kGone = SIZE_MAX;

  std::string add_line(Line line);
  std::string lay_out();
  Widths natural_widths() const;
  Widths cell_widths(double share) const;
  void make_fit(Widths& widths) const;
  bool fits_with_short_ids(Widths& widths, const Widths& natural) const;
  std::size_t total(const Widths& widths) const;
  std::size_t excess(const Widths& widths) const;
  void narrow(Widths& widths, Fit fit, bool to_nothing) const;
  void give_up_long_ids(const Row& row, Widths& widths) const;
  Widths row_widths(const Row& row) const;
  std::string text_of(const Line& line) const;
  std::string row_text(const Row& row, const Widths& widths, Paint paint) const;

  const std::vector<Column> columns_;
  const Screen screen_;
  const Options options_;
  bool is_laid_out_ = false;
  Widths widths_;  // kGone: the column is not there
  std::vector<Line> kept_;
};

}  // namespace courtside
