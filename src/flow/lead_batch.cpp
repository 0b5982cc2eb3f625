#include "flow/lead_batch.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::flow {
namespace {

bool says_something(const LeadRow& row) {
  return !row.state.empty() || !row.personal.empty() || !row.flow.empty() || row.forward_to || row.erased || row.holding || row.wake_on;
}

}  // namespace

Lead& LeadBatch::put(LeadRow row, bool stored) {
  Lead lead;
  lead.stored = stored;
  auto flow = decode_lead_flow(row.flow);
  SCORELINE_CHECK(flow.has_value(), "the flow part of a lead row is not ours");
  lead.flow = std::move(*flow);
  lead.data.state = std::move(row.state);
  lead.data.personal = std::move(row.personal);
  lead.data.wake_on = row.wake_on;
  lead.stored_wake = row.wake_on;
  lead.row = std::move(row);
  const LeadId id = lead.row.lead;
  return all_.insert_or_assign(id, std::move(lead)).first->second;
}

void LeadBatch::load(std::span<const std::pair<LeadId, std::int32_t>> ids) {
  std::vector<LeadId> wanted;
  for (const auto& [id, lane] : ids)
    if (!all_.contains(id)) wanted.push_back(id);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  if (wanted.empty()) return;
  all_.reserve(all_.size() + wanted.size());
  std::vector<Lead*> holding;
  for (LeadRow& row : leads_.load(wanted)) {
    Lead& lead = put(std::move(row), true);
    if (lead.row.holding) holding.push_back(&lead);
  }
  load_waiting(holding);
  for (const auto& [id, lane] : ids) {
    if (all_.contains(id)) continue;
    LeadRow row;
    row.lead = id;
    row.lane = lane;
    put(std::move(row), false);
  }
}

std::vector<Lead*> LeadBatch::take(std::vector<LeadRow> rows) {
  std::vector<Lead*> taken, holding;
  for (LeadRow& row : rows) {
    const auto found = all_.find(row.lead);
    SCORELINE_CHECK(found == all_.end(), "a sweep and records of one lane in one batch");
    Lead& lead = put(std::move(row), true);
    if (lead.row.holding) holding.push_back(&lead);
    taken.push_back(&lead);
  }
  load_waiting(holding);
  // Pointers into an unordered_map stay valid when it grows; the order of the sweep is that of the rows.
  return taken;
}

void LeadBatch::load_waiting(std::span<Lead* const> leads) {
  if (leads.empty() || held_ == nullptr) return;
  std::vector<LeadId> ids;
  for (const Lead* lead : leads) ids.push_back(lead->row.lead);
  std::sort(ids.begin(), ids.end());
  for (HeldRecord& held : held_->load(ids)) {
    auto record = wire::decode_lead_record(held.value);
    SCORELINE_CHECK(record.ok(), "a record that was held cannot be read any more");
    Lead& lead = all_.at(held.lead);
    lead.waiting.push_back({std::move(held), std::move(*record)});
  }
}

Lead& LeadBatch::at(LeadId id) {
  const auto found = all_.find(id);
  SCORELINE_CHECK(found != all_.end(), "a lead that the batch has not loaded");
  return found->second;
}

void LeadBatch::save() {
  std::vector<Lead*> changed, queues;
  for (auto& [id, lead] : all_) {
    if (lead.changed) changed.push_back(&lead);
    if (lead.queue_changed) queues.push_back(&lead);
  }
  const auto by_lead = [](const Lead* a, const Lead* b) { return a->row.lead < b->row.lead; };
  std::sort(changed.begin(), changed.end(), by_lead);
  std::sort(queues.begin(), queues.end(), by_lead);
  std::vector<LeadRow> rows;
  rows.reserve(changed.size());
  for (Lead* lead : changed) {
    if (lead->codec != nullptr) lead->codec->encode(lead->data);
    LeadRow& row = lead->row;
    row.state = std::move(lead->data.state);
    row.personal = std::move(lead->data.personal);
    row.flow = encode(lead->flow);
    row.holding = !lead->waiting.empty() || lead->flow.waiting();
    row.wake_on = lead->data.wake_on;
    row.rewrite_wake = lead->swept || row.forward_to || row.erased;
    if (!sparse_ || lead->stored || says_something(row)) rows.push_back(std::move(row));
  }
  if (!rows.empty()) leads_.save(rows);
  save_queues(queues);
}

void LeadBatch::save_queues(std::span<Lead* const> leads) {
  if (leads.empty() || held_ == nullptr) return;
  std::vector<LeadId> ids;
  std::vector<HeldRecord> records;
  for (Lead* lead : leads) {
    ids.push_back(lead->row.lead);
    for (Waiting& waiting : lead->waiting) records.push_back(std::move(waiting.held));
  }
  held_->remove(ids);
  if (!records.empty()) held_->append(records);
}

}  // namespace scoreline::flow
