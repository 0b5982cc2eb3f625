#pragma once
/// Parts of a rule book in plain words, for people who compare or read books: conditions, occasions, numbers. English,
/// one line, ids in `...`. Pure and thread-safe; for reading only, never parsed again.
#include <cstdint>
#include <string>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::core {

/// 1250 -> "12.5", 2000 -> "20".
std::string hundredths_in_words(std::int64_t x100);
/// "`page`" or "`page` or `screen`".
std::string names_in_words(const std::vector<std::string>& names);
/// "the path begins with ..." of one entry or group; "always" for an empty table, "never" for an empty `any`.
std::string in_words(const Condition& condition, const RuleBook& book);
/// "`Form Submitted` where properties.form is "contact"".
std::string in_words(const Match& match, const RuleBook& book);
/// "the tier rises to `hot`".
std::string in_words(const Occasion& occasion, const RuleBook& book);
/// "times 0.5 every 14 days"; "none" without decay.
std::string in_words(const Decay& decay);
/// "mon, tue 09:00 to 17:00".
std::string in_words(const Window& window);
/// What a condition is about and how it asks: equal for two entries of which one replaces the other.
std::string subject_of(const Condition& condition, const RuleBook& book);

}  // namespace scoreline::core
