#pragma once
/// The rule books that whole installations in memory are tested with.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/rulebook.hpp"

namespace scoreline::test::house {

/// The rule book of most tests: every page is one point, so that a lost or doubled event shows.
std::string plain_book();
/// A folder with this book, and the template `mail` for all its mails.
std::vector<std::pair<std::string, std::string>> book_files(const std::string& toml);
std::shared_ptr<const core::RuleBook> book_of(const std::string& toml);

}  // namespace scoreline::test::house
