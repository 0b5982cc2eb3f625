#pragma once
/// Tables of identity, shared by its lanes (migrations: identity). Writes are optimistic: what another lane has changed
/// meanwhile ends in Conflict. Keys are written in order, so that two lanes do not wait in a circle.
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgIdentityLeads final : public flow::IdentityLeadTable {
 public:
  explicit PgIdentityLeads(PgSession& session);
  std::vector<LeadId> next_ids(std::size_t count) override;
  std::vector<flow::IdentityLead> load(std::span<const LeadId> leads) override;
  void insert(std::span<const flow::IdentityLead> leads) override;
  void update(std::span<const flow::IdentityLead> leads) override;

 private:
  PgSession& session_;
};

class PgIdentifiers final : public flow::IdentifierTable {
 public:
  explicit PgIdentifiers(PgSession& session);
  std::vector<flow::IdentifierRow> find(std::span<const Hash128> hashes) override;
  void insert(std::span<const flow::IdentifierRow> rows) override;
  void move(std::span<const Move> moves) override;

 private:
  PgSession& session_;
};

class PgRetractions final : public flow::RetractionTable {
 public:
  explicit PgRetractions(PgSession& session);
  void remember(std::span<const Hash128> messages) override;
  std::vector<Hash128> find(std::span<const Hash128> messages) override;

 private:
  PgSession& session_;
};

class PgDocuments final : public flow::DocumentTable {
 public:
  explicit PgDocuments(PgSession& session);
  std::vector<flow::DocumentRow> load(std::span<const Hash128> documents) override;
  /// Each document once.
  void save(std::span<const flow::DocumentRow> rows) override;

 private:
  PgSession& session_;
};

}  // namespace scoreline::pg
