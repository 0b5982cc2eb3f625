#include "app/lead_filter.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/errors.hpp"
#include "core/customer_documents.hpp"
#include "core/deal.hpp"
#include "core/intent.hpp"
#include "core/stage_state.hpp"
#include "core/tier.hpp"

namespace scoreline::app {
namespace {

constexpr std::size_t kAtOnce = 2'000;

template <typename Item>
std::string ids_of(const std::vector<Item>& items) {
  std::string all;
  for (const Item& item : items) all += (all.empty() ? "" : ", ") + item.id;
  return all.empty() ? "none" : all;
}

std::pair<std::string, std::string> split(const char* option, const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
    throw base::UsageError(fmt::format("{} {}: write two ids with a slash between them", option, text));
  return {text.substr(0, slash), text.substr(slash + 1)};
}

bool meets_stage(const std::pair<std::string, std::string>& wanted, const std::string& row) {
  core::StageState state;
  if (!state.decode(row)) return false;
  const auto newest = state.deals.newest(wanted.first);
  return newest && state.deals.at(*newest).stage == wanted.second;
}

bool meets_intent(const std::pair<std::string, std::string>& wanted, const std::string& row) {
  core::IntentState state;
  return state.decode(row) && state.level(wanted.first) == wanted.second;
}

bool is_customer(const std::string& row) {
  core::CustomerDocuments documents;
  return documents.decode(row) && !documents.empty();
}

}  // namespace

LeadWish parse_wish(const std::string& stage, const std::string& intent, bool customer, const core::RuleBook& book) {
  LeadWish wish;
  wish.customer = customer;
  if (!stage.empty()) {
    wish.stage = split("--stage", stage);
    const core::Pipeline* pipeline = core::find_pipeline(book, wish.stage->first);
    if (pipeline == nullptr)
      throw base::UsageError(fmt::format("--stage {}: pipelines are {}", stage, ids_of(book.pipelines)));
    if (core::find_stage(*pipeline, wish.stage->second) < 0)
      throw base::UsageError(fmt::format("--stage {}: stages are {}", stage, ids_of(pipeline->stages)));
  }
  if (!intent.empty()) {
    wish.intent = split("--intent", intent);
    const auto found = std::find_if(book.intents.begin(), book.intents.end(),
                                    [&](const core::Intent& one) { return one.id == wish.intent->first; });
    if (found == book.intents.end())
      throw base::UsageError(fmt::format("--intent {}: intents are {}", intent, ids_of(book.intents)));
    if (core::find_level(found->levels, wish.intent->second) < 0)
      throw base::UsageError(fmt::format("--intent {}: levels are {}", intent, ids_of(found->levels)));
  }
  return wish;
}

bool meets(const LeadWish& wish, const LeadRows& rows) {
  if (wish.stage && !meets_stage(*wish.stage, rows.stages)) return false;
  if (wish.intent && !meets_intent(*wish.intent, rows.intent)) return false;
  return !wish.customer || is_customer(rows.documents);
}

void LeadFilter::add(RankedLead lead) {
  if (wish_.empty()) return ranking_.add(std::move(lead));
  pending_.push_back(std::move(lead));
  if (pending_.size() >= kAtOnce) flush();
}

void LeadFilter::flush() {
  std::vector<core::LeadId> ids;
  for (const RankedLead& one : pending_) ids.push_back(one.row.lead);
  if (ids.empty()) return;
  std::unordered_map<core::LeadId, LeadRows> rows;
  if (wish_.stage)
    for (flow::LeadRow& row : store_.rows_in("stages", ids)) rows[row.lead].stages = std::move(row.state);
  if (wish_.intent)
    for (flow::LeadRow& row : store_.rows_in("intent", ids)) rows[row.lead].intent = std::move(row.state);
  if (wish_.customer)
    for (flow::LeadRow& row : store_.rows_in("customers", ids)) rows[row.lead].documents = std::move(row.personal);
  for (RankedLead& one : pending_)
    if (meets(wish_, rows[one.row.lead])) ranking_.add(std::move(one));
  pending_.clear();
}

}  // namespace scoreline::app
