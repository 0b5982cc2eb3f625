#pragma once
/// Rows per lead of one consumer (migrations: scoring). A consumer "x" has tables x_leads and x_held of the same shape.
#include <string>
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgLeads final : public flow::LeadTable {
 public:
  /// `consumer`: the tables' first part; a name of ours, never input.
  PgLeads(PgSession& session, const std::string& consumer);
  std::vector<flow::LeadRow> load(std::span<const LeadId> leads) override;
  void save(std::span<const flow::LeadRow> rows) override;
  std::vector<flow::LeadRow> due(std::int32_t lane, std::optional<Day> day, LeadId after, std::size_t limit) override;
  std::optional<Day> next_wake(std::int32_t lane) override;

 private:
  void save_with(const Statement& statement, const std::vector<const flow::LeadRow*>& rows);
  PgSession& session_;
  Statement load_, save_, save_wake_, due_, all_, next_wake_;
};

class PgHeld final : public flow::HeldTable {
 public:
  PgHeld(PgSession& session, const std::string& consumer);
  void append(std::span<const flow::HeldRecord> records) override;
  std::vector<flow::HeldRecord> load(std::span<const LeadId> leads) override;
  void remove(std::span<const LeadId> leads) override;

 private:
  PgSession& session_;
  Statement append_, load_, remove_;
};

}  // namespace scoreline::pg
