#pragma once
/// What decisions leave for others: deals, firings, actions, enrolments and mails (migrations: effects). See
/// flow/effect_ports.hpp.
///
/// Every save is one statement over all its rows, in order of key, so that two lanes that meet (after a merge, or in a
/// replay) do not wait in a circle; rows of one key count as if they were saved one after the other. Keys and cause
/// keys are 32 hexadecimal digits. Texts lose what PostgreSQL cannot store (clean_text()).
#include <string>
#include <utility>
#include <vector>

#include "flow/effect_ports.hpp"
#include "pg/session.hpp"

namespace scoreline::pg {

class PgDeals final : public flow::DealTable {
 public:
  explicit PgDeals(PgSession& session);
  void save(std::span<const flow::DealRow> rows) override;
  void remove(std::span<const LeadId> leads) override;

 private:
  PgSession& session_;
};

class PgFirings final : public flow::FiringTable {
 public:
  explicit PgFirings(PgSession& session);
  void save(std::span<const flow::FiringRow> rows) override;
  /// In order of key.
  std::vector<flow::FiringRow> find(std::span<const std::string> keys) override;
  std::vector<flow::FiringRow> of_leads(std::span<const LeadId> leads) override;
  void retract(std::span<const std::pair<LeadId, std::string>> causes) override;

 private:
  PgSession& session_;
};

class PgActions final : public flow::ActionTable {
 public:
  explicit PgActions(PgSession& session);
  void save(std::span<const flow::ActionRow> rows) override;
  void cancel(std::span<const LeadId> leads, const std::string& reason) override;

 private:
  PgSession& session_;
};

class PgMails final : public flow::MailTable {
 public:
  explicit PgMails(PgSession& session);
  void save_enrolments(std::span<const flow::EnrolmentRow> rows) override;
  void save_mails(std::span<const flow::MailRow> rows) override;
  std::vector<std::string> enrolled(std::span<const std::string> keys) override;

 private:
  PgSession& session_;
};

}  // namespace scoreline::pg
