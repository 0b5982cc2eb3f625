#pragma once
/// A stream of bytes (an export, NDJSON or CSV) becomes documents and faults, in order, with the places they came from.
/// Memory is bounded, whatever the stream. Pure; one thread.
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/activity.hpp"
#include "producers/erp_document.hpp"
#include "producers/erp_pieces.hpp"

namespace scoreline::producers {

/// What is wrong with a row.
struct ErpFault {
  std::uint64_t line = 0;
  std::string where;          // a column, or a JSON pointer; "": the row as a whole
  std::string code, message;  // values are not quoted
};

struct ErpItem {
  enum class Kind : std::uint8_t {
    change,  // `change`, which read_erp_value() takes as `event` (a derived version stands as 1 there)
    fault,
    unfinished  // the stream ends within this row: half of it is left alone
  } kind = Kind::change;
  std::uint64_t begin = 0, end = 0, line = 0;  // bytes of the stream, first line
  bool open = false;                           // at the end of the stream; there may be more of it when that grows
  ErpChange change;
  core::InputEvent event;
  ErpFault fault;
};

class ErpReader {
 public:
  struct Options {
    ErpFormat format = ErpFormat::ndjson;     // or csv
    const ErpFileMapping* mapping = nullptr;  // null: rows have the names of semantics 11, or are whole values
    ErpMoney money;
    bool history = false;  // all of it is
    base::Instant now;     // stands for the log time
  };
  explicit ErpReader(Options options);
  ~ErpReader();

  /// How much of the end of the stream counts.
  enum class Ending : std::uint8_t {
    whole,    // all: it will not grow
    settled,  // it has not grown for a while: a document of several rows is complete, a line without its end is not
    growing   // only what is certain
  };
  void feed(std::string_view bytes);
  void finish(Ending ending);
  /// False: more bytes are needed, or (finished) there is nothing left.
  bool next(ErpItem& item);
  /// There are items that need no more bytes.
  bool waiting() const { return !out_.empty(); }

  /// Goes on at another place of the stream: the next bytes fed are those. CSV: when header_known(), not before.
  void resume(std::uint64_t offset, std::uint64_t line);
  bool header_known() const { return started_ && (options_.format != ErpFormat::csv || header_size_ > 0); }
  /// The stream cannot be read at all, because of its header or its encoding: nothing will come.
  const std::optional<base::Error>& broken() const { return broken_; }
  /// Members that a mapping names and no row of JSON had so far; none before there was a row. (A header of CSV must
  /// have all columns.)
  std::vector<std::string> unseen_columns() const;
  /// Where to go on when all items given so far are done and none of them was open.
  std::uint64_t offset() const { return group_ ? group_->begin : pieces_.rest_offset(); }
  std::uint64_t line() const { return group_ ? group_->line : pieces_.rest_line(); }

 private:
  struct Plan;
  struct Group {
    std::uint64_t begin, end, line;
    std::string id;
    ErpCells cells;
    std::vector<ErpCells> lines;
    std::optional<base::Error> fault;
  };

  bool start();
  void take(const ErpPiece& piece);
  void take_header(std::string_view text);
  void take_csv(const ErpPiece& piece, std::string_view text);
  void take_json(const ErpPiece& piece, std::string_view text);
  void take_row(const ErpPiece& piece, const Plan& plan, ErpCells cells, ErpCells line);
  void add_to_group(const ErpPiece& piece, const Plan& plan, ErpCells cells, ErpCells line);
  void close_group(bool open);
  void unreadable(const ErpPiece& piece, base::Error error, bool half);
  void put(ErpItem item, base::Result<ErpChange> change, const ErpFileMapping* mapping);
  const Plan* plan_for(std::string_view kind);
  bool place_columns(const std::vector<std::string>& columns, std::vector<std::size_t>& places);
  std::string whole_value(std::string_view text) const;

  Options options_;
  ErpPieces pieces_;
  std::string head_;  // the stream's first bytes, until its first line is there
  bool started_ = false, finished_ = false, flushed_ = false;
  Ending ending_ = Ending::whole;
  char delimiter_ = ',';
  std::vector<std::string> header_;
  std::size_t header_size_ = 0;  // fields of a row; 0: not known yet
  std::unique_ptr<Plan> mapped_;
  std::array<std::unique_ptr<Plan>, wire::kErpKinds.size()> by_name_;
  std::vector<std::string> fields_;
  std::vector<bool> seen_;  // of the mapping's columns: JSON rows had them
  std::optional<Group> group_;
  bool doubt_ = false;                        // a row before could not be read; it may have belonged to what follows
  std::unordered_set<std::uint64_t> closed_;  // ids of groups that are complete
  std::deque<ErpItem> out_;
  std::optional<base::Error> broken_;
};

}  // namespace scoreline::producers
