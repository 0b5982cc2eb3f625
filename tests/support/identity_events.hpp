#pragma once
/// Events for tests of identity, written short: `event("anon:x user:k email:k@example.com erp:jtl:7")`.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "core/activity.hpp"

namespace scoreline::test::identity {

inline core::Identifier identifier(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string value = text.substr(colon + 1);
  if (kind == "user") return {core::IdentifierKind::user, value};
  if (kind == "email") return {core::IdentifierKind::email, value};
  if (kind == "erp") return {core::IdentifierKind::erp, value};
  return {core::IdentifierKind::anon, value};
}

/// `claims`: identifiers between blanks; `untrusted` among them marks a browser's write key.
inline core::InputEvent event(const std::string& claims, const std::string& message_id = "m") {
  core::InputEvent event;
  event.trusted = true;
  event.type = "track";
  event.name = "X";
  event.source = "default";
  event.message_id = message_id;
  std::istringstream words(claims);
  for (std::string word; words >> word;) {
    if (word == "untrusted")
      event.trusted = false;
    else
      event.identifiers.push_back(identifier(word));
  }
  std::sort(event.identifiers.begin(), event.identifiers.end(), [](const auto& a, const auto& b) { return a.kind < b.kind; });
  return event;
}

inline core::Trait trait(const std::string& key, const std::string& json, std::int64_t at = 0, const std::string& message_id = "m") {
  return {key, json, core::Instant{at}, message_id};
}

/// "anon:x email:e user:k", sorted by bytes.
inline std::string listed(const std::vector<core::Identifier>& identifiers) {
  std::vector<std::string> texts;
  for (const core::Identifier& id : identifiers) texts.push_back(core::to_text(id));
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

}  // namespace scoreline::test::identity
