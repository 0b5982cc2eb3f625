#include "flow/rulebooks.hpp"

#include <fmt/core.h>

#include "base/check.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::flow {

RuleBooks::RuleBooks(RuleBookTable* table, std::shared_ptr<const core::RuleBook> initial, MakeLeadHandler make)
    : table_(table), make_(std::move(make)) {
  books_[0] = std::move(initial);
}

std::shared_ptr<const core::RuleBook> RuleBooks::book(std::uint64_t version) {
  const auto found = books_.find(version);
  if (found != books_.end()) return found->second;
  if (table_ == nullptr) return nullptr;
  const auto stored = table_->load(version);
  if (!stored) return nullptr;
  wire::RuleBookFiles files;
  for (const auto& [name, text] : stored->files) files[name] = text;
  wire::LoadedRuleBook loaded = wire::load_rulebook(files);
  if (!loaded.book) return nullptr;
  auto book = std::make_shared<core::RuleBook>(*loaded.book);
  book->version = version;
  books_[version] = book;
  return book;
}

std::string RuleBooks::problem(std::uint64_t version) {
  if (book(version) != nullptr) return {};
  return fmt::format("rule book {} is not in the table rulebooks or cannot be read by this program: publish it again or update the program", version);
}

LeadHandler& RuleBooks::handler(std::uint64_t active, std::uint64_t prepared) {
  auto& handler = handlers_[{active, prepared}];
  if (handler == nullptr) {
    const auto current = book(active);
    SCORELINE_CHECK(current != nullptr, "a lane stands at a rule book that nobody knows");
    handler = make_(current, prepared == 0 ? nullptr : book(prepared));
  }
  return *handler;
}

void RuleBooks::note_progress(std::uint64_t version, const CountBackProgress& progress) {
  if (table_ != nullptr) table_->note_progress(version, progress);
}

}  // namespace scoreline::flow
