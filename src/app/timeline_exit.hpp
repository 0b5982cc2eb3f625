#pragma once
/// When an enrolment ended: only why is kept. Pure.
#include <optional>
#include <string>
#include <vector>

#include "app/timeline.hpp"

namespace scoreline::app {

struct Exit {
  base::Instant at;
  std::string cause_key;
};

/// The first occasion of `row.ended` that lies where it must: not before the mails that were sent, before those that it
/// cancelled. nullopt: none is seen. `mails`: of this enrolment.
std::optional<Exit> find_exit(const flow::EnrolmentRow& row, const std::vector<const pg::MailView*>& mails,
                              const TimelineSources& sources, const core::RuleBook& book);

}  // namespace scoreline::app
