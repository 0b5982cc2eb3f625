#pragma once
/// Tables and colours for people. Pure but for is_terminal(); colours are left out unless asked for.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scoreline::app {

/// Is standard output a terminal that shows colours (and NO_COLOR not set)?
bool stdout_has_colours();
/// Is this file descriptor a terminal?
bool is_terminal(int descriptor);

enum class Colour : std::uint8_t { none, dim, bold, red, green, yellow };
std::string painted(std::string_view text, Colour colour, bool colours);

/// How many columns of a terminal the UTF-8 text takes (one per code point; combining marks take none).
std::size_t width_of(std::string_view text);
/// At most `columns` wide, ending in "…" where something was cut; control characters become blanks.
std::string fitted(std::string_view text, std::size_t columns);

/// Columns as wide as their widest cell. Numbers to the right, words to the left; the last column is not padded.
class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  /// Titles and rows, each ending with a line feed; `indent` blanks before every line.
  std::string text(bool colours, std::size_t indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// 1234567 -> "1,234,567".
std::string grouped(std::int64_t number);
/// Seconds for people: "4 s", "3 min", "2 h", "5 d".
std::string duration_text(std::int64_t seconds);
/// "1 lane", "2 lanes".
std::string counted(std::int64_t n, std::string_view one, std::string_view many);

}  // namespace scoreline::app
