#include "producers/erp_document.hpp"

#include <fmt/core.h>

#include "producers/erp_value.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::producers {
namespace {

using base::Error;
using From = ErpValue::From;
using Kind = ErpCell::Kind;

void set_cell(ErpCell& cell, std::string_view raw) {
  cell.text.clear();
  cell.kind = Kind::absent;
  if (raw.empty() || raw == "null") return;
  switch (raw.front()) {
    case '"':
      cell.kind = Kind::text;
      wire::json_string(raw, cell.text);
      return;
    case '{':
      cell.kind = Kind::object;
      break;
    case '[':
      cell.kind = Kind::array;
      break;
    case 't':
    case 'f':
      cell.kind = Kind::boolean;
      break;
    default:
      cell.kind = Kind::number;
  }
  cell.text = raw;
}

// The member of that name, or one below: "address.email".
void find_cell(std::string_view object, std::string_view path, ErpCell& cell) {
  wire::json_members(object, [&](std::string_view key, std::string_view raw) {
    if (key == path) return set_cell(cell, raw);
    const bool below = path.size() > key.size() && path.starts_with(key) && path[key.size()] == '.';
    if (below && raw.starts_with('{')) find_cell(raw, path.substr(key.size() + 1), cell);
  });
}

void append_member(std::string& object, std::string_view key, std::string_view json) {
  object += object.size() <= 1 ? "\"" : ",\"";
  object.append(key).append("\":").append(json);
}

std::string name_of(const ErpValue& value, std::span<const std::string> columns, std::string_view field) {
  return value.columns.empty() ? std::string(field) : columns[value.columns.front()];
}

Error at(Error error, std::string where) {
  error.where = std::move(where);
  return error;
}

bool currency_code(std::string_view text) {
  return text.size() == 3 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

}  // namespace

void read_json_cells(std::string_view object, std::span<const std::string> columns, ErpCells& cells) {
  cells.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    set_cell(cells[i], {});
    find_cell(object, columns[i], cells[i]);
  }
}

/// What all fields of one document share.
struct ErpDocumentWriter::Row {
  ErpCurrency currency;
  std::int64_t lines_cents = 0;
};

ErpDocumentWriter::ErpDocumentWriter(const ErpFileMapping& mapping, ErpMoney money, bool history)
    : mapping_(mapping), money_(std::move(money)), history_(history || mapping.history) {}

ErpCell ErpDocumentWriter::cell_of(const ErpValue& value, const ErpCells& cells) const {
  ErpCell cell;
  if (value.from == From::constant) return value.constant;
  if (value.from != From::columns) return cell;
  if (value.columns.size() == 1) {
    cell = cells[value.columns.front()];
  } else {
    bool any = false;
    for (const std::size_t column : value.columns) {
      const std::string part = plain_text(cells[column]).value_or("");
      any = any || !part.empty();
      cell.text += (column == value.columns.front() ? "" : "/") + part;
    }
    if (any)
      cell.kind = Kind::text;
    else
      cell.text.clear();
  }
  if (value.translated.empty()) return cell;
  const auto found = value.translated.find(plain_text(cell).value_or(""));
  return found == value.translated.end() ? cell : ErpCell{Kind::text, found->second};
}

base::Result<std::string> ErpDocumentWriter::id(const ErpCells& cells) const {
  auto text = plain_text(cell_of(mapping_.id, cells));
  if (!text)
    return Error{"invalid_value", "an id is a text or a number", name_of(mapping_.id, mapping_.columns, "/id")};
  return std::move(*text);
}

base::Result<std::optional<Decimal>> ErpDocumentWriter::rate(const ErpCells& cells, std::string& currency) const {
  const std::string where = name_of(mapping_.currency, mapping_.columns, "currency");
  currency = plain_text(cell_of(mapping_.currency, cells)).value_or("?");
  for (char& c : currency)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  if (currency == "\xE2\x82\xAC") currency = "EUR";
  if (currency.empty()) currency = money_.base_currency;
  if (currency == money_.base_currency) return std::optional<Decimal>();
  if (!currency_code(currency))
    return Error{"currency", "a currency is written with its three letters, such as CHF", where};
  if (money_.rates != nullptr) {
    const auto rate = money_.rates->find(currency);
    if (rate != money_.rates->end()) return std::optional<Decimal>(rate->second);
  }
  return Error{
      "currency",
      fmt::format("the amounts are in {0}, not in {1}: add {0} to [rates] of the mapping, or export them in {1}",
                  currency, money_.base_currency),
      where};
}

base::Result<std::string> ErpDocumentWriter::text_of(const ErpMappedField& field, const ErpCells& cells,
                                                     const Row& row) const {
  if (field.value.from == From::lines_sum) return std::to_string(row.lines_cents);
  return erp_json(cell_of(field.value, cells), field.value, field.field->type, row.currency);
}

ErpDocumentWriter::Done ErpDocumentWriter::line_of(Row& row, const ErpCells& line, std::string& out) const {
  std::string object = "{";
  for (const ErpMappedField& field : mapping_.lines.fields) {
    const auto json = text_of(field, line, row);
    if (!json) return at(json.error(), name_of(field.value, mapping_.lines.columns, field.field->key));
    if (json->empty()) continue;
    append_member(object, field.field->key, *json);
    if (field.field->key != "netCents") continue;
    if (__builtin_add_overflow(row.lines_cents, std::strtoll(json->c_str(), nullptr, 10), &row.lines_cents))
      return Error{"invalid_amount", "the sum of the lines is too large", field.field->key.data()};
  }
  if (object.size() > 1) out.append(out.size() > 1 ? "," : "").append(object).push_back('}');
  return true;
}

// "" : the document has no lines.
base::Result<std::string> ErpDocumentWriter::lines_of(Row& row, const ErpCells& cells,
                                                      std::span<const ErpCells> lines) const {
  std::string out = "[";
  Done done = true;
  const ErpLines& from = mapping_.lines;
  if (from.mode == ErpLines::Mode::none) return std::string();
  if (from.mode == ErpLines::Mode::array) {
    const ErpCell& array = cells[from.array_column];
    if (array.kind == Kind::absent) return std::string();
    if (array.kind != Kind::array)
      return Error{"invalid_value", "the lines are a list of objects", mapping_.columns[from.array_column]};
    ErpCells line;
    wire::json_elements(array.text, [&](std::string_view raw) {
      if (!done) return;
      if (!raw.starts_with('{')) {
        done = Error{"invalid_value", "the lines are a list of objects", mapping_.columns[from.array_column]};
        return;
      }
      read_json_cells(raw, from.columns, line);
      done = line_of(row, line, out);
    });
  }
  for (const ErpCells& line : lines)
    if (done) done = line_of(row, line, out);
  if (!done) return done.error();
  return out + "]";
}

base::Result<std::string> ErpDocumentWriter::head_of(const ErpCells& cells) const {
  std::string out = "{";
  const auto member = [&](std::string_view key, const ErpValue& value) -> Done {
    const auto json = erp_json(cell_of(value, cells), value, wire::ErpType::id, {});
    if (!json) return at(json.error(), name_of(value, mapping_.columns, key));
    if (!json->empty()) append_member(out, key, *json);
    return true;
  };
  if (mapping_.source_value.from == From::nothing) {
    std::string source;
    wire::append_json_string(source, mapping_.source);
    append_member(out, "source", source);
  } else if (const Done done = member("source", mapping_.source_value); !done) {
    return done.error();
  }
  if (const Done done = member("customer", mapping_.customer); !done) return done.error();
  append_member(out, "kind", fmt::format("\"{}\"", mapping_.kind->name));
  if (const Done done = member("id", mapping_.id); !done) return done.error();
  return out;
}

// Everything behind the version.
base::Result<std::string> ErpDocumentWriter::tail_of(const ErpCells& cells, std::span<const ErpCells> lines) const {
  std::string out;
  Row row;
  if (const ErpCell cell = cell_of(mapping_.timestamp, cells); !plain_text(cell).value_or("").empty()) {
    const auto time = mapping_.timestamp.times.instant(*plain_text(cell));
    if (!time) return at(time.error(), name_of(mapping_.timestamp, mapping_.columns, "/timestamp"));
    out += ",\"timestamp\":\"" + base::format_rfc3339(*time) + "\"";
  }
  const auto history = erp_flag(cell_of(mapping_.history_value, cells), mapping_.history_value);
  if (!history) return at(history.error(), name_of(mapping_.history_value, mapping_.columns, "/history"));
  if (history_ || history->value_or(false)) out += ",\"history\":true";
  auto rate = this->rate(cells, row.currency.code);
  if (!rate) return rate.error();
  row.currency.rate = *rate;
  const auto items = lines_of(row, cells, lines);
  if (!items) return items.error();
  std::string data = "{";
  for (const ErpMappedField& field : mapping_.data) {
    const auto json = text_of(field, cells, row);
    if (!json) return at(json.error(), name_of(field.value, mapping_.columns, field.field->where));
    if (!json->empty()) append_member(data, field.field->key, *json);
  }
  // What the amounts are in now, whatever they were in.
  if (mapping_.currency.from != From::nothing && mapping_.kind->name == "order")
    append_member(data, "currency", "\"" + money_.base_currency + "\"");
  if (!items->empty()) append_member(data, "lines", *items);
  return out + ",\"data\":" + data + "}}";
}

base::Result<ErpChange> ErpDocumentWriter::write(const ErpCells& cells, std::span<const ErpCells> lines) const {
  auto head = head_of(cells);
  if (!head) return head.error();
  auto tail = tail_of(cells, lines);
  if (!tail) return tail.error();
  ErpChange change;
  change.derived = !mapping_.version;
  if (change.derived) {
    append_member(*head, "version", "");
    change.head = std::move(*head);
    change.tail = std::move(*tail);
    return change;
  }
  const auto version = erp_json(cell_of(*mapping_.version, cells), *mapping_.version, wire::ErpType::integer, {});
  if (!version)
    return Error{"invalid_value", "the version is not a whole number",
                 name_of(*mapping_.version, mapping_.columns, "/version")};
  if (!version->empty()) append_member(*head, "version", *version);
  change.head = std::move(*head) + *tail;
  return change;
}

}  // namespace scoreline::producers
