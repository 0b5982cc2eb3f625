/// Mappings from TOML.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "producers/erp_mapping.hpp"
#include "wire/rulebook_toml_table.hpp"
#include "wire/rulebook_toml_tree.hpp"

namespace scoreline::producers {
namespace {

using wire::ErpField;
using wire::ErpType;
using wire::Need;
using wire::Problems;
using wire::Table;
using wire::TomlNode;
using Kind = wire::TomlNode::Kind;

/// What a whole mapping, a [[file]] and a field may say about reading texts; the inner one wins.
struct Manner {
  std::string source;
  std::string dates = "YYYY-MM-DD", timezone = "UTC";
  DecimalStyle decimals = DecimalStyle::point;
  ErpEncoding encoding = ErpEncoding::utf8;
  char delimiter = '\0';
  std::vector<std::string> yes{"true", "1", "yes", "y", "ja", "j", "x"};
  std::vector<std::string> no{"false", "0", "no", "n", "nein"};
  ErpTimes times;
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

std::optional<std::vector<std::string>> words(Table& table, std::string_view key) {
  const TomlNode* found = table.find(key, Kind::array);
  if (found == nullptr) return std::nullopt;
  std::vector<std::string> out;
  for (const TomlNode& word : found->children) {
    if (word.kind == Kind::string)
      out.push_back(lower(word.text));
    else
      table.problems().at_value(word, fmt::format("{} is a list of strings", table.label(key)));
  }
  return out;
}

void read_decimals(Table& table, DecimalStyle& style) {
  static constexpr std::string_view kStyles[] = {"point", "comma"};
  if (const auto choice = table.choice("decimals", kStyles))
    style = *choice == 1 ? DecimalStyle::comma : DecimalStyle::point;
}

void read_times(Table& table, Manner& manner) {
  const auto dates = table.text("dates");
  const auto zone = table.text("timezone");
  if (!dates && !zone) return;
  if (dates) manner.dates = *dates;
  if (zone) manner.timezone = *zone;
  const auto times = ErpTimes::make(manner.dates, manner.timezone);
  if (times)
    manner.times = *times;
  else
    table.problems().at_value(*table.find(times.error().code == "zone" && zone ? "timezone" : "dates"),
                              times.error().message);
}

void read_manner(Table& table, Manner& manner) {
  if (auto source = table.text("source")) manner.source = std::move(*source);
  read_times(table, manner);
  read_decimals(table, manner.decimals);
  static constexpr std::string_view kEncodings[] = {"utf-8", "windows-1252"};
  if (const auto choice = table.choice("encoding", kEncodings))
    manner.encoding = *choice == 1 ? ErpEncoding::windows_1252 : ErpEncoding::utf8;
  static constexpr std::string_view kDelimiters[] = {";", ",", "\t"};
  if (const auto choice = table.choice("delimiter", kDelimiters)) manner.delimiter = kDelimiters[*choice].front();
  if (auto yes = words(table, "yes")) manner.yes = std::move(*yes);
  if (auto no = words(table, "no")) manner.no = std::move(*no);
}

/// One [[file]] on its way.
class FileReading {
 public:
  FileReading(Problems& problems, const TomlNode& node, Manner manner)
      : problems_(problems), table_(problems, node, "[[file]]"), manner_(std::move(manner)) {}

  ErpFileMapping read();

 private:
  ErpValue value(const TomlNode& node, ErpType type, std::vector<std::string>& columns, const std::string& what);
  void spelled_out(const TomlNode& node, ErpType type, std::vector<std::string>& columns, const std::string& what,
                   ErpValue& out);
  std::size_t place(const std::string& column, std::vector<std::string>& columns);
  ErpValue whole(std::string_view key, ErpType type, Need need = Need::optional);
  void read_version();
  void read_data();
  void read_lines();
  void check_sums();

  Problems& problems_;
  Table table_;
  Manner manner_;
  ErpFileMapping out_;
};

std::size_t FileReading::place(const std::string& column, std::vector<std::string>& columns) {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
  columns.push_back(column);
  return columns.size() - 1;
}

// "Column", ["Column", "Other"], or a table that says more.
ErpValue FileReading::value(const TomlNode& node, ErpType type, std::vector<std::string>& columns,
                            const std::string& what) {
  ErpValue out;
  out.times = manner_.times;
  out.decimals = manner_.decimals;
  out.yes = manner_.yes;
  out.no = manner_.no;
  if (node.kind == Kind::string && !node.text.empty()) {
    out.from = ErpValue::From::columns;
    out.columns = {place(node.text, columns)};
  } else if (node.kind == Kind::array && (type == ErpType::id || type == ErpType::text)) {
    out.from = ErpValue::From::columns;
    for (const TomlNode& column : node.children) {
      if (column.kind == Kind::string && !column.text.empty())
        out.columns.push_back(place(column.text, columns));
      else
        problems_.at_value(column, fmt::format("{} is a list of column names", what));
    }
    if (out.columns.empty()) problems_.at_value(node, fmt::format("{} names no column", what));
  } else if (node.kind == Kind::table) {
    spelled_out(node, type, columns, what, out);
  } else {
    problems_.at_value(node,
                       fmt::format("{} must be the name of a column, or a table such as {{ column = \"...\" }}", what));
  }
  return out;
}

ErpCell constant_of(const TomlNode& node) {
  ErpCell cell;
  if (node.kind == Kind::string) cell = {ErpCell::Kind::text, node.text};
  if (node.kind == Kind::integer) cell = {ErpCell::Kind::number, std::to_string(node.integer)};
  if (node.kind == Kind::boolean) cell = {ErpCell::Kind::boolean, node.boolean ? "true" : "false"};
  return cell;
}

void FileReading::spelled_out(const TomlNode& node, ErpType type, std::vector<std::string>& columns,
                              const std::string& what, ErpValue& out) {
  Table table(problems_, node, what);
  const TomlNode* column = table.find("column");
  const TomlNode* constant = table.find("value");
  const bool amount = type == ErpType::cents || type == ErpType::credited;
  const auto sum = amount ? table.text("sum") : std::nullopt;
  if ((column != nullptr ? 1 : 0) + (constant != nullptr ? 1 : 0) + (sum ? 1 : 0) != 1)
    problems_.at_value(
        node, fmt::format("{} needs one of `column` and `value`{}", what, amount ? ", or `sum = \"lines\"`" : ""));
  if (column != nullptr) {
    const ErpValue plain = column->kind == Kind::table ? ErpValue() : value(*column, type, columns, what);
    if (column->kind == Kind::table) table.wrong(*column, "the name of a column");
    out.from = ErpValue::From::columns;
    out.columns = plain.columns;
  }
  if (constant != nullptr) {
    out.from = ErpValue::From::constant;
    out.constant = constant_of(*constant);
    if (out.constant.kind == ErpCell::Kind::absent) table.wrong(*constant, "a string, an integer, or true or false");
  }
  if (sum) {
    out.from = ErpValue::From::lines_sum;
    if (*sum != "lines") problems_.at_value(*table.find("sum"), "`sum` can only be of the \"lines\"");
  }
  if (const TomlNode* map = table.find("map", Kind::table)) {
    for (const TomlNode& entry : map->children) {
      if (entry.kind == Kind::string)
        out.translated[entry.key] = entry.text;
      else
        problems_.at_value(entry, fmt::format("`map` of {} has strings only", what));
    }
  }
  if (type == ErpType::flag) {
    auto yes = words(table, "yes"), no = words(table, "no");
    out.yes_alone = yes && !no;
    if (yes) out.yes = std::move(*yes);
    if (no) out.no = std::move(*no);
  }
  if (type == ErpType::date) {
    Manner manner = manner_;
    read_times(table, manner);
    out.times = manner.times;
  }
  if (amount || type == ErpType::number || type == ErpType::integer) read_decimals(table, out.decimals);
  if (amount) {
    static constexpr std::string_view kUnits[] = {"units", "cents"};
    if (const auto unit = table.choice("unit", kUnits)) out.in_cents = *unit == 1;
    if (const TomlNode* negate = table.find("negate", Kind::boolean)) out.negate = negate->boolean;
  }
  table.finish();
}

ErpValue FileReading::whole(std::string_view key, ErpType type, Need need) {
  const TomlNode* node = table_.find(key, need);
  return node == nullptr ? ErpValue() : value(*node, type, out_.columns, table_.label(key));
}

void FileReading::read_version() {
  const TomlNode* node = table_.find("version");
  if (node == nullptr || (node->kind == Kind::string && node->text == "content")) return;
  out_.version = value(*node, ErpType::integer, out_.columns, table_.label("version"));
}

void read_fields(Table& table, std::span<const ErpField> known, const auto& read, std::vector<ErpMappedField>& out) {
  for (const ErpField& field : known) {
    if (field.type == ErpType::lines) continue;
    if (const TomlNode* node = table.find(field.key)) out.push_back({&field, read(*node, field)});
  }
}

void FileReading::read_data() {
  const TomlNode* node = table_.find("data", Kind::table, Need::required);
  if (node == nullptr || out_.kind == nullptr) return;
  Table table(problems_, *node, fmt::format("[file.data] of kind `{}`", out_.kind->name));
  read_fields(
      table, out_.kind->fields,
      [&](const TomlNode& found, const ErpField& field) {
        return value(found, field.type, out_.columns, table.label(field.key));
      },
      out_.data);
  std::erase_if(out_.data, [&](const ErpMappedField& mapped) {
    if (mapped.field->key != "currency") return false;
    problems_.at_key(*table.find("currency"),
                     "the currency of amounts is said beside [file.data], because they are converted by it",
                     "move `currency` to [[file]]");
    return true;
  });
  table.finish();
}

void FileReading::read_lines() {
  const TomlNode* node = table_.find("lines", Kind::table);
  if (node == nullptr) return;
  Table table(problems_, *node, "[file.lines]");
  if (out_.kind != nullptr && out_.kind->name != "order") problems_.at_key(*node, "only orders have lines");
  const auto array = table.text("array");
  out_.lines.mode = array ? ErpLines::Mode::array : ErpLines::Mode::rows;
  if (array) out_.lines.array_column = place(*array, out_.columns);
  read_fields(
      table, wire::kErpLine,
      [&](const TomlNode& found, const ErpField& field) {
        return value(found, field.type, out_.lines.columns, table.label(field.key));
      },
      out_.lines.fields);
  table.finish();
}

void FileReading::check_sums() {
  for (const ErpMappedField& mapped : out_.data) {
    if (mapped.value.from != ErpValue::From::lines_sum) continue;
    const bool summed = std::any_of(out_.lines.fields.begin(), out_.lines.fields.end(),
                                    [](const ErpMappedField& line) { return line.field->key == "netCents"; });
    if (mapped.field->key != "netCents" || !summed)
      problems_.at_key(table_.node(),
                       "a sum of lines needs [file.lines] with `netCents`, and is the `netCents` of the order");
  }
  for (const ErpMappedField& line : out_.lines.fields)
    if (line.value.from == ErpValue::From::lines_sum) problems_.at_key(table_.node(), "a line is no sum of lines");
}

ErpFileMapping FileReading::read() {
  read_manner(table_, manner_);
  if (const auto pattern = table_.text("pattern", Need::required)) out_.pattern = *pattern;
  std::array<std::string_view, wire::kErpKinds.size()> kinds;
  std::transform(wire::kErpKinds.begin(), wire::kErpKinds.end(), kinds.begin(),
                 [](const wire::ErpKind& kind) { return kind.name; });
  if (const auto kind = table_.choice("kind", kinds, Need::required)) out_.kind = &wire::kErpKinds[*kind];
  static constexpr std::string_view kFormats[] = {"ndjson", "csv"};
  if (const auto format = table_.choice("format", kFormats))
    out_.format = *format == 0 ? ErpFormat::ndjson : ErpFormat::csv;
  if (const TomlNode* history = table_.find("history", Kind::boolean)) out_.history = history->boolean;
  out_.source = manner_.source;
  if (out_.source.empty())
    problems_.at_key(table_.node(), "[[file]] has no `source`", "add `source = \"...\"`, the name of the ERP system");
  if (out_.source.find(':') != std::string::npos) problems_.at_key(table_.node(), "`source` must not contain a colon");
  out_.encoding = manner_.encoding;
  out_.delimiter = manner_.delimiter;
  out_.id =
      whole("id", ErpType::id, out_.kind != nullptr && out_.kind->name == "customer" ? Need::optional : Need::required);
  out_.customer = whole("customer", ErpType::id, Need::required);
  if (out_.id.from == ErpValue::From::nothing) out_.id = out_.customer;
  out_.timestamp = whole("timestamp", ErpType::date);
  out_.currency = whole("currency", ErpType::text);
  read_version();
  read_data();
  read_lines();
  check_sums();
  table_.finish();
  return std::move(out_);
}

std::optional<Decimal> rate_of(const TomlNode& node) {
  base::Result<Decimal> rate = base::Error{};
  if (node.kind == Kind::string) rate = parse_decimal(node.text, DecimalStyle::point);
  if (node.kind == Kind::integer) rate = parse_json_decimal(std::to_string(node.integer));
  // The shortest text that reads back as this double is what was written.
  if (node.kind == Kind::real) rate = parse_json_decimal(fmt::format("{}", node.real));
  if (!rate || rate->negative || rate->digits == 0 || digit_count(*rate) > 12) return std::nullopt;
  return *rate;
}

void read_rates(Table& root, std::map<std::string, Decimal>& rates) {
  const TomlNode* node = root.find("rates", Kind::table);
  if (node == nullptr) return;
  for (const TomlNode& entry : node->children) {
    const bool code = entry.key.size() == 3 &&
                      std::all_of(entry.key.begin(), entry.key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!code)
      root.problems().at_key(entry, fmt::format("`{}` is no currency", entry.key),
                             "write its three capital letters, such as CHF");
    if (const auto rate = rate_of(entry))
      rates[entry.key] = *rate;
    else
      root.problems().at_value(
          entry, "a rate is a positive number with at most 12 digits: units of the base currency for one of this",
          "write it as a string, such as \"1.0421\"");
  }
}

}  // namespace

LoadedErpMapping load_erp_mapping(const std::string& name, std::string_view text) {
  Problems problems;
  problems.enter(name);
  const wire::TomlDocument document = wire::parse_toml(text);
  LoadedErpMapping loaded;
  if (!document.readable) {
    problems.add(document.line, document.column, document.message);
    loaded.problems = problems.take();
    return loaded;
  }
  ErpMapping mapping;
  Table root(problems, document.root, "the mapping");
  Manner manner;
  read_manner(root, manner);
  read_rates(root, mapping.rates);
  for (const TomlNode* file : root.tables("file")) mapping.files.push_back(FileReading(problems, *file, manner).read());
  if (mapping.files.empty() && problems.count() == 0)
    problems.add(0, 0, "the mapping has no [[file]]", "add one for each export");
  root.finish();
  loaded.problems = problems.take();
  if (loaded.problems.empty()) loaded.mapping = std::move(mapping);
  return loaded;
}

}  // namespace scoreline::producers
