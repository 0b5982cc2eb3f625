#pragma once
/// What identity keeps of one lead: identifiers, traits, the leads it took in (semantics 3). Pure values and the rules
/// that need no other lead; who an event belongs to is decided in core/identity_resolve.
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "core/activity.hpp"

namespace scoreline::core {

/// A lead never grows beyond this (semantics 3, step 4).
inline constexpr std::size_t kIdentifiersMax = 100;

/// The personal part of a lead. Every identifier belongs to at most one lead.
struct LeadIdentity {
  std::vector<Identifier> identifiers;  // in the order the lead got them
  std::vector<Trait> traits;            // sorted by key, each key once; "null" stays, so that nothing older revives it
  std::vector<LeadId> absorbed;         // every lead that was ever merged into it, directly or before, in that order
};

/// Versioned bytes for IdentityLead::personal; "" for an empty identity.
std::string encode(const LeadIdentity& identity);
/// Safe on any bytes: nullopt when they are none of ours.
std::optional<LeadIdentity> decode_identity(std::string_view bytes);

/// What tables know of an identifier: the keyed hash of to_text(id). Does not allocate for values up to 240 bytes.
base::Hash128 identifier_hash(const base::HashKey& key, const Identifier& id);

/// All kinds but anon are strong.
constexpr bool is_strong(IdentifierKind kind) { return kind != IdentifierKind::anon; }
/// True when both are of the same exclusive kind (`user`, or `erp` of one source) and differ: no lead may hold both.
bool exclude_each_other(const Identifier& a, const Identifier& b);

/// False for purely anonymous leads, and for a lead without any identifier.
bool has_strong(const LeadIdentity& identity);
/// What an untrusted key may not claim the address of (step 0).
bool holds_user_or_erp(const LeadIdentity& identity);
/// True when the lead holds another value of the exclusive kind of `id`.
bool excludes(const LeadIdentity& identity, const Identifier& id);
/// True when merging the two would join two values of an exclusive kind.
bool excludes(const LeadIdentity& a, const LeadIdentity& b);

/// Takes those of `values` that win against what is there, and appends them to `taken`, in their order.
void take_traits(std::vector<Trait>& traits, std::span<const Trait> values, std::vector<Trait>& taken);
/// The winners of both, by key.
std::vector<Trait> unite_traits(std::vector<Trait> a, std::vector<Trait> b);

}  // namespace scoreline::core
