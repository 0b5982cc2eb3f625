#include "core/rulebook_outline.hpp"

#include <fmt/core.h>

#include <map>

#include "core/rulebook_words.hpp"

namespace scoreline::core {
namespace {

/// Collects the facts of one part.
class Facts {
 public:
  Facts(const RuleBook& book, std::vector<OutlineFact>& out) : book_(book), out_(out) {}

  void add(std::string key, std::string before, std::string value, std::string after = {}) {
    out_.push_back({std::move(key), std::move(before), std::move(value), std::move(after), OutlineFact::Style::value});
  }
  void text(const char* name, const std::string& value) {
    if (!value.empty()) add(name, fmt::format("{} ", name), fmt::format("`{}`", value));
  }
  void hundredths(const char* name, const std::optional<std::int64_t>& x100) {
    if (x100) add(name, fmt::format("{} ", name), hundredths_in_words(*x100));
  }
  template <typename Integer>
  void days(const char* key, const char* before, const std::optional<Integer>& days) {
    if (days) add(key, before, std::to_string(*days), *days == 1 ? " day" : " days");
  }
  void points(std::int64_t x100) { add("points", "", hundredths_in_words(x100), " points"); }
  void category(std::int32_t index) {
    if (index >= 0) text("category", book_.categories[static_cast<std::size_t>(index)].id);
  }
  void decay(const Decay& decay) {
    if (decay.kind != Decay::Kind::none) add("decay", "decay ", in_words(decay));
  }
  void match(const Match& match) {
    add("on", "for ", names_in_words(match.on));
    condition(match.where, "where");
  }
  void occasion(const Occasion& occasion, const char* key, const char* before) {
    add(key, before, in_words(occasion, book_));
  }
  /// The entries of a table, which must all hold.
  void condition(const Condition& all, const std::string& key) {
    std::map<std::string, int> seen;
    for (const Condition& entry : all.children) {
      std::string subject = key + " " + subject_of(entry, book_);
      if (const int n = seen[subject]++; n > 0) subject += fmt::format(" {}", n);
      const bool nested = entry.kind == ConditionKind::any && entry.children.size() > 1;
      const std::string words = in_words(entry, book_);
      out_.push_back({std::move(subject), "", nested ? "(" + words + ")" : words, "", OutlineFact::Style::need});
    }
  }

 private:
  const RuleBook& book_;
  std::vector<OutlineFact>& out_;
};

OutlinePart& add_part(std::vector<OutlinePart>& out, const char* noun, const std::string& id, bool ordered = false) {
  OutlinePart& part = out.emplace_back();
  part.noun = noun;
  part.id = id;
  part.ordered = ordered;
  return part;
}

std::string once_in_words(const Rule& rule, const RuleBook& book) {
  switch (rule.once_per) {
    case OncePer::event:
      return {};
    case OncePer::lead:
      return "lead";
    case OncePer::day:
      return "day";
    case OncePer::path:
      break;
  }
  return book.paths.name(*book.matches[rule.match].value_path);
}

void rule_facts(const RuleBook& book, const Rule& rule, OutlinePart& part) {
  Facts facts(book, part.facts);
  facts.points(rule.points_x100);
  facts.category(rule.category);
  facts.match(book.matches[rule.match]);
  if (rule.once_per != OncePer::event) facts.add("once_per", "once per ", once_in_words(rule, book));
  if (rule.min_per_day) facts.add("min_per_day", "from ", std::to_string(*rule.min_per_day), " a day on");
  if (rule.max_per_day) facts.add("max_per_day", "at most ", std::to_string(*rule.max_per_day), " a day");
  facts.hundredths("limit", rule.limit_x100);
  facts.decay(rule.decay);
  facts.days("expires", "expires after ", rule.expires_after_days);
}

void level_facts(const RuleBook& book, const Level& level, OutlinePart& part) {
  Facts facts(book, part.facts);
  facts.add("min", "from ", hundredths_in_words(level.min_x100));
  if (level.leave_x100 != level.min_x100) facts.add("leave", "left below ", hundredths_in_words(level.leave_x100));
}

void score_parts(const RuleBook& book, std::vector<OutlinePart>& out) {
  Facts score(book, add_part(out, "[score]", "").facts);
  score.add("min", "min ", hundredths_in_words(book.score_min_x100));
  score.add("max", "max ", hundredths_in_words(book.score_max_x100));
  for (const Category& one : book.categories) {
    Facts facts(book, add_part(out, "category", one.id).facts);
    facts.hundredths("min", one.min_x100);
    facts.hundredths("max", one.max_x100);
  }
  for (const Rule& one : book.rules) rule_facts(book, one, add_part(out, "rule", one.id));
  for (const Fit& one : book.fits) {
    Facts facts(book, add_part(out, "fit", one.id).facts);
    facts.points(one.points_x100);
    facts.category(one.category);
    facts.condition(one.when, "when");
  }
  for (const Inactivity& one : book.inactivities) {
    Facts facts(book, add_part(out, "inactivity", one.id).facts);
    facts.points(one.points_x100);
    facts.category(one.category);
    facts.add("days", "after ", std::to_string(one.days), one.days == 1 ? " day" : " days");
  }
  for (const Level& one : book.tiers) level_facts(book, one, add_part(out, "tier", one.id));
}

void intent_part(const RuleBook& book, const Intent& intent, OutlinePart& part) {
  Facts facts(book, part.facts);
  if (intent.min_signals > 0) facts.add("min_signals", "needs ", std::to_string(intent.min_signals), " signals");
  facts.decay(intent.decay);
  facts.days("expires", "expires after ", intent.expires_after_days);
  for (const Rule& one : intent.signals) rule_facts(book, one, add_part(part.parts, "signal", one.id));
  for (const Level& one : intent.levels) level_facts(book, one, add_part(part.parts, "level", one.id));
}

void pipeline_part(const RuleBook& book, const Pipeline& pipeline, OutlinePart& part) {
  Facts facts(book, part.facts);
  facts.add("priority", "priority ", std::to_string(pipeline.priority));
  if (!pipeline.route) {
    facts.add("routed", "deals ", "by hand only");
  } else {
    facts.add("routed", "deals ", "by its route");
    facts.condition(*pipeline.route, "route");
  }
  if (pipeline.reopen_after_days)
    facts.add("reopen", "a new deal ", std::to_string(*pipeline.reopen_after_days), " days after the last one closed");
  for (const Stage& one : pipeline.stages) {
    Facts stage(book, add_part(part.parts, "stage", one.id, true).facts);
    if (one.name != one.id) stage.text("name", one.name);
    stage.text("color", one.color);
    stage.text("icon", one.icon);
    if (one.outcome != Outcome::none) stage.text("outcome", one.outcome == Outcome::won ? "won" : "lost");
  }
  for (const Advance& one : pipeline.advances) {
    Facts advance(book, add_part(part.parts, "advance", one.id, true).facts);
    advance.add("to", "to ", fmt::format("`{}`", pipeline.stages[one.to].id));
    advance.condition(one.when, "when");
  }
}

std::string delay_in_words(std::int64_t delay_us) {
  const std::int64_t minutes = delay_us / 60'000'000;
  if (minutes % 1440 == 0) return fmt::format("{}d", minutes / 1440);
  return minutes % 60 == 0 ? fmt::format("{}h", minutes / 60) : fmt::format("{}m", minutes);
}

void trigger_part(const RuleBook& book, const Trigger& trigger, OutlinePart& part) {
  Facts facts(book, part.facts);
  facts.occasion(trigger.on, "on", "when ");
  facts.condition(trigger.when, "when");
  if (trigger.cooldown_days > 0) facts.days("cooldown", "again after ", std::optional(trigger.cooldown_days));
  std::map<std::string, int> seen;
  for (const Action& one : trigger.actions) {
    const int n = ++seen[one.kind];  // actions have no ids
    OutlinePart& action = add_part(part.parts, "action", n == 1 ? one.kind : fmt::format("{} {}", one.kind, n), true);
    Facts inner(book, action.facts);
    if (one.delay_us > 0) inner.add("delay", "delayed by ", delay_in_words(one.delay_us));
    if (one.with_json != "{}") inner.add("with", "with ", one.with_json);
  }
}

void sequence_part(const RuleBook& book, const Sequence& sequence, OutlinePart& part) {
  Facts facts(book, part.facts);
  if (sequence.enrol_on) facts.occasion(*sequence.enrol_on, "enrol_on", "enrols when ");
  facts.condition(sequence.when, "when");
  facts.text("consent", sequence.consent_trait);
  if (sequence.re_enrol_after_days) {
    facts.days("re_enrol", "again after ", sequence.re_enrol_after_days);
  } else {
    facts.add("re_enrol", "", "once per lead");
  }
  facts.text("timezone", sequence.timezone);
  if (sequence.window) facts.add("window", "window ", in_words(*sequence.window));
  for (const Occasion& one : sequence.exit_on) {
    const std::string words = in_words(one, book);
    facts.add("exit " + words, "exit when ", words);
  }
  for (const Step& one : sequence.steps) {
    OutlinePart& inner = add_part(part.parts, "step", one.id, true);
    inner.numbered = true;
    Facts step(book, inner.facts);
    step.add("after", "is sent after ", fmt::format("{}{}", one.after_amount, one.after_unit));
    step.add("subject", "subject ", fmt::format("\"{}\"", one.subject));
    step.add("template", "template ", fmt::format("`{}`", one.template_name));
  }
}

}  // namespace

std::vector<OutlinePart> outline(const RuleBook& book) {
  std::vector<OutlinePart> out;
  score_parts(book, out);
  for (const Intent& one : book.intents) intent_part(book, one, add_part(out, "intent", one.id, true));
  for (const Pipeline& one : book.pipelines) pipeline_part(book, one, add_part(out, "pipeline", one.id, true));
  for (const Trigger& one : book.triggers) trigger_part(book, one, add_part(out, "trigger", one.id, true));
  for (const Sequence& one : book.sequences) sequence_part(book, one, add_part(out, "sequence", one.id, true));
  for (const auto& [name, text] : book.templates) {
    add_part(out, "template", name).facts.push_back({"text", "", text, "", OutlineFact::Style::text});
  }
  return out;
}

}  // namespace scoreline::core
