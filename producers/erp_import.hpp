#pragma once
/// Files become records of erp.changes: read, given versions, published in batches, and where each file was left is
/// kept. What is published twice changes nothing, because version and message id are the same; what was acknowledged is
/// not published again.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "producers/erp_positions.hpp"
#include "producers/erp_reader.hpp"
#include "producers/erp_record.hpp"
#include "producers/erp_versions.hpp"

namespace scoreline::producers {

/// Where records go: erp.changes, or the screen.
class ErpOutlet {
 public:
  virtual ~ErpOutlet() = default;
  /// Returns when all of them are written. Throws base::Unavailable: some may be, some not.
  virtual void publish(std::span<const ErpRecord> records) = 0;
};

struct ErpProgress {
  std::uint64_t bytes = 0, bytes_total = 0;  // of the file at hand; total 0: not known
  std::uint64_t documents = 0;               // published so far, of all files
};

/// Who wants to know.
class ErpWatch {
 public:
  virtual ~ErpWatch() = default;
  /// A row is refused; line 0: the file as a whole.
  virtual void refused(const std::string& file, const ErpFault& fault) = 0;
  virtual void noticed(const std::string& file, const std::string& text) = 0;
  virtual void moved(const std::string& file, const ErpProgress& progress) = 0;
  /// True: stop after the batch at hand.
  virtual bool stopped() = 0;
};

struct ErpTotals {
  std::uint64_t files = 0;       // looked at
  std::uint64_t untouched = 0;   // of these: nothing new in them
  std::uint64_t documents = 0;   // published
  std::uint64_t unchanged = 0;   // content as it was published before (derived versions)
  std::uint64_t refused = 0;     // rows
  std::uint64_t broken = 0;      // files that cannot be read at all
  std::uint64_t unfinished = 0;  // files that end within a row, which is left for later
};

struct ErpImportOptions {
  base::HashKey hash_key{};
  std::string base_currency = "EUR";
  const ErpMapping* mapping = nullptr;  // null: none
  ErpFormat format = ErpFormat::by_ending;
  bool history = false;
  bool again = false;  // positions and known contents do not count
  std::string setup;   // ErpPosition::setup
  std::function<base::Instant()> clock = base::wall_clock;
};

/// One thread. Ports and `versions` must outlive it.
class ErpImport {
 public:
  /// `positions` may be null: every file is read from its beginning, and nothing is kept.
  ErpImport(ErpImportOptions options, ErpOutlet& outlet, ErpWatch& watch, ErpVersions& versions,
            ErpPositions* positions);

  enum class Left : std::uint8_t {
    nothing,   // all that counts by this ending is done
    document,  // a document at the end may be complete: Ending::settled would take it
    stopped
  };
  /// What is new in the file. Throws base::Unavailable with everything acknowledged so far kept.
  Left file(const std::string& path, ErpReader::Ending ending);
  /// A stream that cannot be read twice; `read` gives 0 bytes at its end, and fewer than there is room for when there are
  /// no more at the moment: then what there is is published. `name` decides about mapping and format.
  Left stream(const std::string& name, const std::function<std::size_t(std::span<char>)>& read);
  /// Whether the name is one that this import would read: by its ending, or by the mapping.
  bool reads(const std::string& name) const;
  const ErpTotals& totals() const { return totals_; }

 private:
  struct Run;
  /// What a file was when it was read last: to see that it only grew without reading it again.
  struct Seen {
    std::uint64_t inode = 0, offset = 0;
    base::Sha256Stream hash;  // of the bytes before offset
    std::string anchor;       // the last of them
  };
  using Source = std::function<std::size_t(std::span<char>)>;

  std::optional<ErpReader::Options> reader_options(const std::string& path, const std::string& name);
  bool still_begins_with(Run& run, const ErpPosition& position) const;
  bool go_on(Run& run);
  Left read_all(Run& run, const Source& source, ErpReader::Ending ending);
  void drain(Run& run);
  void take(Run& run, ErpItem& item);
  void publish(Run& run, std::uint64_t offset, std::uint64_t line);
  void refuse_file(const std::string& path, std::string code, std::string message);

  ErpImportOptions options_;
  ErpOutlet& outlet_;
  ErpWatch& watch_;
  ErpVersions& versions_;
  ErpPositions* positions_;
  ErpTotals totals_;
  std::map<std::string, Seen> seen_;  // files that were read by this object
  std::set<std::string> paths_;
};

}  // namespace scoreline::producers
