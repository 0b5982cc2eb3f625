#include "core/identity.hpp"

#include <algorithm>
#include <iterator>

#include "base/bytes.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kVersion = 1;

bool by_key(const Trait& a, const Trait& b) { return a.key < b.key; }

/// The source of an erp identifier: `<source>:<number>`.
std::string_view erp_source(const Identifier& id) { return std::string_view(id.value).substr(0, id.value.find(':')); }

void read_traits(base::ByteReader& in, std::vector<Trait>& traits) {
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    Trait trait;
    trait.key = in.text();
    trait.json = in.text();
    trait.at.us = in.i64();
    trait.message_id = in.text();
    traits.push_back(std::move(trait));
  }
}

bool sorted_and_unique(const std::vector<Trait>& traits) {
  return std::adjacent_find(traits.begin(), traits.end(), [](const Trait& a, const Trait& b) { return a.key >= b.key; }) == traits.end();
}

}  // namespace

std::string encode(const LeadIdentity& identity) {
  std::string bytes;
  if (identity.identifiers.empty() && identity.traits.empty() && identity.absorbed.empty()) return bytes;
  base::ByteWriter out(bytes);
  out.u64(kVersion);
  out.u64(identity.identifiers.size());
  for (const Identifier& id : identity.identifiers) {
    out.u64(static_cast<std::uint64_t>(id.kind));
    out.text(id.value);
  }
  out.u64(identity.traits.size());
  for (const Trait& trait : identity.traits) {
    out.text(trait.key);
    out.text(trait.json);
    out.i64(trait.at.us);
    out.text(trait.message_id);
  }
  out.u64(identity.absorbed.size());
  for (const LeadId lead : identity.absorbed) out.u64(lead.value);
  return bytes;
}

std::optional<LeadIdentity> decode_identity(std::string_view bytes) {
  LeadIdentity identity;
  if (bytes.empty()) return identity;
  base::ByteReader in(bytes);
  if (in.u64() != kVersion) return std::nullopt;
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) {
    const std::uint64_t kind = in.u64();
    if (kind > static_cast<std::uint64_t>(IdentifierKind::erp)) return std::nullopt;
    identity.identifiers.push_back({static_cast<IdentifierKind>(kind), std::string(in.text())});
  }
  read_traits(in, identity.traits);
  for (std::size_t n = in.count(); n > 0 && in.ok(); --n) identity.absorbed.push_back({in.u64()});
  if (!in.ok() || !in.at_end() || !sorted_and_unique(identity.traits)) return std::nullopt;
  return identity;
}

base::Hash128 identifier_hash(const base::HashKey& key, const Identifier& id) {
  constexpr std::size_t kOnStack = 248;
  static constexpr std::string_view kPrefixes[] = {"anon:", "user:", "email:", "erp:"};
  const std::string_view prefix = kPrefixes[static_cast<std::size_t>(id.kind)];
  const std::size_t size = prefix.size() + id.value.size();
  if (size > kOnStack) return base::keyed_hash(key, to_text(id));
  char text[kOnStack];
  std::copy(id.value.begin(), id.value.end(), std::copy(prefix.begin(), prefix.end(), text));
  return base::keyed_hash(key, {text, size});
}

bool exclude_each_other(const Identifier& a, const Identifier& b) {
  if (a.kind != b.kind || a.value == b.value) return false;
  if (a.kind == IdentifierKind::user) return true;
  return a.kind == IdentifierKind::erp && erp_source(a) == erp_source(b);
}

bool has_strong(const LeadIdentity& identity) {
  return std::any_of(identity.identifiers.begin(), identity.identifiers.end(), [](const Identifier& id) { return is_strong(id.kind); });
}

bool holds_user_or_erp(const LeadIdentity& identity) {
  return std::any_of(identity.identifiers.begin(), identity.identifiers.end(),
                     [](const Identifier& id) { return id.kind == IdentifierKind::user || id.kind == IdentifierKind::erp; });
}

bool excludes(const LeadIdentity& identity, const Identifier& id) {
  return std::any_of(identity.identifiers.begin(), identity.identifiers.end(),
                     [&](const Identifier& held) { return exclude_each_other(held, id); });
}

bool excludes(const LeadIdentity& a, const LeadIdentity& b) {
  return std::any_of(b.identifiers.begin(), b.identifiers.end(), [&](const Identifier& id) { return excludes(a, id); });
}

// New keys are merged in at the end: an event may bring thousands, and so may a lead have.
void take_traits(std::vector<Trait>& traits, std::span<const Trait> values, std::vector<Trait>& taken) {
  std::vector<Trait> fresh;
  for (const Trait& value : values) {
    const auto held = std::lower_bound(traits.begin(), traits.end(), value, by_key);
    if (held == traits.end() || held->key != value.key) {
      fresh.push_back(value);
    } else if (wins(value, *held)) {
      *held = value;
    } else {
      continue;
    }
    taken.push_back(value);
  }
  if (fresh.empty()) return;
  std::stable_sort(fresh.begin(), fresh.end(), by_key);
  fresh.erase(std::unique(fresh.begin(), fresh.end(), [](const Trait& a, const Trait& b) { return a.key == b.key; }), fresh.end());
  traits = unite_traits(std::move(traits), std::move(fresh));
}

std::vector<Trait> unite_traits(std::vector<Trait> a, std::vector<Trait> b) {
  if (a.empty() || b.empty()) return a.empty() ? std::move(b) : std::move(a);
  std::vector<Trait> both;
  both.reserve(a.size() + b.size());
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (left->key == right->key) {
      both.push_back(std::move(wins(*right, *left) ? *right : *left));
      ++left;
      ++right;
    } else {
      both.push_back(std::move(left->key < right->key ? *left++ : *right++));
    }
  }
  both.insert(both.end(), std::make_move_iterator(left), std::make_move_iterator(a.end()));
  both.insert(both.end(), std::make_move_iterator(right), std::make_move_iterator(b.end()));
  return both;
}

}  // namespace scoreline::core
