#include "flow/event_matcher.hpp"

#include <fmt/core.h>

#include <iterator>

#include "base/hash.hpp"
#include "core/rule_index.hpp"
#include "wire/fields_reader.hpp"

namespace scoreline::flow {
namespace {

/// Traits alone: what needs to know tiers, intents, stages, customers does not hold (semantics 4.1: fits ask for traits).
class TraitFacts final : public core::LeadFacts {
 public:
  const core::Fields& traits() const override { return fields; }
  bool fact_holds(const core::Condition&) const override { return false; }
  core::Fields fields;
};

}  // namespace

struct EventMatcher::Parts {
  explicit Parts(const core::RuleBook& book) : index(book), reader(book.paths) {}
  Parts(const core::RuleBook& book, const std::vector<std::uint32_t>& wanted) : index(book, wanted), reader(book.paths) {}
  core::MatchIndex index;
  wire::FieldsReader reader;
  core::Fields fields;
  std::vector<std::uint32_t> matches;
  std::vector<Found> found;
  TraitFacts facts;
};

EventMatcher::EventMatcher(std::shared_ptr<const core::RuleBook> book)
    : book_(std::move(book)), parts_(std::make_unique<Parts>(*book_)) {}

EventMatcher::EventMatcher(std::shared_ptr<const core::RuleBook> book, const std::vector<std::uint32_t>& wanted)
    : book_(std::move(book)), parts_(std::make_unique<Parts>(*book_, wanted)) {}

EventMatcher::~EventMatcher() = default;

std::span<const EventMatcher::Found> EventMatcher::find(const core::Activity& activity) {
  Parts& my = *parts_;
  my.found.clear();
  if (!my.index.knows(activity.name)) return my.found;
  my.reader.read(activity, my.fields);
  my.matches.clear();
  my.index.find(my.fields, my.matches);
  for (const std::uint32_t match : my.matches) {
    const auto& path = book_->matches[match].value_path;
    my.found.push_back({match, path ? std::optional(value_hash(my.fields.at(*path))) : std::nullopt});
  }
  return my.found;
}

const core::LeadFacts& EventMatcher::facts(std::span<const core::Trait> traits) {
  parts_->reader.read_traits(traits, parts_->facts.fields);
  return parts_->facts;
}

// Distinct values of semantics 4.2: missing and null are one value, numbers count by value, and a number, a string and a
// boolean differ.
std::uint64_t EventMatcher::value_hash(const core::FieldValue& value) const {
  std::string text;
  switch (value.type) {
    case core::FieldType::missing:
    case core::FieldType::null: text = "-"; break;
    case core::FieldType::boolean: text = value.boolean ? "t" : "f"; break;
    case core::FieldType::number:
      if (value.number.is_integer)
        fmt::format_to(std::back_inserter(text), "n{}", value.number.integer);
      else if (value.number.real >= -9e15 && value.number.real <= 9e15 && value.number.real == static_cast<double>(static_cast<std::int64_t>(value.number.real)))
        fmt::format_to(std::back_inserter(text), "n{}", static_cast<std::int64_t>(value.number.real));
      else
        fmt::format_to(std::back_inserter(text), "n{}", value.number.real);
      break;
    case core::FieldType::string:
      text = "s";
      text += value.text;
      break;
    case core::FieldType::array:
    case core::FieldType::object:
      text = "j";
      text += value.text;
      break;
  }
  return base::stable_hash(text);
}

}  // namespace scoreline::flow
