#pragma once
/// What the decoders of all input topics share (private to wire; erp_data and customer_report read values by it, too):
/// typed members of a checked text, and small changes of raw objects. One Values per event; the first fault is
/// remembered, readers go on with empty values.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/activity.hpp"
#include "core/value.hpp"

namespace scoreline::wire::input {

/// Ids longer than this are refused: no system has such, and keys and rows should stay small.
inline constexpr std::size_t kIdBytesMax = 512;

/// `raw` is a member's JSON text, "" when it is missing; `where` its JSON pointer. Missing and null are the same.
class Values {
 public:
  bool ok() const { return error_.code.empty(); }
  const base::Error& error() const { return error_; }
  /// Remembers the first fault.
  void refuse(std::string_view code, std::string_view message, std::string_view where);

  /// A string or a number's decimal text; "" when absent.
  std::string id(std::string_view raw, std::string_view where);
  /// The id of a person: "" for those that no person has, too.
  std::string person(std::string_view raw, std::string_view where);
  std::string text(std::string_view raw, std::string_view where);
  // The same into a string that keeps its room.
  void id(std::string_view raw, std::string_view where, std::string& out);
  void text(std::string_view raw, std::string_view where, std::string& out);
  bool flag(std::string_view raw, std::string_view where);
  std::optional<std::int64_t> integer(std::string_view raw, std::string_view where);
  std::optional<core::Number> number(std::string_view raw, std::string_view where);
  /// Raw text of an object; "" when absent.
  std::string_view object(std::string_view raw, std::string_view where);
  std::string_view array(std::string_view raw, std::string_view where);
  /// nullopt when absent, "" included.
  std::optional<base::Instant> instant(std::string_view raw, std::string_view where);
  std::optional<base::Day> date(std::string_view raw, std::string_view where);
  /// messageId: required.
  std::string message_id(std::string_view raw);
  void message_id(std::string_view raw, std::string& out);

 private:
  base::Error error_;
};

/// `at` of semantics 1: missing, before 1970 or more than 24 h after `received_at`: `received_at` instead.
base::Instant settled(std::optional<base::Instant> at, base::Instant received_at);

/// Raw value of a member; "" when there is none.
std::string_view member(std::string_view object, std::string_view key);
/// Content of a string member; "" for anything else.
std::string string_member(std::string_view object, std::string_view key);
/// The object without that member.
std::string without(std::string_view object, std::string_view key);
/// The object with that member set.
std::string with(std::string_view object, std::string_view key, std::string_view value);
/// The members of both, those of `over` where both have one. "" counts as an empty object.
std::string merged(std::string_view over, std::string_view under);

/// Adds the identifier unless it is absent ("").
void add(core::InputEvent& event, core::IdentifierKind kind, std::string value);
/// anonymousId, else userId, else `e` (semantics 3, Duplicates).
std::string key_of(const core::InputEvent& event);

}  // namespace scoreline::wire::input
