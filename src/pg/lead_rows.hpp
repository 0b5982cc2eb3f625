#pragma once
/// Rows per lead of one consumer (migrations: scoring). A consumer "x" has tables x_leads and x_held of the same shape.
#include <string>
#include <unordered_map>
#include <vector>

#include "pg/binary.hpp"
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
  /// Where a row was found in this transaction, and what of it a quick update leaves alone.
  struct Place {
    Tid tid;
    std::int32_t lane = 0;
    bool plain = false;  // not merged away, erased or holding, and without a word of the flow
  };
  using RowPointers = std::vector<const flow::LeadRow*>;

  std::vector<flow::LeadRow> rows_of(const Rows& found);
  bool is_quick(const flow::LeadRow& row) const;
  bool update_quickly(const RowPointers& rows);
  void upsert(const Statement& statement, const RowPointers& rows);

  PgSession& session_;
  std::unordered_map<LeadId, Place> places_;
  std::uint64_t places_of_ = 0;  // the transaction that found them
  Statement load_, update_, save_, save_wake_, due_, all_, next_wake_;
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
