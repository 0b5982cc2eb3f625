#pragma once
/// Rows become values of erp.changes (semantics 11): texts are read as the mapping says, amounts converted once, and
/// the JSON is written. Pure; one thread each.
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "producers/erp_mapping.hpp"

namespace scoreline::producers {

/// A document on its way out, complete but for a version that has to be derived.
struct ErpChange {
  bool derived = false;    // the version follows from the content
  std::string head, tail;  // the value's JSON before and behind that version; not derived: all of it in `head`

  std::string value(std::int64_t version) const { return derived ? head + std::to_string(version) + tail : head; }
};

/// What amounts are converted by. `rates` may be null.
struct ErpMoney {
  std::string base_currency = "EUR";
  const std::map<std::string, Decimal>* rates = nullptr;
};

using ErpCells = std::vector<ErpCell>;

/// Fills the cells of these columns from an object's JSON, which check_json has passed: a member of that name, or one
/// below ("address.email").
void read_json_cells(std::string_view object, std::span<const std::string> columns, ErpCells& cells);

/// Writes the documents of one [[file]], which must outlive it.
class ErpDocumentWriter {
 public:
  /// `history`: all of them are, whatever their rows say.
  ErpDocumentWriter(const ErpFileMapping& mapping, ErpMoney money, bool history);

  /// The text that names the document, "" for none: rows of one document have the same.
  base::Result<std::string> id(const ErpCells& cells) const;
  /// `cells` of mapping.columns; `lines`: of mapping.lines.columns, a row each (Mode::rows). Error codes:
  /// invalid_value, invalid_amount, invalid_time, currency; `where` is the column.
  base::Result<ErpChange> write(const ErpCells& cells, std::span<const ErpCells> lines) const;

 private:
  struct Row;
  using Done = base::Result<bool>;
  ErpCell cell_of(const ErpValue& value, const ErpCells& cells) const;
  base::Result<std::optional<Decimal>> rate(const ErpCells& cells, std::string& currency) const;
  base::Result<std::string> text_of(const ErpMappedField& field, const ErpCells& cells, const Row& row) const;
  base::Result<std::string> lines_of(Row& row, const ErpCells& cells, std::span<const ErpCells> lines) const;
  Done line_of(Row& row, const ErpCells& line, std::string& out) const;
  base::Result<std::string> head_of(const ErpCells& cells) const;
  base::Result<std::string> tail_of(const ErpCells& cells, std::span<const ErpCells> lines) const;

  const ErpFileMapping& mapping_;
  ErpMoney money_;
  bool history_;
};

}  // namespace scoreline::producers
