#include "app/lead_report.hpp"

#include <algorithm>

#include "core/report_number.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

void write_scores(wire::JsonWriter& json, const core::Scorer& scorer, const ScoredLead& scored) {
  const core::RuleBook& book = scorer.book();
  json.key("score").string(core::report_number(scored.score.value));
  json.key("tier");
  if (scored.tier.empty())
    json.null();
  else
    json.string(scored.tier);
  json.key("categories").begin_object();
  for (std::size_t i = 0; i < book.categories.size(); ++i) json.key(book.categories[i].id).string(core::report_number(scored.score.categories[i]));
  json.end_object();
  json.key("contributions").begin_array();
  for (const core::Contribution& contribution : scored.score.contributions)
    json.begin_object().key("rule").string(scorer.id(contribution)).key("value").string(core::report_number(contribution.value)).end_object();
  json.end_array();
}

void write_traits(wire::JsonWriter& json, const core::LeadIdentity& identity) {
  json.key("traits").begin_object();
  for (const core::Trait& trait : identity.traits)
    if (trait.json != "null") json.key(trait.key).raw(trait.json);
  json.end_object();
}

}  // namespace

std::vector<std::string> sorted_identifiers(const core::LeadIdentity& identity) {
  std::vector<std::string> texts;
  for (const core::Identifier& identifier : identity.identifiers) texts.push_back(core::to_text(identifier));
  std::sort(texts.begin(), texts.end());
  return texts;
}

LeadReporter::LeadReporter(std::shared_ptr<const core::RuleBook> book) : book_(book), scorer_(book), matcher_(book) {}

std::optional<ScoredLead> LeadReporter::score(const flow::LeadRow* row, base::Day today) {
  ScoredLead result;
  if (row != nullptr && (!result.state.decode(row->state) || !result.state.decode_personal(row->personal))) return std::nullopt;
  result.tier = result.state.tier;
  if (result.tier.empty() && !book_->tiers.empty()) result.tier = book_->tiers.front().id;
  result.score = scorer_.evaluate(result.state, today, matcher_.facts(result.state.traits.all()));
  scorer_.sort_by_id(result.score);
  return result;
}

void LeadReporter::refresh(core::ScoreState& state) {
  if (scorer_.fits_stale(state)) scorer_.refresh_fits(state, matcher_.facts(state.traits.all()));
}

core::Points LeadReporter::score_back_then(const ScoredLead& lead, base::Day then) {
  core::ScoreState past;
  past.traits = lead.state.traits;
  for (std::size_t i = 0; i < lead.state.tallies.size(); ++i) {
    const auto entry = lead.state.tallies.entry(i);
    for (const core::DayCount& count : entry.tally)
      if (count.day <= then) past.add(entry.match, count.value, count.day, count.n);
  }
  return scorer_.evaluate(past, then, matcher_.facts(past.traits.all())).value;
}

std::string LeadReporter::report(core::LeadId lead, std::int32_t partition, const core::LeadIdentity& identity, const ScoredLead& scored,
                                 const LeadParts& parts) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object();
  json.key("lead").integer(lead.value).key("partition").integer(partition);
  json.key("identifiers").begin_array();
  for (const std::string& identifier : sorted_identifiers(identity)) json.string(identifier);
  json.end_array();
  write_scores(json, scorer_, scored);
  const auto next = scorer_.next_change_on(scored.state, base::day_of(parts.at));
  json.key("next_change_on");
  if (next)
    json.string(base::format_date(*next));
  else
    json.null();
  write_parts(json, parts, *book_);
  write_traits(json, identity);
  json.end_object();
  return out;
}

}  // namespace scoreline::app
