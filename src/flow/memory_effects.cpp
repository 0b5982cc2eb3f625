#include "flow/memory_effects.hpp"

#include <algorithm>
#include <tuple>

namespace scoreline::flow {

void MemoryDeals::save(std::span<const DealRow> rows) {
  for (const DealRow& row : rows)
    session_.stage([this, row] {
      auto& deals = session_.database().deals;
      if (!deals.insert(row.id, row)) deals.change(row.id, [&](DealRow& old) { old = row; });
    });
}

void MemoryDeals::remove(std::span<const LeadId> leads) {
  for (const LeadId lead : leads) session_.stage([this, lead] { session_.database().deals.erase_lead(lead); });
}

void MemoryFirings::save(std::span<const FiringRow> rows) {
  for (const FiringRow& row : rows) session_.stage([this, row] { put(row); });
}

void MemoryFirings::put(const FiringRow& row) {
  MemoryDatabase& database = session_.database();
  if (database.firings.insert(row.key, row)) return;
  const LeadId before = database.firings.all().at(row.key).lead;
  database.firings.change(row.key, [&](FiringRow& old) {
    old.lead = row.lead;
    old.lane = row.lane;
    old.retracted = old.retracted || row.retracted;
  });
  for (const std::string& key : database.actions.of_lead(before)) {
    if (database.actions.all().at(key).firing != row.key) continue;
    database.actions.change(key, [&](ActionRow& action) {
      action.lead = row.lead;
      action.lane = row.lane;
    });
  }
}

std::vector<FiringRow> MemoryFirings::find(std::span<const std::string> keys) {
  std::vector<FiringRow> rows;
  const auto& all = session_.database().firings.all();
  for (const std::string& key : std::set<std::string>(keys.begin(), keys.end()))
    if (const auto found = all.find(key); found != all.end()) rows.push_back(found->second);
  return rows;
}

std::vector<FiringRow> MemoryFirings::of_leads(std::span<const LeadId> leads) {
  std::vector<FiringRow> rows;
  const auto& firings = session_.database().firings;
  for (const LeadId lead : std::set<LeadId>(leads.begin(), leads.end()))
    for (const std::string& key : firings.of_lead(lead)) rows.push_back(firings.all().at(key));
  const auto place = [](const FiringRow& row) { return std::tie(row.at, row.change_offset, row.n, row.key); };
  std::sort(rows.begin(), rows.end(), [&](const FiringRow& a, const FiringRow& b) { return place(a) < place(b); });
  return rows;
}

void MemoryFirings::retract(std::span<const std::pair<LeadId, std::string>> causes) {
  for (const auto& cause : causes)
    session_.stage([this, cause] {
      auto& firings = session_.database().firings;
      for (const std::string& key : firings.of_lead(cause.first))
        firings.change(key, [&](FiringRow& row) { row.retracted = row.retracted || row.cause_key == cause.second; });
    });
}

void MemoryActions::save(std::span<const ActionRow> rows) {
  for (const ActionRow& row : rows)
    session_.stage([this, row] {
      const bool done = row.kind == "sequence.enrol";  // the enrolment is part of the decision
      const char* state = !row.suppressed.empty() ? "suppressed" : done ? "done" : "never_tried";
      session_.database().actions.insert(row.key, {row, state, row.suppressed});
    });
}

void MemoryActions::cancel(std::span<const LeadId> leads, const std::string& reason) {
  for (const LeadId lead : leads)
    session_.stage([this, lead, reason] {
      auto& actions = session_.database().actions;
      for (const std::string& key : actions.of_lead(lead))
        actions.change(key, [&](MemoryDatabase::ActionEntry& action) {
          if (action.state != "never_tried") return;
          action.state = "cancelled";
          action.reason = reason;
        });
    });
}

void MemoryMails::save_enrolments(std::span<const EnrolmentRow> rows) {
  for (const EnrolmentRow& row : rows)
    session_.stage([this, row] {
      auto& enrolments = session_.database().enrolments;
      if (enrolments.insert(row.key, row)) return;
      enrolments.change(row.key, [&](EnrolmentRow& old) {
        old.lead = row.lead;
        old.lane = row.lane;
        old.ended = row.ended;
      });
    });
}

void MemoryMails::save_mails(std::span<const MailRow> rows) {
  for (const MailRow& row : rows)
    session_.stage([this, row] {
      auto& mails = session_.database().mails;
      if (mails.insert(row.key, row)) return;
      mails.change(row.key, [&](MailRow& old) {
        old.lead = row.lead;
        old.lane = row.lane;
        old.status = row.status;
        old.reason = row.reason;
      });
    });
}

std::vector<std::string> MemoryMails::enrolled(std::span<const std::string> keys) {
  std::vector<std::string> found;
  const auto& all = session_.database().enrolments.all();
  for (const std::string& key : std::set<std::string>(keys.begin(), keys.end()))
    if (const auto row = all.find(key); row != all.end() && row->second.suppressed.empty()) found.push_back(key);
  return found;
}

}  // namespace scoreline::flow
