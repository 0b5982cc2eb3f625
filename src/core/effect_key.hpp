#pragma once
/// Names of effects (semantics 7: the natural keys of actions and mails): made from the cause and rule ids alone, never
/// from lead ids or offsets, so that deciding again gives the same name and meets the row that is there. They are
/// handed to receiving systems and stand in rows, so they never change: 128 bits as 32 hexadecimal digits. Pure.
#include <cstdint>
#include <string>
#include <string_view>

namespace scoreline::core {

/// One firing, suppressed or not. `occasion` is its place in the order of 1.1 (OccasionView::place).
std::string firing_key(std::string_view trigger, std::string_view cause_key, std::uint32_t occasion);
/// One of its actions; `number` counts from 0 in rule-book order.
std::string action_key(std::string_view firing_key, std::uint32_t number);
std::string enrolment_key(std::string_view sequence, std::string_view cause_key);
/// One mail: the natural key (sequence, cause of the enrolment, step).
std::string mail_key(std::string_view sequence, std::string_view cause_key, std::string_view step);

}  // namespace scoreline::core
