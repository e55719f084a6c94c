#include "cli/terminal/table.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "cli/terminal/text_width.h"

namespace courtside {
namespace {

constexpr std::size_t kBetween = 2;  // columns stand so far apart
constexpr std::size_t kRestLeast = 4;

std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::kPlain: return "";
    case Paint::kBold: return "\x1b[1m";
    case Paint::kDim: return "\x1b[2m";
    case Paint::kRed: return "\x1b[31m";
    case Paint::kGreen: return "\x1b[32m";
    case Paint::kYellow: return "\x1b[33m";
    case Paint::kCyan: return "\x1b[36m";
  }
  return "";
}

}  // namespace

std::string painted(const std::string& text, Paint paint, bool color) {
  if (!color || paint == Paint::kPlain || text.empty()) return text;
  return format("{}{}\x1b[0m", code_of(paint), text);
}

Table::Table(std::vector<Column> columns, Screen screen)
    : Table(std::move(columns), screen, Options()) {}
Table::Table(std::vector<Column> columns, Screen screen, Options options)
    : columns_(std::move(columns)), screen_(screen), options_(options) {}

std::string Table::add(Row row) { return add_line({.row = std::move(row), .note = {}}); }

std::string Table::add_note(std::string text, Paint paint) {
  return add_line({.row = {}, .note = std::move(text), .paint = paint});
}

std::string Table::add_line(Line line) {
  if (is_laid_out_) return text_of(line);
  kept_.push_back(std::move(line));
  return kept_.size() > options_.rows_kept ? lay_out() : std::string();
}

std::string Table::finish() { return is_laid_out_ ? std::string() : lay_out(); }

std::string Table::lay_out() {
  widths_ = natural_widths();
  make_fit(widths_);
  is_laid_out_ = true;
  std::string out;
  if (options_.has_head) {
    Row heads;
    for (const Column& column : columns_) heads.emplace_back(column.head, Paint::kBold);
    out = row_text(heads, widths_, Paint::kBold);
  }
  for (const Line& line : std::exchange(kept_, {})) out.append(text_of(line));
  return out;
}

// The widest cells; where they do not all fit although text and types give what they can, those of
// nine rows in ten: a single long id must not make every other row narrow.
Table::Widths Table::natural_widths() const {
  const Widths widths = cell_widths(1.0);
  Widths least = widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].fit == Fit::kWhole) continue;
    const bool is_rest = columns_[i].fit == Fit::kRest;
    least[i] = is_rest ? columns_[i].min_width : std::min(least[i], columns_[i].min_width);
  }
  return excess(least) > 0 ? cell_widths(0.9) : widths;
}

Table::Widths Table::cell_widths(double share) const {
  Widths widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Widths cells;
    for (const Line& line : kept_) {
      if (!line.row.empty()) cells.push_back(text_width(line.row[i].text));
    }
    std::sort(cells.begin(), cells.end());
    const double last = cells.empty() ? 0 : static_cast<double>(cells.size() - 1);
    const std::size_t head = options_.has_head ? text_width(columns_[i].head) : 0;
    const std::size_t cell = cells.empty() ? 0 : cells[static_cast<std::size_t>(last * share)];
    widths.push_back(std::max({columns_[i].width, head, cell}));
  }
  return widths;
}

std::size_t Table::total(const Widths& widths) const {
  std::size_t sum = 0;
  for (const std::size_t width : widths) {
    if (width != kGone) sum += (sum > 0 ? kBetween : 0) + width;
  }
  return sum;
}

std::size_t Table::excess(const Widths& widths) const {
  const std::size_t sum = total(widths);
  return screen_.columns > 0 && sum > screen_.columns ? sum - screen_.columns : 0;
}

// Takes from the widest column of that kind first.
void Table::narrow(Widths& widths, Fit fit, bool to_nothing) const {
  for (std::size_t over = excess(widths); over > 0; over = excess(widths)) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::size_t least = to_nothing ? 1 : columns_[i].min_width;
      if (columns_[i].fit != fit || widths[i] == kGone || widths[i] <= least) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) return;
    --widths[widest];
  }
}

void Table::make_fit(Widths& widths) const {
  if (screen_.columns == 0) return;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].fit == Fit::kRest) widths[i] = std::max(widths[i], columns_[i].min_width);
  }
  Widths natural = widths;
  narrow(widths, Fit::kRest, false);
  narrow(widths, Fit::kCut, false);
  // Each time a column goes, the others begin again with what they would like to have.
  for (const Fit fit : {Fit::kRest, Fit::kWhole}) {
    for (std::size_t i = columns_.size(); excess(widths) > 0 && i-- > 1;) {
      if (columns_[i].fit != fit) continue;
      if (fit == Fit::kWhole && fits_with_short_ids(widths, natural)) return;
      natural[i] = kGone;
      widths = natural;
      narrow(widths, Fit::kCut, false);
    }
  }
  for (const Fit fit : {Fit::kRest, Fit::kCut, Fit::kWhole}) narrow(widths, fit, true);
}

// Whether no column has to go where none of ids takes more than half of the screen: a longer id
// takes its room in its own row. The widths are those then.
bool Table::fits_with_short_ids(Widths& widths, const Widths& natural) const {
  Widths shorter = natural;
  for (std::size_t i = 1; i < columns_.size(); ++i) {
    if (columns_[i].fit == Fit::kWhole && shorter[i] != kGone) {
      shorter[i] = std::min(shorter[i], screen_.columns / 2);
    }
  }
  narrow(shorter, Fit::kCut, false);
  if (excess(shorter) > 0) return false;
  widths = std::move(shorter);
  return true;
}

// Those that do not fit in although all others give what they can: of them `…` is left.
void Table::give_up_long_ids(const Row& row, Widths& widths) const {
  Widths least = widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (least[i] == kGone) continue;
    const std::size_t wanted = text_width(row[i].text);
    const bool is_whole = columns_[i].fit == Fit::kWhole;
    least[i] = std::min({least[i], wanted, is_whole ? wanted : columns_[i].min_width});
    if (columns_[i].fit == Fit::kRest) least[i] = kGone;
  }
  // Nothing stands for empty cells at the end.
  for (std::size_t i = columns_.size(); i-- > 1 && (least[i] == kGone || least[i] == 0);) {
    least[i] = kGone;
  }
  for (std::size_t i = columns_.size(); excess(least) > 0 && i-- > 1;) {
    if (columns_[i].fit != Fit::kWhole || least[i] == kGone || least[i] <= 1) continue;
    least[i] = 1;
    widths[i] = widths[i] > widths_[i] ? widths_[i] : 1;
  }
}

// The table's, where the cells fit in. Of a column that must go for this row `…` is left.
Table::Widths Table::row_widths(const Row& row) const {
  Widths widths = widths_;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (widths[i] == kGone) continue;
    if (columns_[i].fit == Fit::kWhole || screen_.columns == 0)
      widths[i] = std::max(widths[i], text_width(row[i].text));
  }
  if (screen_.columns == 0) return widths;
  give_up_long_ids(row, widths);
  if (columns_.back().fit == Fit::kRest && widths.back() != kGone) {
    // What the others leave; less than a few characters say nothing.
    const std::size_t others = total(widths) - widths.back();
    const std::size_t left = screen_.columns > others ? screen_.columns - others : 0;
    widths.back() = left < kRestLeast ? kGone : left;
  }
  // First the blanks behind the cells go, from the right, and then the cells.
  bool is_last = true;
  for (std::size_t i = columns_.size(); excess(widths) > 0 && i-- > 0;) {
    if (widths[i] == kGone) continue;
    const std::size_t wanted = text_width(row[i].text);
    if (is_last && wanted == 0) {
      widths[i] = kGone;
      continue;
    }
    is_last = false;
    const std::size_t spare = widths[i] - std::min(widths[i], wanted);
    widths[i] -= std::min(spare, excess(widths));
  }
  narrow(widths, Fit::kCut, false);
  narrow(widths, Fit::kCut, true);
  for (std::size_t i = columns_.size(); excess(widths) > 0 && i-- > 1;) {
    if (columns_[i].fit == Fit::kWhole && widths[i] != kGone) widths[i] = 1;
  }
  narrow(widths, Fit::kWhole, true);
  return widths;
}

std::string Table::text_of(const Line& line) const {
  if (!line.row.empty()) return row_text(line.row, row_widths(line.row), Paint::kPlain);
  const std::size_t width = screen_.columns == 0 ? std::string::npos - 2 : screen_.columns;
  return painted(cut_to_width(line.note, width), line.paint, screen_.color) + "\n";
}

std::string Table::row_text(const Row& row, const Widths& widths, Paint paint) const {
  std::string out;
  std::size_t blanks = 0;  // that stand before the next text; none stand at a line's end
  bool is_first = true;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (widths[i] == kGone) continue;
    if (!std::exchange(is_first, false)) blanks += kBetween;
    const bool is_whole = columns_[i].fit == Fit::kWhole && paint == Paint::kPlain && i > 0;
    std::string text = cut_to_width(row[i].text, widths[i]);
    if (is_whole && text != row[i].text) text = "…";
    const std::size_t pad = widths[i] - text_width(text);
    if (columns_[i].is_number) blanks += pad;
    if (!text.empty()) {
      out.append(std::exchange(blanks, 0), ' ');
      const Paint own = row[i].paint == Paint::kPlain ? columns_[i].paint : row[i].paint;
      out.append(painted(text, paint == Paint::kPlain ? own : paint, screen_.color));
    }
    if (!columns_[i].is_number) blanks += pad;
  }
  return out + "\n";
}

}  // namespace courtside
