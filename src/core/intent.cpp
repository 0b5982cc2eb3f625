#include "core/intent.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;
constexpr std::int64_t kMaxValueX100 = 10'000;

/// Adds one signal's sum to its intent.
void add_signal(std::uint32_t index, Points sum, IntentValue& value) {
  if (sum == 0) return;
  value.signals.push_back({index, sum});
  value.value += sum;
  if (sum > 0) ++value.positive_signals;
}

void finish(const Intent& intent, IntentValue& value) {
  std::sort(value.signals.begin(), value.signals.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  value.value = value.positive_signals < intent.min_signals ? 0 : clamped(value.value, 0, kMaxValueX100);
}

}  // namespace

std::string_view IntentState::level(std::string_view intent) const {
  const auto at = std::lower_bound(levels_.begin(), levels_.end(), intent, [](const Entry& a, std::string_view b) { return a.intent < b; });
  return at != levels_.end() && at->intent == intent ? std::string_view(at->level) : std::string_view();
}

void IntentState::set_level(std::string_view intent, std::string_view level) {
  const auto at = std::lower_bound(levels_.begin(), levels_.end(), intent, [](const Entry& a, std::string_view b) { return a.intent < b; });
  const bool there = at != levels_.end() && at->intent == intent;
  if (there && level.empty()) {
    levels_.erase(at);
  } else if (there) {
    at->level = level;
  } else if (!level.empty()) {
    levels_.insert(at, {std::string(intent), std::string(level)});
  }
}

void IntentState::promote(const RuleBook& book) {
  promote_tallies(book, 0);
  std::erase_if(levels_, [&](const Entry& entry) {
    return std::none_of(book.intents.begin(), book.intents.end(), [&](const Intent& intent) { return intent.id == entry.intent; });
  });
}

void IntentState::merge(const IntentState& other, const std::vector<Intent>& intents) {
  merge_tallies(other);
  for (const Intent& intent : intents) {
    const std::string mine(level(intent.id));
    const std::string theirs(other.level(intent.id));
    set_level(intent.id, higher(intent.levels, mine, theirs));
  }
}

void IntentState::clear() {
  clear_tallies();
  levels_.clear();
}

void IntentState::encode(std::string& out) const {
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.u64(levels_.size());
  for (const Entry& entry : levels_) {
    bytes.text(entry.intent);
    bytes.text(entry.level);
  }
  encode_tallies(bytes);
}

bool IntentState::decode(std::string_view in) {
  clear();
  if (in.empty()) return true;
  base::ByteReader bytes(in);
  bool good = bytes.u64() == kEncoding;
  const std::size_t size = good ? bytes.count() : 0;
  for (std::size_t i = 0; good && i < size; ++i) {
    Entry entry{std::string(bytes.text()), std::string(bytes.text())};
    good = bytes.ok() && !entry.level.empty() && (levels_.empty() || levels_.back().intent < entry.intent);
    levels_.push_back(std::move(entry));
  }
  good = good && decode_tallies(bytes) && bytes.ok() && bytes.at_end();
  if (!good) clear();
  return good;
}

IntentScorer::IntentScorer(std::shared_ptr<const RuleBook> book) : book_(std::move(book)) {
  WeightTable weights;
  for (std::uint32_t owner = 0; owner < book_->intents.size(); ++owner) {
    const Intent& intent = book_->intents[owner];
    const Weight weight = weights.make(intent.decay, intent.expires_after_days);
    for (std::uint32_t i = 0; i < intent.signals.size(); ++i) {
      signals_.add(book_->matches[intent.signals[i].match].hash, {&intent.signals[i], weight, owner, i});
    }
  }
  signals_.build();
}

std::optional<Day> IntentScorer::evaluate(const Tallies& tallies, Day today, std::vector<IntentValue>& values_out,
                                          std::vector<Bucket>& scratch) const {
  values_out.resize(book_->intents.size());
  for (IntentValue& value : values_out) {
    value.value = 0;
    value.positive_signals = 0;
    value.signals.clear();
  }
  Wake wake;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const auto [match, tally] = tallies.entry(i);
    for (const WeightedRule& rule : signals_.find(match)) {
      add_signal(rule.index, RuleTable::sum(rule, tally, today, wake, scratch), values_out[rule.owner]);
    }
  }
  for (std::size_t i = 0; i < values_out.size(); ++i) finish(book_->intents[i], values_out[i]);
  return wake.day();
}

std::vector<IntentChange> IntentScorer::evaluate_levels(IntentState& state, const std::vector<IntentValue>& values) const {
  std::vector<IntentChange> changes;
  for (std::uint32_t i = 0; i < book_->intents.size(); ++i) {
    const Intent& intent = book_->intents[i];
    std::string level(state.level(intent.id));
    LevelChange change = settle_level(intent.levels, level, values[i].value);
    if (!change.changed()) continue;
    state.set_level(intent.id, level);
    changes.push_back({i, std::move(change), values[i].value});
  }
  return changes;
}

std::vector<RuleExplanation> IntentScorer::explain(std::uint32_t intent, const Tallies& tallies, Day today) const {
  std::vector<RuleExplanation> out;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const auto [match, tally] = tallies.entry(i);
    for (const WeightedRule& rule : signals_.find(match)) {
      if (rule.owner != intent) continue;
      RuleExplanation one = core::explain(rule, tally, today);
      if (!one.rows.empty()) out.push_back(std::move(one));
    }
  }
  std::sort(out.begin(), out.end(), [](const RuleExplanation& a, const RuleExplanation& b) { return a.id < b.id; });
  return out;
}

IntentValue evaluate_intent(const RuleBook& book, const Intent& intent, const Tallies& tallies, Day today) {
  WeightTable weights;
  const Weight weight = weights.make(intent.decay, intent.expires_after_days);
  IntentValue value;
  std::vector<Bucket> scratch;
  Wake wake;
  for (std::uint32_t i = 0; i < intent.signals.size(); ++i) {
    const Rule& signal = intent.signals[i];
    const Tally tally = tallies.of(book.matches[signal.match].hash);
    add_signal(i, RuleTable::sum({&signal, weight, 0, i}, tally, today, wake, scratch), value);
  }
  finish(intent, value);
  return value;
}

}  // namespace scoreline::core
