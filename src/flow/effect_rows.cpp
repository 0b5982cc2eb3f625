#include "flow/effect_rows.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace scoreline::flow {
namespace {

template <typename Row>
std::vector<Row> values_of(std::map<std::string, Row>& rows) {
  std::vector<Row> values;
  values.reserve(rows.size());
  for (auto& [key, row] : rows) values.push_back(std::move(row));
  return values;
}

auto order(const FiringRow& row) { return std::tuple(row.at, row.change_offset, row.n); }

}  // namespace

void DealRows::save() {
  if (!rows_.empty()) deals_.save(values_of(rows_));
  if (!gone_.empty()) deals_.remove(gone_);
}

void DealRows::clear() {
  rows_.clear();
  gone_.clear();
}

void FiringRows::put(FiringRow firing, std::vector<ActionRow> actions) {
  for (ActionRow& action : actions) new_actions_.push_back(std::move(action));
  std::string key = firing.key;
  rows_.try_emplace(std::move(key), std::move(firing));
}

std::optional<FiringRow> FiringRows::decided_before(const std::string& key) {
  if (const auto here = rows_.find(key); here != rows_.end()) return here->second;
  auto found = firings_.find({&key, 1});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

void FiringRows::adopt(FiringRow firing) {
  std::string key = firing.key;
  rows_[std::move(key)] = std::move(firing);
}

std::vector<FiringRow> FiringRows::of_lead(LeadId lead) const {
  std::map<std::string, FiringRow> all;
  for (const FiringRow& row : loaded_)
    if (row.lead == lead) all[row.key] = row;
  for (const auto& [key, row] : rows_)
    if (row.lead == lead) all.try_emplace(key, row);
  std::vector<FiringRow> rows = values_of(all);
  for (FiringRow& row : rows)
    row.retracted = row.retracted ||
                    std::find(retracted_.begin(), retracted_.end(), std::pair(lead, row.cause_key)) != retracted_.end();
  std::sort(rows.begin(), rows.end(), [](const FiringRow& a, const FiringRow& b) { return order(a) < order(b); });
  return rows;
}

void FiringRows::load(std::span<const LeadId> merging) {
  std::vector<LeadId> leads(merging.begin(), merging.end());
  std::sort(leads.begin(), leads.end());
  loaded_ = firings_.of_leads(leads);
}

void FiringRows::save() {
  if (!rows_.empty()) firings_.save(values_of(rows_));
  if (!new_actions_.empty()) actions_.save(new_actions_);
  if (!retracted_.empty()) firings_.retract(retracted_);
  if (!erased_.empty()) actions_.cancel(erased_, "erased");
}

void FiringRows::clear() {
  rows_.clear();
  new_actions_.clear();
  retracted_.clear();
  erased_.clear();
  loaded_.clear();
}

void MailRows::save() {
  if (!enrolments_.empty()) mails_.save_enrolments(values_of(enrolments_));
  if (!rows_.empty()) mails_.save_mails(values_of(rows_));
}

void MailRows::clear() {
  enrolments_.clear();
  rows_.clear();
}

std::string encode(const std::vector<FiringRow>& rows) {
  std::string bytes;
  if (rows.empty()) return bytes;
  base::ByteWriter out(bytes);
  out.u64(1);
  out.u64(rows.size());
  for (const FiringRow& row : rows) {
    for (const std::string* text : {&row.key, &row.trigger, &row.cause_key, &row.occasion_text, &row.suppressed})
      out.text(*text);
    out.u64(row.occasion);
    out.i64(row.at.us);
    out.boolean(row.retracted);
    out.u64(row.rulebook);
    out.i64(row.change_offset);
    out.u64(row.n);
  }
  return bytes;
}

std::optional<std::vector<FiringRow>> decode_firings(std::string_view bytes) {
  std::vector<FiringRow> rows;
  if (bytes.empty()) return rows;
  base::ByteReader in(bytes);
  if (in.u64() != 1) return std::nullopt;
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    FiringRow& row = rows.emplace_back();
    for (std::string* text : {&row.key, &row.trigger, &row.cause_key, &row.occasion_text, &row.suppressed})
      *text = in.text();
    row.occasion = static_cast<std::uint32_t>(in.u64());
    row.at.us = in.i64();
    row.retracted = in.boolean();
    row.rulebook = in.u64();
    row.change_offset = in.i64();
    row.n = static_cast<std::uint32_t>(in.u64());
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return rows;
}

}  // namespace scoreline::flow
