#include "app/tail_words.hpp"

#include <fmt/core.h>

#include "app/plain_words.hpp"
#include "wire/fact_record.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"

namespace scoreline::app {
namespace {

using core::FactRecord;
using core::FiringRecord;
using core::LeadChange;
using core::Place;
using core::Signal;

/// Where the cause stands in the common log.
std::string by(const Place& cause) {
  switch (cause.phase) {
    case Place::Phase::day:
      return fmt::format("by midnight of {}, before record {}", base::format_date(cause.day), cause.offset);
    case Place::Phase::rulebook:
      return fmt::format("by the rule book of record {}", cause.offset);
    case Place::Phase::record:
      break;
  }
  return fmt::format("by record {}", cause.offset);
}

std::string mark(const Place& cause) { return fmt::format("complete up to record {}", cause.offset); }

std::string part_of(std::uint32_t part, std::uint32_t parts) {
  return parts > 1 ? fmt::format(", part {} of {}", part + 1, parts) : "";
}

std::string fact_words(const FactRecord& fact) {
  switch (fact.kind) {
    case FactRecord::Kind::tier_changed:
      return words_of(Signal{Signal::Kind::tier, "", fact.from, fact.to, fact.value, "", "", false});
    case FactRecord::Kind::score:
      return "score " + fact.value;
    case FactRecord::Kind::intent_changed:
      return words_of(Signal{Signal::Kind::intent, fact.intent, fact.from, fact.to, fact.value, "", "", false});
    case FactRecord::Kind::customer_changed:
      return fmt::format("{}{}", fact.churn_alarm ? "churn alarm; " : "",
                         fact.customer.empty() ? "no customer any more" : "figures " + fact.customer);
    case FactRecord::Kind::part:
      return fmt::format("hands over to lead {}{}", fact.other.value, part_of(fact.part, fact.parts));
    case FactRecord::Kind::mark:
      break;
  }
  return {};
}

std::string changed(const LeadChange& change) {
  std::string words;
  const auto add = [&](const std::string& more) { words += (words.empty() ? "" : "; ") + more; };
  if (change.activity) add("activity " + change.activity->name);
  for (const Signal& signal : change.signals) {
    const std::string mover = mover_of(signal);
    add(mover.empty() ? words_of(signal) : fmt::format("{}, {}", words_of(signal), mover));
  }
  if (!change.refused.empty()) add("a deal was not moved: " + change.refused);
  if (!change.suppressed.empty()) add("nothing fires: " + change.suppressed);
  if (change.retracted) add("retracted");
  return words.empty() ? "nothing changed" : words;
}

std::string change_words(const LeadChange& change) {
  switch (change.kind) {
    case LeadChange::Kind::changed:
      return changed(change);
    case LeadChange::Kind::retracted:
      return "an activity is taken back, cause " + change.cause_key;
    case LeadChange::Kind::merged:
      return fmt::format("is merged into lead {}{}", change.other.value, part_of(change.part, change.parts));
    case LeadChange::Kind::taken:
      return fmt::format("took in lead {}{}", change.other.value, part_of(change.part, change.parts));
    case LeadChange::Kind::erased:
      return "is erased";
    case LeadChange::Kind::mark:
      break;
  }
  return {};
}

std::string firing_words(const FiringRecord& firing) {
  switch (firing.kind) {
    case FiringRecord::Kind::fired: {
      std::string words = "trigger " + firing.trigger;
      words += firing.suppressed.empty() ? " fired" : " held back: " + firing.suppressed;
      words += firing.occasion == 0 ? ", on the activity" : fmt::format(", on signal {}", firing.occasion);
      for (const std::string& sequence : firing.enrol) words += "; enrols in " + sequence;
      return words;
    }
    case FiringRecord::Kind::retracted:
      return "firings are marked retracted, cause " + firing.cause_key;
    case FiringRecord::Kind::part:
      return fmt::format("hands over to lead {}{}", firing.other.value, part_of(firing.part, firing.parts));
    case FiringRecord::Kind::mark:
      break;
  }
  return {};
}

template <typename Record>
std::optional<std::string> in_words(const base::Result<Record>& record, std::string (*words)(const Record&)) {
  if (!record.ok()) return std::nullopt;
  if (record->kind == Record::Kind::mark) return mark(record->cause);
  return words(*record) + "; " + by(record->cause);
}

}  // namespace

std::optional<std::string> tail_words(flow::Topic topic, std::string_view value) {
  switch (topic) {
    case flow::Topic::lead_scores:
    case flow::Topic::lead_intents:
    case flow::Topic::lead_customers:
      return in_words(wire::decode_fact_record(value), fact_words);
    case flow::Topic::lead_changes:
      return in_words(wire::decode_lead_change(value), change_words);
    case flow::Topic::lead_firings:
      return in_words(wire::decode_firing_record(value), firing_words);
    default:
      return std::nullopt;
  }
}

}  // namespace scoreline::app
