#pragma once
/// "Did you mean ...?" for names that people type: keys of rule books, settings, commands.
#include <span>
#include <string>
#include <string_view>

namespace scoreline::base {

/// The known name nearest to `wrong` by edit distance (a swap of neighbours and a change of case are small slips), or
/// "" when none is near enough to be meant. Of equally near ones the first. Pure, thread-safe.
std::string suggest(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace scoreline::base
