#pragma once
/// A lead's enrolments and facts under one rule book, to which changes come.
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sequence.hpp"
#include "support/decision_book.hpp"

namespace scoreline::test {

/// Steps s1, s2, ... by their `after`.
inline core::Sequence sequence(std::string id, const std::vector<std::string>& after) {
  core::Sequence out;
  out.id = std::move(id);
  for (const std::string& one : after) {
    core::Step step;
    step.id = "s" + std::to_string(out.steps.size() + 1);
    std::from_chars(one.data(), one.data() + one.size() - 1, step.after_amount);
    step.after_unit = one.back();
    out.steps.push_back(std::move(step));
  }
  return out;
}

struct SequenceWorld {
  explicit SequenceWorld(core::RuleBook the_book)
      : book(std::make_shared<const core::RuleBook>(std::move(the_book))), rules(book), facts(*book) {}
  SequenceWorld(const SequenceWorld&) = delete;

  /// "ended 0: reason", "enrolled q", "suppressed q at 0: reason". Only meets the matches named.
  std::vector<std::string> decide(const core::LeadChange& change, const std::vector<std::uint32_t>& matches = {},
                                  const std::vector<core::FiringRecord>& requests = {}) {
    const auto outcome =
        rules.decide(state, {change, matches, facts.sheet, requests, timezone, hard_bounce, automatic_reply});
    std::vector<std::string> out;
    for (const std::size_t i : outcome.changed) out.push_back("ended " + std::to_string(i) + ": " + state.at(i).ended);
    for (const std::size_t i : outcome.enrolled) out.push_back("enrolled " + state.at(i).sequence);
    for (const auto& one : outcome.suppressed) {
      out.push_back("suppressed " + book->sequences[one.sequence].id + " at " + std::to_string(one.occasion) + ": " +
                    one.reason);
    }
    return out;
  }
  /// A download, which meets match 0. Each is a cause of its own.
  std::vector<std::string> activity(std::string_view now, std::string suppressed = "") {
    core::LeadChange one = change(now, "download" + std::to_string(++causes), "Download");
    one.suppressed = std::move(suppressed);
    return decide(one, {0});
  }
  /// "q/s1 <due>", and the reason of those that are cancelled; in the order of reports.
  std::vector<std::string> mails() const {
    std::vector<std::string> out;
    for (const core::MailPlace& place : core::mails_in_order(state)) {
      const core::Enrolment& enrolment = state.at(place.enrolment);
      const core::EnrolledStep& step = enrolment.steps[place.step];
      out.push_back(enrolment.sequence + "/" + step.id + " " + base::format_rfc3339(step.due_at));
      if (!step.cancelled.empty()) out.back() += " " + step.cancelled;
    }
    return out;
  }

  std::shared_ptr<const core::RuleBook> book;
  core::SequenceRules rules;
  Facts facts;
  core::SequenceState state;
  std::string timezone;
  bool hard_bounce = false, automatic_reply = false;
  int causes = 0;
};

}  // namespace scoreline::test
