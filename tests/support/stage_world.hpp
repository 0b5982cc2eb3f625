#pragma once
/// A lead's deals, facts and tallies under one rule book, to be evaluated again and again.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/stage_rules.hpp"
#include "support/decision_book.hpp"

namespace scoreline::test {

class StageWorld {
 public:
  explicit StageWorld(core::RuleBook the_book)
      : book(std::make_shared<const core::RuleBook>(std::move(the_book))), rules(book), sheet(*book, fields_) {
    fields_.reset(book->paths.size());
    sheet.did = [this](std::uint64_t match, std::int32_t within_days) {
      return core::any_within(tallies.of(match), today_, within_days);
    };
  }
  StageWorld(const StageWorld&) = delete;

  void do_it(std::uint32_t match, std::string_view date) { tallies.add(book->matches[match].hash, 0, day(date), 1); }
  void add_deal(std::string id, std::string pipeline, std::string stage) {
    core::Deal deal;
    deal.id = std::move(id);
    deal.pipeline = std::move(pipeline);
    deal.stage = std::move(stage);
    deals.add(std::move(deal));
  }

  core::StageRules::Outcome evaluate(core::Deals& on, Instant now, std::optional<core::ManualMove> move = {}) {
    today_ = base::day_of(now);
    sheet.tier = tier;
    ++cause_;
    return rules.evaluate(on, sheet, {now, core::Place::of_record(cause_), "cause" + std::to_string(cause_), std::move(move)});
  }
  /// "sales: new -> won by anna (manual)", and "refused <code>" first.
  std::vector<std::string> run(std::string_view now, std::optional<core::ManualMove> move = {}) {
    const auto outcome = evaluate(deals, at(now), std::move(move));
    std::vector<std::string> out;
    if (outcome.refused) out.push_back("refused " + outcome.refused->code);
    for (const core::StageEntry& entry : outcome.entries) {
      out.push_back(entry.pipeline + ": " + (entry.from.empty() ? "" : entry.from + " ") + "-> " + entry.to + " by " +
                    entry.by + (entry.manual ? " (manual)" : ""));
    }
    return out;
  }
  bool settled(Instant now) {
    today_ = base::day_of(now);
    sheet.tier = tier;
    return rules.settled(deals, sheet, now);
  }
  bool settled(std::string_view now) { return settled(at(now)); }
  std::optional<Day> wake(std::string_view date) const { return rules.wake_on(deals, tallies, day(date)); }

  std::shared_ptr<const core::RuleBook> book;
  core::StageRules rules;
  core::Deals deals;
  core::Tallies tallies;
  std::string tier = "cold";
  core::FactSheet sheet;

 private:
  core::Fields fields_;
  Day today_;
  std::int64_t cause_ = 0;
};

}  // namespace scoreline::test
