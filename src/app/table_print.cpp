#include "app/table_print.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/check.hpp"

namespace scoreline::app {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// U+0300 to U+036F, the combining marks of Latin scripts: they stand on the letter before.
bool combining(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
  return lead == 0xCC || (lead == 0xCD && next >= 0x80 && next <= 0xAF);
}

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool stdout_has_colours() {
  const char* terminal = std::getenv("TERM");
  return is_terminal(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string painted(std::string_view text, Colour colour, bool colours) {
  if (!colours || colour == Colour::none) return std::string(text);
  static constexpr int kCodes[] = {0, 2, 1, 31, 32, 33};
  return fmt::format("\033[{}m{}\033[0m", kCodes[static_cast<std::size_t>(colour)], text);
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!continues(text[i]) && !combining(text, i)) ++width;
  return width;
}

std::string fitted(std::string_view text, std::size_t columns) {
  std::string out;
  const bool cut = width_of(text) > columns;
  const std::size_t room = cut && columns > 0 ? columns - 1 : columns;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wide = !continues(text[i]) && !combining(text, i);
    if (wide && width == room) break;
    if (wide) ++width;
    out.push_back(control(text[i]) ? ' ' : text[i]);
  }
  if (cut && columns > 0) out += "…";
  return out;
}

std::string Table::text(bool colours, std::size_t indent) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(width_of(column.title));
  for (const auto& row : rows_) {
    SCORELINE_CHECK(row.size() == columns_.size(), "a row of a table with other columns");
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i].text));
  }
  std::string out;
  const auto line = [&](const auto& text_of, const auto& colour_of) {
    std::string one(indent, ' ');
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = text_of(i);
      const std::string blanks(widths[i] - width_of(cell), ' ');
      if (i > 0) one += "  ";
      if (columns_[i].right) one += blanks;
      one += painted(cell, colour_of(i), colours);
      if (!columns_[i].right && i + 1 < columns_.size()) one += blanks;
    }
    one.erase(one.find_last_not_of(' ') + 1);
    out += one + '\n';
  };
  line([&](std::size_t i) -> const std::string& { return columns_[i].title; }, [](std::size_t) { return Colour::dim; });
  for (const auto& row : rows_)
    line([&](std::size_t i) -> const std::string& { return row[i].text; }, [&](std::size_t i) { return row[i].colour; });
  return out;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string duration_text(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 2 * 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 2 * 86'400) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86'400);
}

std::string counted(std::int64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(n), n == 1 ? one : many);
}

}  // namespace scoreline::app
