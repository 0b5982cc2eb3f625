#include "producers/erp_reader.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.hpp"
#include "producers/erp_encoding.hpp"
#include "producers/erp_header.hpp"
#include "producers/erp_record.hpp"
#include "producers/erp_value.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::producers {
namespace {

using base::Error;
using Ending = ErpReader::Ending;

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kLinesMax = 5'000;  // of one document; no record holds as many
constexpr std::size_t kClosedMax = 1'000'000;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

Error piece_error(std::string_view fault) {
  if (fault == "too_long") return {"too_large", "the row is longer than 1 MiB", ""};
  return {"csv", "a quote is opened in this row and never closed", ""};
}

ErpItem item_of(const ErpPiece& piece) {
  ErpItem item;
  item.begin = piece.begin;
  item.end = piece.end;
  item.line = piece.line;
  item.open = !piece.terminated;
  return item;
}

bool same(const ErpCells& a, const ErpCells& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ErpCell& x, const ErpCell& y) { return x.kind == y.kind && x.text == y.text; });
}

std::string text_member(std::string_view object, std::string_view name) {
  std::string out;
  wire::json_members(object, [&](std::string_view key, std::string_view raw) {
    if (key == name) wire::json_string(raw, out);
  });
  return out;
}

// A value as it goes into the topic has `data`; a plain row has the fields beside its id instead.
bool plain_row(std::string_view object) {
  bool row = false, data = false;
  static const std::vector<std::string_view> names = erp_row_names();
  wire::json_members(object, [&](std::string_view key, std::string_view raw) {
    data = data || (key == "data" && raw != "null");
    row = row || std::find(names.begin() + 7, names.end(), key) != names.end();
  });
  return row && !data;
}

}  // namespace

/// A mapping ready for the rows of this stream.
struct ErpReader::Plan {
  ErpFileMapping mapping;
  std::unique_ptr<ErpDocumentWriter> writer;
  std::vector<std::size_t> columns, lines;  // CSV: which field of the row
};

ErpReader::ErpReader(Options options)
    : options_(std::move(options)),
      pieces_(options_.format == ErpFormat::csv ? ErpPieces::Format::csv : ErpPieces::Format::lines) {
  if (options_.mapping == nullptr) return;
  mapped_ = std::make_unique<Plan>();
  mapped_->mapping = *options_.mapping;
  mapped_->writer = std::make_unique<ErpDocumentWriter>(mapped_->mapping, options_.money, options_.history);
}
ErpReader::~ErpReader() = default;

void ErpReader::feed(std::string_view bytes) {
  if (started_)
    pieces_.feed(bytes);
  else
    head_.append(bytes);
}

void ErpReader::finish(Ending ending) {
  finished_ = true;
  ending_ = ending;
}

void ErpReader::resume(std::uint64_t offset, std::uint64_t line) {
  const ErpPieces::Format format =
      options_.format == ErpFormat::csv ? ErpPieces::Format::csv : ErpPieces::Format::lines;
  pieces_ = ErpPieces(format, offset, line);
  pieces_.set_delimiter(delimiter_);
  started_ = true;
  // Rows behind the header may have been looked at already.
  group_.reset();
  doubt_ = false;
  closed_.clear();
  out_.clear();
}

// Byte order mark and delimiter are seen in the first line.
bool ErpReader::start() {
  if (started_) return true;
  if (!finished_ && head_.size() < kHeadBytesMax && head_.find('\n') == std::string::npos) return false;
  started_ = true;
  if (head_.starts_with("\xFF\xFE") || head_.starts_with("\xFE\xFF") ||
      head_.substr(0, 4).find('\0') != std::string::npos) {
    broken_ = Error{"encoding", "the file is UTF-16 or not a text; export it as UTF-8", ""};
    return false;
  }
  const bool marked = head_.starts_with(kBom);
  if (marked)
    pieces_ = ErpPieces(options_.format == ErpFormat::csv ? ErpPieces::Format::csv : ErpPieces::Format::lines,
                        kBom.size(), 1);
  if (marked) head_.erase(0, kBom.size());
  delimiter_ = mapped_ && mapped_->mapping.delimiter != '\0'
                   ? mapped_->mapping.delimiter
                   : csv_delimiter(std::string_view(head_).substr(0, kHeadBytesMax));
  pieces_.set_delimiter(delimiter_);
  pieces_.feed(head_);
  head_ = {};
  return true;
}

bool ErpReader::next(ErpItem& item) {
  while (out_.empty()) {
    if (broken_ || !start()) return false;
    if (finished_ && ending_ == Ending::whole) pieces_.finish();
    if (ErpPiece piece; pieces_.next(piece)) {
      take(piece);
      continue;
    }
    if (!finished_ || std::exchange(flushed_, true)) return false;
    // A row of the group may be under way.
    if (group_ && ending_ != Ending::growing && pieces_.rest().empty()) close_group(true);
  }
  item = std::move(out_.front());
  out_.pop_front();
  return true;
}

void ErpReader::take(const ErpPiece& piece) {
  const bool header = options_.format == ErpFormat::csv && header_size_ == 0;
  if (!piece.fault.empty()) {
    if (!header || !piece.terminated) return unreadable(piece, piece_error(piece.fault), piece.fault == "open_quote");
    broken_ = piece_error(piece.fault);
    return;
  }
  std::string converted;
  std::string_view text = piece.text;
  if (mapped_ && mapped_->mapping.encoding == ErpEncoding::windows_1252) text = converted = from_windows_1252(text);
  if (trimmed(text).empty()) return;
  if (header && !piece.terminated) return unreadable(piece, {"csv", "the header is not finished", ""}, true);
  if (header) return take_header(text);
  if (options_.format == ErpFormat::csv)
    take_csv(piece, text);
  else
    take_json(piece, text);
}

bool ErpReader::place_columns(const std::vector<std::string>& columns, std::vector<std::size_t>& places) {
  auto found = csv_places(header_, columns);
  if (found)
    places = std::move(*found);
  else
    broken_ = found.error();
  return !broken_;
}

void ErpReader::take_header(std::string_view text) {
  // What Excel writes before the header.
  if (text.size() == 5 && text.starts_with("sep=")) {
    delimiter_ = text.back();
    return pieces_.set_delimiter(delimiter_);
  }
  auto names = csv_header(text, delimiter_);
  if (!names) {
    broken_ = names.error();
    return;
  }
  header_ = std::move(*names);
  header_size_ = header_.size();
  if (mapped_) {
    if (place_columns(mapped_->mapping.columns, mapped_->columns))
      place_columns(mapped_->mapping.lines.columns, mapped_->lines);
  } else if (const auto known = check_row_header(header_); !known) {
    broken_ = known.error();
  }
}

// The plan for plain rows of a kind; nullptr: there is no such kind.
const ErpReader::Plan* ErpReader::plan_for(std::string_view kind) {
  const wire::ErpKind* known = wire::erp_kind(kind);
  if (known == nullptr) return nullptr;
  auto& plan = by_name_[static_cast<std::size_t>(known - wire::kErpKinds.data())];
  if (plan) return plan.get();
  plan = std::make_unique<Plan>();
  std::vector<std::string> columns = header_;
  if (options_.format != ErpFormat::csv) {
    const std::vector<std::string_view> names = erp_row_names();
    columns.assign(names.begin(), names.end());
  }
  plan->mapping = erp_mapping_by_name(*known, columns);
  plan->writer = std::make_unique<ErpDocumentWriter>(plan->mapping, options_.money, options_.history);
  if (options_.format == ErpFormat::csv) place_columns(plan->mapping.columns, plan->columns);
  return plan.get();
}

void ErpReader::take_csv(const ErpPiece& piece, std::string_view text) {
  if (auto read = csv_fields(text, delimiter_, fields_); !read)
    return unreadable(
        piece,
        {"csv", read.error().message, header_[std::min<std::size_t>(std::stoul(read.error().where), header_size_) - 1]},
        true);
  // Some exports end each row with one delimiter more.
  while (fields_.size() > header_size_ && fields_.back().empty()) fields_.pop_back();
  if (fields_.size() != header_size_)
    return unreadable(
        piece,
        {"columns", fmt::format("the row has {} fields where the header has {}", fields_.size(), header_size_), ""},
        fields_.size() < header_size_);
  const Plan* plan = mapped_.get();
  if (plan == nullptr) {
    const auto kind = static_cast<std::size_t>(std::find(header_.begin(), header_.end(), "kind") - header_.begin());
    plan = plan_for(trimmed(fields_[kind]));
    if (broken_) return;
    if (plan == nullptr)
      return unreadable(
          piece, {"unknown_kind", "kind must be one of customer, order, invoice, payment, credit", "kind"}, false);
  }
  const auto cells_of = [&](const std::vector<std::size_t>& places) {
    ErpCells cells;
    for (const std::size_t place : places) cells.push_back({ErpCell::Kind::text, fields_[place]});
    return cells;
  };
  take_row(piece, *plan, cells_of(plan->columns), cells_of(plan->lines));
}

void ErpReader::take_json(const ErpPiece& piece, std::string_view text) {
  const auto checked = wire::check_json(text);
  if (!checked) return unreadable(piece, checked.error(), checked.error().code == "invalid_json");
  if (checked->kind != '{') return unreadable(piece, {"invalid_json", "a line must be a JSON object", ""}, false);
  const Plan* plan = mapped_.get();
  if (plan == nullptr && plain_row(text)) {
    plan = plan_for(text_member(text, "kind"));
    if (plan == nullptr)
      return unreadable(
          piece, {"unknown_kind", "kind must be one of customer, order, invoice, payment, credit", "/kind"}, false);
  }
  if (plan == nullptr) {
    ErpChange change;
    change.head = whole_value(text);
    return put(item_of(piece), std::move(change), nullptr);
  }
  ErpCells cells, line;
  read_json_cells(text, plan->mapping.columns, cells);
  if (mapped_) {
    seen_.resize(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) seen_[i] = seen_[i] || cells[i].kind != ErpCell::Kind::absent;
  }
  if (plan->mapping.lines.mode == ErpLines::Mode::rows) read_json_cells(text, plan->mapping.lines.columns, line);
  take_row(piece, *plan, std::move(cells), std::move(line));
}

std::vector<std::string> ErpReader::unseen_columns() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < seen_.size(); ++i)
    if (!seen_[i]) names.push_back(mapped_->mapping.columns[i]);
  return names;
}

std::string ErpReader::whole_value(std::string_view text) const {
  if (!options_.history) return std::string(trimmed(text));
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object();
  wire::json_members(text, [&](std::string_view key, std::string_view raw) {
    if (key != "history") json.key(key).raw(raw);
  });
  json.key("history").boolean(true).end_object();
  return out;
}

void ErpReader::take_row(const ErpPiece& piece, const Plan& plan, ErpCells cells, ErpCells line) {
  if (plan.mapping.lines.mode == ErpLines::Mode::rows)
    return add_to_group(piece, plan, std::move(cells), std::move(line));
  put(item_of(piece), plan.writer->write(cells, {}), &plan.mapping);
}

void ErpReader::add_to_group(const ErpPiece& piece, const Plan& plan, ErpCells cells, ErpCells line) {
  auto id = plan.writer->id(cells);
  if (!id) return unreadable(piece, id.error(), false);
  if (group_ && (group_->id != *id || id->empty())) close_group(false);
  if (!group_) {
    group_ = Group{piece.begin, piece.end, piece.line, *id, std::move(cells), {}, std::nullopt};
    if (std::exchange(doubt_, false))
      group_->fault = Error{"lines", "a row before this document cannot be read: it may be incomplete", ""};
    if (closed_.contains(base::stable_hash(*id)))
      group_->fault = Error{
          "lines", "rows of this document stood before, with others between: sort the export by the document's id",
          plan.mapping.column_of("/id")};
  } else if (!same(cells, group_->cells)) {
    const auto differs = std::mismatch(cells.begin(), cells.end(), group_->cells.begin(),
                                       [](const ErpCell& a, const ErpCell& b) { return a.text == b.text; });
    const auto column = static_cast<std::size_t>(differs.first - cells.begin());
    group_->fault = Error{"lines", "rows of one document differ in what belongs to the document",
                          plan.mapping.columns[std::min(column, cells.size() - 1)]};
  }
  group_->end = piece.end;
  if (group_->lines.size() < kLinesMax)
    group_->lines.push_back(std::move(line));
  else
    group_->fault = Error{"too_large", fmt::format("the document has more than {} lines", kLinesMax), ""};
}

void ErpReader::close_group(bool open) {
  Group group = std::move(*group_);
  group_.reset();
  if (closed_.size() >= kClosedMax) closed_.clear();
  closed_.insert(base::stable_hash(group.id));
  ErpItem item;
  item.begin = group.begin;
  item.end = group.end;
  item.line = group.line;
  item.open = open;
  if (group.fault)
    put(std::move(item), *group.fault, &mapped_->mapping);
  else
    put(std::move(item), mapped_->writer->write(group.cells, group.lines), &mapped_->mapping);
}

// A row that is no row. `half`: if the stream ends here, it may only be the beginning of one.
void ErpReader::unreadable(const ErpPiece& piece, Error error, bool half) {
  const bool unfinished = half && !piece.terminated;
  ErpItem item = item_of(piece);
  if (group_ && unfinished) {
    item.begin = group_->begin;
    item.line = group_->line;
    group_.reset();
  } else if (group_) {
    // It may have been one of its lines.
    if (!group_->fault)
      group_->fault = Error{"lines", "the row behind this document cannot be read: it may be incomplete", ""};
    close_group(false);
  }
  doubt_ = mapped_ && mapped_->mapping.lines.mode == ErpLines::Mode::rows;
  item.kind = unfinished ? ErpItem::Kind::unfinished : ErpItem::Kind::fault;
  item.fault = {piece.line, std::move(error.where), std::move(error.code), std::move(error.message)};
  out_.push_back(std::move(item));
}

void ErpReader::put(ErpItem item, base::Result<ErpChange> change, const ErpFileMapping* mapping) {
  std::optional<Error> fault;
  if (!change) {
    fault = change.error();
  } else {
    auto event = read_erp_value(change->value(1), options_.now, options_.money.base_currency);
    if (event)
      item.event = std::move(*event);
    else
      fault = event.error();
    item.change = std::move(*change);
  }
  if (fault) {
    item.kind = ErpItem::Kind::fault;
    if (mapping != nullptr) fault->where = mapping->column_of(fault->where);
    if (fault->code == "invalid_string" && options_.format == ErpFormat::csv)
      fault->message += "; a file that is not UTF-8 needs `encoding = \"windows-1252\"` in its mapping";
    item.fault = {item.line, std::move(fault->where), std::move(fault->code), std::move(fault->message)};
  }
  out_.push_back(std::move(item));
}

}  // namespace scoreline::producers
