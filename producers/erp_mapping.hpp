#pragma once
/// How the rows of an export become ERP documents: which column is which field, and how its texts are to be read.
/// Written in TOML (docs/connectors.md; docs/examples/erp/mapping.toml is a whole one).
///
///   source = "jtl"
///   dates = "DD.MM.YYYY"
///   decimals = "comma"
///   [rates]
///   CHF = "1.0421"
///   [[file]]
///   pattern = "rechnungen*.csv"
///   kind = "invoice"
///   id = "Rechnungsnummer"
///   customer = "Kundennummer"
///   [file.data]
///   issuedOn = "Datum"
///   netCents = "Netto"
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "producers/erp_decimal.hpp"
#include "producers/erp_time.hpp"
#include "wire/erp_fields.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::producers {

enum class ErpFormat : std::uint8_t { by_ending, ndjson, csv };
enum class ErpEncoding : std::uint8_t { utf8, windows_1252 };

/// A value of a row: what stands in a column, or a member of an object.
struct ErpCell {
  enum class Kind : std::uint8_t { absent, text, number, boolean, array, object } kind = Kind::absent;
  std::string text;  // text: its content; else the JSON text
};

/// Where a value comes from, and how it is read.
struct ErpValue {
  enum class From : std::uint8_t {
    nothing,
    columns,  // of several the texts, joined by '/'; all empty: nothing
    constant,
    lines_sum  // of an order: the amounts of its lines
  } from = From::nothing;
  std::vector<std::size_t> columns;  // places in the list of columns beside it
  ErpCell constant;
  std::map<std::string, std::string> translated;  // what a text becomes before it is read
  std::vector<std::string> yes, no;               // words for booleans, ASCII lower-case
  bool yes_alone = false;                         // every other word means no
  bool in_cents = false, negate = false;
  ErpTimes times;
  DecimalStyle decimals = DecimalStyle::point;
};

/// A field of the document and its value.
struct ErpMappedField {
  const wire::ErpField* field = nullptr;
  ErpValue value;
};

/// The lines of orders.
struct ErpLines {
  enum class Mode : std::uint8_t {
    none,
    rows,  // each row is a line; rows of one document follow each other
    array  // one column holds a JSON array of them
  } mode = Mode::none;
  std::size_t array_column = 0;      // in ErpFileMapping::columns
  std::vector<std::string> columns;  // of a row, or members of an element
  std::vector<ErpMappedField> fields;
};

/// One [[file]].
struct ErpFileMapping {
  std::string pattern;  // of the file's name; * and ? as in a shell
  const wire::ErpKind* kind = nullptr;
  std::string source;  // "": from `source_value`
  ErpFormat format = ErpFormat::by_ending;
  ErpEncoding encoding = ErpEncoding::utf8;
  char delimiter = '\0';  // '\0': seen in the first line
  bool history = false;
  std::vector<std::string> columns;  // names; of JSON rows members, dots descend
  ErpValue source_value, id, customer, timestamp, currency, history_value;
  std::optional<ErpValue> version;  // none: derived from the content
  std::vector<ErpMappedField> data;
  ErpLines lines;

  /// The column that a JSON pointer of the value came from; the pointer where there is none.
  std::string column_of(std::string_view pointer) const;
};

/// Immutable; thread-safe.
struct ErpMapping {
  std::vector<ErpFileMapping> files;
  std::map<std::string, Decimal> rates;  // units of the base currency for one of this currency
  /// The first [[file]] whose pattern the name has; nullptr: none has.
  const ErpFileMapping* find(std::string_view name) const;
};

/// The mapping, or everything that is wrong with it.
struct LoadedErpMapping {
  std::optional<ErpMapping> mapping;
  std::vector<wire::RuleBookProblem> problems;  // by line, column
};
/// `name` stands for the file in messages.
LoadedErpMapping load_erp_mapping(const std::string& name, std::string_view text);

/// For rows without a mapping: every column is the field of its name (semantics 11), dates ISO, amounts in cents.
/// `columns`: those that there are.
ErpFileMapping erp_mapping_by_name(const wire::ErpKind& kind, std::span<const std::string> columns);
/// All names that such rows may have.
std::vector<std::string_view> erp_row_names();

/// As a shell does, without brackets; pure.
bool matches_pattern(std::string_view pattern, std::string_view name);

}  // namespace scoreline::producers
