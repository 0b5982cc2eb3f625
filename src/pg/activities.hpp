#pragma once
/// What happened, in append-only parts (migrations: activities). See flow::ActivityTable.
#include <string>
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgActivities final : public flow::ActivityTable {
 public:
  explicit PgActivities(PgSession& session);
  void append(std::span<const flow::ActivityRow> rows) override;
  /// In order of log time.
  std::vector<flow::ActivityRow> find_by_message(std::span<const Hash128> messages) override;
  /// The youngest `limit`, the oldest of them first.
  std::vector<flow::ActivityRow> of_leads(std::span<const LeadId> leads, std::size_t limit) override;
  void erase_personal(std::span<const LeadId> leads) override;

 private:
  PgSession& session_;
};

/// When the open part of activities is closed. The defaults keep building its two indexes at some seconds.
struct PartLimits {
  std::int64_t rows = 2'000'000;
  std::int64_t bytes = std::int64_t{2} << 30;
};

/// Upkeep of the parts: opens the next one when the open one is full, builds the indexes of closed ones. To be called
/// now and then by any process with nothing better to do (outside of a transaction of its own session); several at a
/// time are harmless. Returns what was done, for the log. Writers of a closed part wait while its indexes are built.
std::vector<std::string> maintain_activities(const std::string& dsn, const PartLimits& limits);

}  // namespace scoreline::pg
