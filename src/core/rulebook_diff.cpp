#include "core/rulebook_diff.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>

#include "core/rulebook_outline.hpp"

namespace scoreline::core {
namespace {

using Kind = RuleBookChange::Kind;
using Style = OutlineFact::Style;
using Parts = std::vector<OutlinePart>;
using Sentences = std::vector<std::string>;

std::string joined(const Sentences& sentences) {
  std::string out;
  for (const std::string& one : sentences) out += (out.empty() ? "" : "; ") + one;
  return out;
}

std::string label(const OutlinePart& part) {
  return part.id.empty() ? part.noun : fmt::format("{} `{}`", part.noun, part.id);
}

const OutlinePart* find(const Parts& parts, const OutlinePart& like) {
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&](const OutlinePart& one) { return one.noun == like.noun && one.id == like.id; });
  return found == parts.end() ? nullptr : &*found;
}

const OutlineFact* find(const std::vector<OutlineFact>& facts, const std::string& key) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const OutlineFact& one) { return one.key == key; });
  return found == facts.end() ? nullptr : &*found;
}

std::string words(const OutlineFact& fact) { return fact.before + fact.value + fact.after; }

/// What a part is, for one that came or went.
Sentences description(const OutlinePart& part) {
  Sentences out;
  for (const OutlineFact& fact : part.facts) {
    if (fact.style == Style::text) continue;
    out.push_back(fact.style == Style::need ? "if " + fact.value : words(fact));
  }
  for (const OutlinePart& inner : part.parts) {
    const std::string what = joined(description(inner));
    out.push_back(label(inner) + (what.empty() ? "" : fmt::format(" ({})", what)));
  }
  return out;
}

Sentences changed_facts(const OutlinePart& before, const OutlinePart& after) {
  Sentences out;
  for (const OutlineFact& now : after.facts) {
    const OutlineFact* then = find(before.facts, now.key);
    if (then != nullptr && then->value == now.value) continue;
    if (now.style == Style::text) {
      out.emplace_back("its text changed");
    } else if (then == nullptr) {
      out.push_back(now.style == Style::need ? "now also needs: " + now.value : words(now) + " is new");
    } else if (now.style == Style::need) {
      out.push_back(fmt::format("needs: {} instead of: {}", now.value, then->value));
    } else {
      out.push_back(fmt::format("{} instead of {}", words(now), then->value));
    }
  }
  for (const OutlineFact& then : before.facts) {
    if (find(after.facts, then.key) != nullptr) continue;
    out.push_back(then.style == Style::need ? "no longer needs: " + then.value : words(then) + " is gone");
  }
  return out;
}

/// The place among its like, from 1.
std::size_t number_of(const Parts& parts, const OutlinePart& part) {
  std::size_t n = 0;
  for (const OutlinePart& one : parts) {
    if (one.noun == part.noun) ++n;
    if (&one == &part) break;
  }
  return n;
}

/// ", after `qualified`" or ", first".
std::string place_of(const Parts& parts, const OutlinePart& part) {
  if (!part.ordered) return {};
  const OutlinePart* last = nullptr;
  for (const OutlinePart& one : parts) {
    if (&one == &part) break;
    if (one.noun == part.noun) last = &one;
  }
  return last == nullptr ? ", first" : fmt::format(", after `{}`", last->id);
}

std::string ids_in_order(const Parts& parts, std::string_view noun, const Parts& others) {
  std::string out;
  for (const OutlinePart& one : parts) {
    if (one.noun == noun && find(others, one) != nullptr) out += fmt::format("{}`{}`", out.empty() ? "" : ", ", one.id);
  }
  return out;
}

std::vector<std::string> nouns_of(const Parts& before, const Parts& after) {
  std::vector<std::string> out;
  for (const Parts* parts : {&after, &before}) {
    for (const OutlinePart& one : *parts) {
      if (std::find(out.begin(), out.end(), one.noun) == out.end()) out.push_back(one.noun);
    }
  }
  return out;
}

/// What is in both, in another order: "order of the stages: ... instead of ...".
std::optional<std::string> changed_order(const Parts& before, const Parts& after, const std::string& noun) {
  const auto ordered = [&](const OutlinePart& one) { return one.noun == noun && one.ordered; };
  if (std::none_of(after.begin(), after.end(), ordered)) return std::nullopt;
  const std::string then = ids_in_order(before, noun, after), now = ids_in_order(after, noun, before);
  if (then == now) return std::nullopt;
  return fmt::format("order of the {}s: {} instead of {}", noun, now, then);
}

Sentences changed_parts(const OutlinePart& before, const OutlinePart& after);

Sentences changes_of(const OutlinePart& before, const OutlinePart& after) {
  Sentences out = changed_facts(before, after);
  for (std::string& one : changed_parts(before, after)) out.push_back(std::move(one));
  return out;
}

void add_inner_changes(const OutlinePart& before, const OutlinePart& after, const OutlinePart& now, Sentences& out) {
  const std::string name =
      now.numbered ? fmt::format("{} {} (`{}`)", now.noun, number_of(after.parts, now), now.id) : label(now);
  if (const OutlinePart* then = find(before.parts, now)) {
    for (const std::string& one : changes_of(*then, now))
      out.push_back(fmt::format("{}{} {}", name, one.starts_with("is ") ? "" : ":", one));
    return;
  }
  const std::string what = joined(description(now));
  out.push_back(fmt::format("{} is new{}{}", name, place_of(after.parts, now), what.empty() ? "" : " (" + what + ")"));
}

/// Sentences about what is inside: stages, steps, signals.
Sentences changed_parts(const OutlinePart& before, const OutlinePart& after) {
  Sentences out;
  for (const std::string& noun : nouns_of(before.parts, after.parts)) {
    for (const OutlinePart& now : after.parts) {
      if (now.noun == noun) add_inner_changes(before, after, now, out);
    }
    for (const OutlinePart& then : before.parts) {
      if (then.noun == noun && find(after.parts, then) == nullptr) out.push_back(label(then) + " is gone");
    }
    if (const auto order = changed_order(before.parts, after.parts, noun)) out.push_back(*order);
  }
  return out;
}

std::vector<RuleBookChange> changes_between(const Parts& before, const Parts& after) {
  std::vector<RuleBookChange> out;
  for (const std::string& noun : nouns_of(before, after)) {
    for (const OutlinePart& now : after) {
      if (now.noun != noun) continue;
      const OutlinePart* then = find(before, now);
      Sentences sentences = then == nullptr ? description(now) : changes_of(*then, now);
      if (then == nullptr || !sentences.empty())
        out.push_back({then == nullptr ? Kind::added : Kind::changed, noun, now.id, std::move(sentences)});
    }
    for (const OutlinePart& then : before) {
      if (then.noun == noun && find(after, then) == nullptr)
        out.push_back({Kind::removed, noun, then.id, description(then)});
    }
    if (const auto order = changed_order(before, after, noun)) out.push_back({Kind::changed, noun, "", {*order}});
  }
  return out;
}

/// What one part of a book counts, and who keeps the tallies: rules, signals and `did`s each have their own.
struct Counting {
  enum class Keeper : std::uint8_t { score, intent, conditions } keeper = Keeper::score;
  std::string name;
  std::vector<std::uint32_t> matches;
};

void collect_dids(const Condition& condition, std::vector<std::uint32_t>& out) {
  if (condition.kind == ConditionKind::did) out.push_back(condition.match);
  for (const Condition& child : condition.children) collect_dids(child, out);
}

std::vector<Counting> countings(const RuleBook& book) {
  using Keeper = Counting::Keeper;
  std::vector<Counting> out;
  for (const Rule& rule : book.rules) out.push_back({Keeper::score, fmt::format("rule `{}`", rule.id), {rule.match}});
  for (const Intent& intent : book.intents) {
    for (const Rule& signal : intent.signals)
      out.push_back({Keeper::intent, fmt::format("signal `{}` of intent `{}`", signal.id, intent.id), {signal.match}});
  }
  const auto asks = [&](std::string name, const std::vector<const Condition*>& conditions) {
    Counting& one = out.emplace_back();
    one.keeper = Keeper::conditions;
    one.name = std::move(name);
    for (const Condition* condition : conditions) collect_dids(*condition, one.matches);
  };
  for (const Pipeline& pipeline : book.pipelines) {
    std::vector<const Condition*> conditions;
    if (pipeline.route) conditions.push_back(&*pipeline.route);
    for (const Advance& advance : pipeline.advances) conditions.push_back(&advance.when);
    asks(fmt::format("pipeline `{}`", pipeline.id), conditions);
  }
  for (const Trigger& trigger : book.triggers) asks(fmt::format("trigger `{}`", trigger.id), {&trigger.when});
  for (const Sequence& sequence : book.sequences) asks(fmt::format("sequence `{}`", sequence.id), {&sequence.when});
  return out;
}

}  // namespace

std::string to_text(const RuleBookChange& change) {
  if (change.id.empty() && change.noun != "[score]") return joined(change.sentences);  // an order
  const std::string name = change.id.empty() ? change.noun : fmt::format("{} `{}`", change.noun, change.id);
  const std::string what = joined(change.sentences);
  switch (change.kind) {
    case Kind::added:
      return name + " is new" + (what.empty() ? "" : ": " + what);
    case Kind::removed:
      return name + " is gone" + (what.empty() ? "" : "; it was: " + what);
    case Kind::changed:
      break;
  }
  return fmt::format("{}: {}", name, what);
}

RuleBookDiff compare(const RuleBook& before, const RuleBook& after) {
  RuleBookDiff out;
  out.changes = changes_between(outline(before), outline(after));
  std::set<std::pair<Counting::Keeper, std::uint64_t>> counted;
  for (const Counting& one : countings(before)) {
    for (const std::uint32_t match : one.matches) counted.emplace(one.keeper, before.matches[match].hash);
  }
  for (Counting& one : countings(after)) {
    const bool is_new = std::any_of(one.matches.begin(), one.matches.end(), [&](std::uint32_t match) {
      return !counted.contains({one.keeper, after.matches[match].hash});
    });
    if (is_new) out.counted_back.push_back(std::move(one.name));
  }
  return out;
}

}  // namespace scoreline::core
