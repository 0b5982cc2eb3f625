#include "core/trait_set.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;

}  // namespace

bool TraitSet::put(const Trait& trait) {
  const auto at = std::lower_bound(traits_.begin(), traits_.end(), trait, [](const Trait& a, const Trait& b) { return a.key < b.key; });
  if (at == traits_.end() || at->key != trait.key) {
    traits_.insert(at, trait);
    return true;
  }
  if (!wins(trait, *at)) return false;
  const bool changed = at->json != trait.json;
  *at = trait;
  return changed;
}

bool TraitSet::put_all(std::span<const Trait> traits) {
  bool changed = false;
  for (const Trait& trait : traits) changed = put(trait) || changed;
  return changed;
}

void TraitSet::encode(std::string& out) const {
  if (traits_.empty()) return;
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.u64(traits_.size());
  for (const Trait& trait : traits_) {
    bytes.text(trait.key);
    bytes.text(trait.json);
    bytes.i64(trait.at.us);
    bytes.text(trait.message_id);
  }
}

bool TraitSet::decode(std::string_view in) {
  traits_.clear();
  if (in.empty()) return true;
  base::ByteReader bytes(in);
  bool good = bytes.u64() == kEncoding;
  const std::size_t size = good ? bytes.count() : 0;
  for (std::size_t i = 0; good && i < size; ++i) {
    Trait trait;
    trait.key = bytes.text();
    trait.json = bytes.text();
    trait.at.us = bytes.i64();
    trait.message_id = bytes.text();
    good = bytes.ok() && (traits_.empty() || traits_.back().key < trait.key);
    if (good) traits_.push_back(std::move(trait));
  }
  good = good && bytes.ok() && bytes.at_end();
  if (!good) traits_.clear();
  return good;
}

}  // namespace scoreline::core
