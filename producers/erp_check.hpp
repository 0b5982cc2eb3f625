#pragma once
/// Whether a connector keeps the contract of erp.changes (semantics 11, docs/connectors.md): each value by itself, by
/// the decoder that identity uses, and all of them together. Holds a few hashes per value: meant for recorded output,
/// not for a whole topic of years. Pure; one thread.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "core/activity.hpp"

namespace scoreline::producers {

struct ErpFinding {
  std::uint64_t line = 0;
  std::string pointer;  // JSON pointer into the value
  bool error = false;   // else a warning
  std::string code, message;
  std::uint64_t times = 1;  // warnings of one kind are told once, with their number
};

/// Errors: those of read_erp_value(), and
///   version_reused     the same version of a document with other content: whichever comes first stays
///   version_falls      a lower version that has not been there: it changes nothing
///   customer_changed   a document's id with another customer
///   history_differs    the same version once as history and once not
///   two_kinds          the same document under two kinds
/// Warnings: unknown_invoice, future_date, old_date, due_before_issued, same_amounts, history_after_live,
/// missing_field, unknown_field.
class ErpCheck {
 public:
  ErpCheck(base::Instant now, std::string base_currency) : now_(now), base_currency_(std::move(base_currency)) {}

  /// One line of NDJSON: a value, or a line of `scoreline tail erp.changes --values`. Blank lines count, and are passed
  /// over.
  void line(std::string_view text);
  /// No more lines: what refers to nothing is found.
  void finish();

  /// By line.
  const std::vector<ErpFinding>& findings() const { return findings_; }
  std::uint64_t lines() const { return lines_; }
  std::uint64_t values() const { return values_; }
  std::uint64_t documents() const { return documents_.size(); }
  std::uint64_t customers() const { return customers_.size(); }
  std::uint64_t errors() const { return errors_; }
  std::uint64_t warnings() const { return warnings_; }

 private:
  struct Version {
    std::int64_t version;
    std::uint64_t content;
    bool history;
  };
  struct Document {
    std::vector<Version> versions;  // as they came, each once
    std::int64_t highest = 0;
    bool live = false;  // one of them is no history
  };
  /// What an id stands for, whatever the kind.
  struct Named {
    std::string kind;
    std::uint64_t data;
    std::int64_t amount;
  };
  struct Reference {
    std::uint64_t line;
    base::Hash128 invoice;
  };
  template <typename Value>
  using ByHash = std::unordered_map<base::Hash128, Value, base::Hash128Hasher>;

  void error(std::string_view code, std::string_view pointer, std::string message);
  void warn(std::uint64_t line, std::string_view code, std::string_view pointer, std::string message,
            const std::string& group);
  void check_versions(const core::InputEvent& event);
  void check_ids(const core::InputEvent& event);
  void check_dates(std::string_view value, const core::InputEvent& event);
  void check_fields(const core::InputEvent& event);

  base::Instant now_;
  std::string base_currency_;
  std::uint64_t lines_ = 0, values_ = 0, errors_ = 0, warnings_ = 0;
  ByHash<Document> documents_;
  ByHash<std::string> owners_;        // (source, kind, id): its customer
  ByHash<std::vector<Named>> named_;  // (source, customer, id)
  std::unordered_set<base::Hash128, base::Hash128Hasher> customers_;
  std::vector<Reference> references_;
  std::map<std::string, std::size_t> told_;  // warnings by kind: their place in findings_
  std::vector<ErpFinding> findings_;
};

}  // namespace scoreline::producers
