#pragma once
/// Sequences: who is enrolled, whose enrolment ends, which mails are due when (semantics 7). Decides from records of
/// `lead.changes` and what triggers made of them; leaves a row for each enrolment and each mail.
#include <memory>

#include "core/sequence.hpp"
#include "flow/change_handler.hpp"
#include "flow/change_view.hpp"
#include "flow/effect_rows.hpp"

namespace scoreline::consumers {

class SequencesHandler final : public flow::ChangeHandler {
 public:
  /// `rows` must outlive the handler.
  SequencesHandler(std::shared_ptr<const core::RuleBook> book, flow::MailRows& rows);

  void decide(const flow::ChangeContext& context, const core::LeadChange& change, flow::LeadData& lead) override;
  void hand_over(const flow::ChangeContext& context, flow::LeadData& lead) override;
  void merge(const flow::ChangeContext& context, flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  /// Of all enrolments that the change may make. Deciding again meets what was decided, and goes on as it went on then.
  std::vector<std::string> keys_of(const core::LeadChange& change) const;
  void put(const flow::ChangeContext& context, const core::Enrolment& enrolment, bool moving);
  void put_suppressed(const flow::ChangeContext& context, const core::LeadChange& change,
                      const core::SequenceRules::Suppressed& suppressed);

  core::SequenceRules rules_;
  flow::ChangeView view_;
  flow::MailRows& rows_;
};

}  // namespace scoreline::consumers
