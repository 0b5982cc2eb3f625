#pragma once
/// Rows of one batch on their way into the tables of flow/effect_ports.hpp: handlers put them in, the flow saves them
/// with the batch. Not thread-safe.
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "flow/change_consumer.hpp"
#include "flow/effect_ports.hpp"

namespace scoreline::flow {

class DealRows final : public RowBuffer {
 public:
  explicit DealRows(DealTable& deals) : deals_(deals) {}
  /// The last word on a deal wins.
  void put(DealRow row) { rows_[row.id] = std::move(row); }
  void remove(LeadId lead) { gone_.push_back(lead); }
  void save() override;
  void clear() override;

 private:
  DealTable& deals_;
  std::map<std::string, DealRow> rows_;
  std::vector<LeadId> gone_;
};

/// Firings and their actions, by triggers.
class FiringRows final : public ChangeRows {
 public:
  FiringRows(FiringTable& firings, ActionTable& actions) : firings_(firings), actions_(actions) {}
  void put(FiringRow firing, std::vector<ActionRow> actions);
  /// The firing as it was decided when this cause was handled before, if it was.
  std::optional<FiringRow> decided_before(const std::string& key);
  /// A firing of another lead that is this one's from now on.
  void adopt(FiringRow firing);
  void retract(LeadId lead, const std::string& cause_key) { retracted_.emplace_back(lead, cause_key); }
  void cancel_all(LeadId lead) { erased_.push_back(lead); }
  /// All firings of a lead, those of this batch included.
  std::vector<FiringRow> of_lead(LeadId lead) const;

  void load(std::span<const LeadId> merging) override;
  void save() override;
  void clear() override;

 private:
  FiringTable& firings_;
  ActionTable& actions_;
  std::map<std::string, FiringRow> rows_;  // by key
  std::vector<ActionRow> new_actions_;
  std::vector<std::pair<LeadId, std::string>> retracted_;
  std::vector<LeadId> erased_;
  std::vector<FiringRow> loaded_;
};

/// Enrolments and their mails, by sequences.
class MailRows final : public ChangeRows {
 public:
  explicit MailRows(MailTable& mails) : mails_(mails) {}
  void put(EnrolmentRow row) { enrolments_[row.key] = std::move(row); }
  void put(MailRow row) { rows_[row.key] = std::move(row); }
  /// Was anybody enrolled under one of these keys when this cause was handled before?
  bool enrolled_before(std::span<const std::string> keys) { return !mails_.enrolled(keys).empty(); }

  void load(std::span<const LeadId>) override {}
  void save() override;
  void clear() override;

 private:
  MailTable& mails_;
  std::map<std::string, EnrolmentRow> enrolments_;
  std::map<std::string, MailRow> rows_;
};

/// For handovers.
std::string encode(const std::vector<FiringRow>& rows);
std::optional<std::vector<FiringRow>> decode_firings(std::string_view bytes);

}  // namespace scoreline::flow
