#pragma once
/// Rule books as the consumers see them (migrations: rulebooks). Drafts and switches are made with pg/admin.hpp.
#include <optional>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgRuleBooks final : public flow::RuleBookTable {
 public:
  explicit PgRuleBooks(PgSession& session);
  std::optional<flow::StoredRuleBook> load(std::uint64_t version) override;
  void note_progress(std::uint64_t version, const flow::CountBackProgress& progress) override;

 private:
  PgSession& session_;
};

/// "draft", "prepared", "activated", "cancelled".
const char* to_text(flow::StoredRuleBook::State state);
/// Throws base::Unavailable on a word of another version.
flow::StoredRuleBook::State rulebook_state(std::string_view text);

}  // namespace scoreline::pg
