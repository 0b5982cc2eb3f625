#pragma once
/// What happened, in words that people who sell use: activities, signals, how far an action or mail is; and which cause
/// of semantics 7 an effect has. Pure.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "core/activity.hpp"
#include "core/lead_change.hpp"

namespace scoreline::app {

/// "looked at /pricing", "ordered 120.00 EUR (A-17)", "Demo Requested". May hold personal data: for terminals only.
std::string words_of(const core::Activity& activity);
/// "tier cold -> warm (score 35.00)", "deal in sales: new -> qualified".
std::string words_of(const core::Signal& signal);
/// Who or what moved a deal: "route", "advance hot_lead", "moved by ada". Signals that are no stage entry: "".
std::string mover_of(const core::Signal& signal);
/// "never_tried" -> "not handed over yet", ...; an unknown word as it is.
std::string_view hand_over_words(std::string_view state);

/// Names of causes (core/cause_key.hpp) back to what they were. A cause is found if its activity was added, or if it is
/// a midnight or rule book of a lead whose founding cause is known.
class Causes {
 public:
  struct Cause {
    std::string words;       // "looked at /pricing", "midnight of 2026-05-02", "rule book 3"; "": not known
    std::string message_id;  // of the activity, "" where it is none
    base::Instant at = base::kNever;
  };

  /// `hash_key`: the installation's, for names of merges.
  explicit Causes(const base::HashKey& hash_key) : hash_key_(hash_key) {}
  void add(const core::Activity& activity);
  /// Key of the cause that was a lead's first (core::StageState::founding).
  void add_founding(std::string key) { foundings_.push_back(std::move(key)); }
  /// A cause whose place in the log is known.
  void add(const core::LeadChange& change);

  /// `at`: when it was decided, `rulebook`: by which version.
  Cause find(const std::string& key, base::Instant at, std::uint64_t rulebook) const;
  /// `merge_id` of records about merges.
  Cause of_merge(const std::string& merge_id) const;

 private:
  base::HashKey hash_key_;
  std::map<std::string, Cause> known_;   // by cause key
  std::map<std::string, Cause> scoped_;  // by scoped message id (hex)
  std::vector<std::string> foundings_;
};

}  // namespace scoreline::app
