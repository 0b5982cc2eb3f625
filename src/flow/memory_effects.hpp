#pragma once
/// What decisions leave for others, in memory: the tables of effect_ports.hpp over MemoryDatabase. Rows of a commit are
/// written one after the other, in the order they were saved. Nobody does what stands here: states stay as the decision
/// left them.
#include <string>
#include <utility>
#include <vector>

#include "flow/memory_store.hpp"

namespace scoreline::flow {

class MemoryDeals final : public DealTable {
 public:
  explicit MemoryDeals(MemorySession& session) : session_(session) {}
  void save(std::span<const DealRow> rows) override;
  void remove(std::span<const LeadId> leads) override;

 private:
  MemorySession& session_;
};

class MemoryFirings final : public FiringTable {
 public:
  explicit MemoryFirings(MemorySession& session) : session_(session) {}
  void save(std::span<const FiringRow> rows) override;
  /// In order of key.
  std::vector<FiringRow> find(std::span<const std::string> keys) override;
  std::vector<FiringRow> of_leads(std::span<const LeadId> leads) override;
  void retract(std::span<const std::pair<LeadId, std::string>> causes) override;

 private:
  void put(const FiringRow& row);
  MemorySession& session_;
};

class MemoryActions final : public ActionTable {
 public:
  explicit MemoryActions(MemorySession& session) : session_(session) {}
  void save(std::span<const ActionRow> rows) override;
  void cancel(std::span<const LeadId> leads, const std::string& reason) override;

 private:
  MemorySession& session_;
};

class MemoryMails final : public MailTable {
 public:
  explicit MemoryMails(MemorySession& session) : session_(session) {}
  void save_enrolments(std::span<const EnrolmentRow> rows) override;
  void save_mails(std::span<const MailRow> rows) override;
  std::vector<std::string> enrolled(std::span<const std::string> keys) override;

 private:
  MemorySession& session_;
};

}  // namespace scoreline::flow
