#pragma once
/// The tables of identity in memory (see memory_store.hpp). Conflicts are found when a write is staged, as PostgreSQL
/// would at the statement.
#include "flow/memory_store.hpp"

namespace scoreline::flow {

class MemoryIdentityLeads final : public IdentityLeadTable {
 public:
  explicit MemoryIdentityLeads(MemorySession& session) : session_(session) {}
  std::vector<LeadId> next_ids(std::size_t count) override;
  std::vector<IdentityLead> load(std::span<const LeadId> leads) override;
  void insert(std::span<const IdentityLead> leads) override;
  void update(std::span<const IdentityLead> leads) override;

 private:
  MemorySession& session_;
};

class MemoryIdentifiers final : public IdentifierTable {
 public:
  explicit MemoryIdentifiers(MemorySession& session) : session_(session) {}
  std::vector<IdentifierRow> find(std::span<const Hash128> hashes) override;
  void insert(std::span<const IdentifierRow> rows) override;
  void move(std::span<const Move> moves) override;

 private:
  MemorySession& session_;
};

class MemoryActivities final : public ActivityTable {
 public:
  explicit MemoryActivities(MemorySession& session) : session_(session) {}
  void append(std::span<const ActivityRow> rows) override;
  std::vector<ActivityRow> find_by_message(std::span<const Hash128> messages) override;
  std::vector<ActivityRow> of_leads(std::span<const LeadId> leads, std::size_t limit) override;
  void erase_personal(std::span<const LeadId> leads) override;

 private:
  MemorySession& session_;
};

class MemoryRetractions final : public RetractionTable {
 public:
  explicit MemoryRetractions(MemorySession& session) : session_(session) {}
  void remember(std::span<const Hash128> messages) override;
  std::vector<Hash128> find(std::span<const Hash128> messages) override;

 private:
  MemorySession& session_;
};

class MemoryDocuments final : public DocumentTable {
 public:
  explicit MemoryDocuments(MemorySession& session) : session_(session) {}
  std::vector<DocumentRow> load(std::span<const Hash128> documents) override;
  void save(std::span<const DocumentRow> rows) override;

 private:
  MemorySession& session_;
};

class MemoryMessageIds final : public MessageIdTable {
 public:
  explicit MemoryMessageIds(MemorySession& session) : session_(session) {}
  void append(std::int32_t lane, std::uint64_t batch_no, std::string_view packed) override;
  std::pair<std::string, std::vector<IdSegment>> open(std::int32_t lane) override;
  void close(std::int32_t lane, const IdSegment& segment, std::string_view sorted, Instant keep_from) override;
  std::vector<std::string> read(std::int32_t lane, std::span<const Slice> slices) override;

 private:
  MemorySession& session_;
};

class MemoryRuleBooks final : public RuleBookTable {
 public:
  explicit MemoryRuleBooks(MemorySession& session) : session_(session) {}
  std::optional<StoredRuleBook> load(std::uint64_t version) override;
  void note_progress(std::uint64_t version, const CountBackProgress& progress) override;

 private:
  MemorySession& session_;
};

}  // namespace scoreline::flow
