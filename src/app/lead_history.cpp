#include "app/lead_history.hpp"

#include <algorithm>

#include "wire/lead_record.hpp"

namespace scoreline::app {
namespace {

Standing standing_of(const flow::ActivityRow& row, const core::Activity& activity, const std::vector<base::Hash128>& retracted) {
  if (activity.machine) return Standing::machine;
  if (activity.silent) return Standing::silent;
  if (activity.retracted || std::binary_search(retracted.begin(), retracted.end(), row.message)) return Standing::retracted;
  return Standing::counts;
}

}  // namespace

std::string_view to_text(Standing standing) {
  switch (standing) {
    case Standing::counts:
      return "";
    case Standing::machine:
      return "machine";
    case Standing::retracted:
      return "retracted";
    case Standing::silent:
      break;
  }
  return "figures changed, no activity";
}

LeadHistory make_history(const std::vector<flow::ActivityRow>& rows, const std::vector<base::Hash128>& retracted,
                         std::shared_ptr<const core::RuleBook> book) {
  LeadHistory history;
  flow::EventMatcher matcher(std::move(book));
  for (const flow::ActivityRow& row : rows) {
    auto record = wire::decode_lead_record(row.record);
    if (!record.ok() || record->kind != core::RecordKind::activity) continue;
    PastActivity past;
    past.lead = row.lead;
    past.activity = std::move(record->activity);
    past.log_time = row.log_time;
    past.standing = standing_of(row, past.activity, retracted);
    const auto found = matcher.find(past.activity);
    past.found.assign(found.begin(), found.end());
    history.activities.push_back(std::move(past));
  }
  std::stable_sort(history.activities.begin(), history.activities.end(), [](const PastActivity& a, const PastActivity& b) {
    return std::pair(a.activity.at, a.log_time) < std::pair(b.activity.at, b.log_time);
  });
  return history;
}

core::ScoreState state_at(const core::ScoreState& now, const LeadHistory& history, const core::RuleBook& book, base::Instant at) {
  core::ScoreState state;
  for (std::size_t i = 0; i < now.tallies.size(); ++i) {
    const auto entry = now.tallies.entry(i);
    for (const core::DayCount& count : entry.tally) state.add(entry.match, count.value, count.day, count.n);
  }
  bool later = false;
  for (const PastActivity& past : history.activities) {
    if (past.log_time <= at) continue;
    later = true;
    if (past.standing != Standing::counts) continue;
    const base::Day day = base::day_of(past.activity.at);
    for (const auto& found : past.found) state.add(book.matches[found.match].hash, found.value.value_or(0), day, -1);
    if (core::is_sign_of_life(past.activity)) state.add_sign_of_life(day, -1);
  }
  if (!later) {
    state.traits = now.traits;
    return state;
  }
  for (const PastActivity& past : history.activities)
    if (past.log_time <= at) state.traits.put_all(past.activity.trait_changes);
  return state;
}

}  // namespace scoreline::app
