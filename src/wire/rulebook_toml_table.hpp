#pragma once
/// Typed access to the tables of a rule book. Whatever is wrong becomes a problem with its place, and reading goes on:
/// the reader of a book shall see everything at once.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/rulebook_toml.hpp"
#include "wire/rulebook_toml_tree.hpp"

namespace scoreline::wire {

/// Collects what is wrong, in the file that is read at the moment.
class Problems {
 public:
  void enter(std::string file) { file_ = std::move(file); }
  const std::string& file() const { return file_; }
  void add(int line, int column, std::string message, std::string suggestion = {});
  void at_value(const TomlNode& node, std::string message, std::string suggestion = {}) {
    add(node.line, node.column, std::move(message), std::move(suggestion));
  }
  void at_key(const TomlNode& node, std::string message, std::string suggestion = {});
  /// What can be read and has a meaning, but cannot have been meant (LoadedRuleBook::remarks), at the node's value.
  void doubt(const TomlNode& node, std::string message, std::string suggestion);
  void warn(const TomlNode& node, std::string message, std::string suggestion);
  std::size_t count() const { return problems_.size(); }
  /// By file, line, column.
  std::vector<RuleBookProblem> take();
  std::vector<RuleBookProblem> take_remarks();

 private:
  std::string file_;
  std::vector<RuleBookProblem> problems_, remarks_;
};

/// "did you mean `x`?", or "known: `a`, `b`" where nothing is near and few are known, or "".
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known);
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);

enum class Need : std::uint8_t { optional, required };

/// One table. Every key that is asked for is a known one; finish() reports the others.
class Table {
 public:
  /// `what` names it in messages: "[[rule]]", later with its id.
  Table(Problems& problems, const TomlNode& node, std::string what)
      : problems_(problems), node_(node), what_(std::move(what)) {}

  const TomlNode& node() const { return node_; }
  const std::string& what() const { return what_; }
  Problems& problems() { return problems_; }
  /// "`points` of [[rule]] `pricing`"
  std::string label(std::string_view key) const;

  /// Each of these gives nothing where the key is missing (a problem if it is required) or wrong (a problem).
  const TomlNode* find(std::string_view key, Need need = Need::optional);
  const TomlNode* find(std::string_view key, TomlNode::Kind kind, Need need = Need::optional);
  /// A string that is not empty.
  std::optional<std::string> text(std::string_view key, Need need = Need::optional);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max,
                                      Need need = Need::optional);
  /// Whole days, at least `min`.
  std::optional<std::int32_t> days(std::string_view key, std::int32_t min = 1, Need need = Need::optional);
  /// A decimal number x 10^decimals, exactly; `bound` limits its absolute value.
  std::optional<std::int64_t> decimal(std::string_view key, int decimals, std::int64_t bound,
                                      Need need = Need::optional);
  /// One of `known`: its index.
  std::optional<std::size_t> choice(std::string_view key, std::span<const std::string_view> known,
                                    Need need = Need::optional);
  /// An array of tables, `[[key]]`.
  std::vector<const TomlNode*> tables(std::string_view key);
  /// The string `id`; from then on `what` has it, too. At most 100 bytes, no control characters.
  std::optional<std::string> id();
  void missing(std::string_view key);
  void wrong(const TomlNode& node, std::string_view expected, std::string suggestion = {});
  /// Reports the keys that nobody asked for.
  void finish();

 private:
  Problems& problems_;
  const TomlNode& node_;
  std::string what_;
  std::vector<std::string> known_;
};

}  // namespace scoreline::wire
