#pragma once
/// The parts that read one rule book together (private to wire/rulebook_toml*.cpp). Reading takes two passes over all
/// files: first the ids that others may refer to, then everything.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rulebook.hpp"
#include "core/rulebook_reach.hpp"
#include "wire/rulebook_toml_table.hpp"

namespace scoreline::wire {

/// An id with the ids inside it: an intent with its levels, a pipeline with its stages.
struct OuterId {
  std::string id;
  std::vector<std::string> inner;
};

/// Everything that may be referred to, from all files, in rule-book order.
struct KnownIds {
  std::vector<std::string> categories, tiers, sequences;
  std::vector<OuterId> intents, pipelines;
  std::vector<std::string> templates;  // file names without folder
};

struct Reading {
  Problems problems;
  KnownIds ids;
  core::Ladders ladders;  // the same ids, as conditions compare them
  /// All files could be read; otherwise an unknown id may well be in the one that could not, and is no problem.
  bool complete = true;
  core::RuleBook book;
  std::map<std::string, std::uint32_t> matches;  // canonical text -> index
  std::map<std::string, std::string> declared;   // "space id" -> where
  std::string score_declared;                    // where [score] was

  /// False, and a problem, where `id` is there already in `space` ("rule", "stage of sales").
  bool declare(const std::string& space, const std::string& id, Table& table);
  /// A problem about a reference, unless files are missing.
  void dangling(const TomlNode& at, std::string message, std::string_view wrong, const std::vector<std::string>& known);
};

/// The file of a template that is named with or without its extension; "" where there is none.
std::string find_template(const std::vector<std::string>& files, const std::string& name);
/// What to do where there is none.
std::string suggest_template(const std::vector<std::string>& files, const std::string& name);

/// What may stand in a condition.
enum class Scope : std::uint8_t { event, traits, lead };

/// A table of entries (`where`, `when`); `what` names it in messages.
core::Condition read_condition(Reading& reading, const TomlNode& node, Scope scope, const std::string& what);
/// One entry "<path>" = value or table of operators; appended to `out.children`. `base` has kind, path or subject.
void read_operators(Reading& reading, const TomlNode& entry, const core::Condition& base, const std::string& what,
                    core::Condition& out);
/// `did`, `tier`, `"intent.x"`, `"stage.x"`, `"customer.x"` of a `when`; false: the key is none of them.
bool read_lead_entry(Reading& reading, const TomlNode& entry, const std::string& what, core::Condition& out);
/// A valid path of an event, or a problem at `at`.
std::optional<std::string> read_event_path(Reading& reading, const TomlNode& at, const std::string& path,
                                           const std::string& what);

/// Activity names: a string or a list of strings, at least one.
std::vector<std::string> read_names(Reading& reading, const TomlNode& node, const std::string& what);
/// The match of this definition, made if it is new. `value_path` may be empty.
std::uint32_t match_of(Reading& reading, std::vector<std::string> on, core::Condition where,
                       const std::string& value_path);
/// Key `on_key` (names) and `where` of a table; nothing where the names are wrong.
std::optional<std::uint32_t> read_match(Reading& reading, Table& table, std::string_view on_key,
                                        const std::string& value_path);
/// "pipeline/stage" or "intent/level" -> both, known; otherwise a problem.
std::optional<std::pair<std::string, std::string>> read_pair(Reading& reading, const TomlNode& node,
                                                             const std::vector<OuterId>& known, std::string_view outer,
                                                             std::string_view inner);
/// An entry of a list of known ids (tier, category, ...); otherwise a problem.
bool check_known(Reading& reading, const TomlNode& node, std::string_view noun, const std::vector<std::string>& known);
/// What a trigger's `on`, a sequence's `enrol_on` and `exit_on` hold.
std::optional<core::Occasion> read_occasion(Reading& reading, const TomlNode& node, const std::string& what);
/// "3d", "2h", "90m".
struct Span {
  std::int64_t amount = 0;
  char unit = 'd';
};
std::optional<Span> read_span(Table& table, std::string_view key, Need need);

// What can be read but cannot have been meant becomes a remark.
/// `node`: an activity name that nearly is one of the dotted ones.
void remark_reserved(Reading& reading, const TomlNode& node);
void remark_condition(Reading& reading, const TomlNode& node, const core::Condition& condition,
                      const std::string& what);
/// `added`: what the entry "customer.<field>" asks for; a text where there are numbers, a word that does not exist.
void remark_customer(Reading& reading, const TomlNode& entry, std::span<const core::Condition> added);
/// One file of a book that was read without problems.
void remark_book(Reading& reading, const TomlNode& root);

// The sections of a file, each appended to the book.
void read_score(Reading& reading, Table& root);
void read_categories(Reading& reading, Table& root);
void read_rules(Reading& reading, Table& root);
void read_fits(Reading& reading, Table& root);
void read_inactivities(Reading& reading, Table& root);
void read_tiers(Reading& reading, Table& root);
void read_intents(Reading& reading, Table& root);
void read_pipelines(Reading& reading, Table& root);
void read_triggers(Reading& reading, Table& root);
void read_sequences(Reading& reading, Table& root);

/// A table as JSON text (keys by bytes); what JSON does not have becomes a problem.
std::string to_json(Reading& reading, const TomlNode& node);

}  // namespace scoreline::wire
