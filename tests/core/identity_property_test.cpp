// Whatever comes, in whatever order: the leads stay well-formed, and what the book wants written is what it holds.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "core/identity_resolve.hpp"
#include "support/identity_events.hpp"

namespace scoreline::core {
namespace {

std::string pick(const char* kind, int count) { return std::string(kind) + std::to_string(*rc::gen::inRange(0, count)); }

/// Tracking events carry a, u, e; ERP events c, e. `pool`: how many values of each kind there are.
InputEvent any_event(int pool) {
  std::string claims;
  if (*rc::gen::inRange(0, 4) == 0) {
    claims = pick(*rc::gen::arbitrary<bool>() ? "erp:jtl:" : "erp:xentral:", pool);
  } else {
    if (*rc::gen::arbitrary<bool>()) claims += " " + pick("anon:", pool);
    if (*rc::gen::arbitrary<bool>()) claims += " " + pick("user:", pool);
    if (*rc::gen::inRange(0, 3) == 0) claims += " untrusted";
  }
  if (*rc::gen::arbitrary<bool>()) claims += " " + pick("email:", pool);
  return test::identity::event(claims);
}

bool exclusive_twice(const LeadIdentity& identity) {
  for (const Identifier& a : identity.identifiers)
    for (const Identifier& b : identity.identifiers)
      if (exclude_each_other(a, b)) return true;
  return false;
}

/// Every identifier in one surviving lead, where the book finds it; nothing exclusive twice; no lead too large or empty.
void assert_well_formed(IdentityBook& book, std::uint64_t last_id) {
  std::set<Identifier> seen;
  for (std::uint64_t id = 1; id <= last_id; ++id) {
    BookLead& lead = *book.find({id});
    const LeadIdentity& identity = book.identity(lead);
    if (lead.merged_into || lead.erased) {
      RC_ASSERT(identity.identifiers.empty() && identity.traits.empty());
      continue;
    }
    RC_ASSERT(!identity.identifiers.empty());
    RC_ASSERT(identity.identifiers.size() <= kIdentifiersMax);
    RC_ASSERT(!exclusive_twice(identity));
    for (const Identifier& held : identity.identifiers) {
      RC_ASSERT(seen.insert(held).second);
      RC_ASSERT(book.owner(held) == &lead);
    }
  }
}

/// What the steps promise about one event.
void assert_settled(IdentityBook& book, const InputEvent& event, const Resolution& who) {
  const LeadIdentity& target = book.identity(*who.lead);
  RC_ASSERT(!who.lead->merged_into && !who.lead->erased);
  for (const Identifier& id : event.identifiers) {
    BookLead* owner = book.owner(id);
    const bool ignored = who.email_ignored && id.kind == IdentifierKind::email;
    const bool left = ignored || who.refused > 0 || (owner ? excludes(target, book.identity(*owner)) : excludes(target, id));
    if (is_strong(id.kind)) RC_ASSERT(owner == who.lead || left);
    if (id.kind == IdentifierKind::anon && who.refused == 0) RC_ASSERT(owner == who.lead);
  }
  for (const Merge& merge : who.merges) RC_ASSERT(book.settled(merge.loser) == who.lead);
}

void run(int pool, int events) {
  IdentityBook book{base::HashKey{}};
  std::uint64_t last_id = 0;
  for (int i = 0; i < events; ++i) {
    const InputEvent event = any_event(pool);
    const auto who = resolve(book, event, [&] { return LeadId{++last_id}; });
    if (!who) {
      RC_ASSERT(who.error().code == "missing_id");
      continue;
    }
    assert_settled(book, event, *who);
    if (*rc::gen::inRange(0, 40) == 0) book.erase(*who->lead);
  }
  assert_well_formed(book, last_id);
  std::map<base::Hash128, LeadId> table;
  for (const auto& change : book.changed_identifiers()) {
    RC_ASSERT(!change.from);
    RC_ASSERT(table.emplace(change.hash, change.to).second);
  }
  std::size_t held = 0;
  for (std::uint64_t id = 1; id <= last_id; ++id)
    for (const Identifier& identifier : book.identity(*book.find({id})).identifiers) {
      ++held;
      RC_ASSERT(table[identifier_hash(base::HashKey{}, identifier)] == LeadId{id});
    }
  RC_ASSERT(held == table.size());
}

TEST_CASE("random events over few identifiers: many merges, moves and conflicts") {
  CHECK(rc::check("few", [] { run(*rc::gen::inRange(2, 8), 60); }));
}

TEST_CASE("random events over many identifiers") {
  CHECK(rc::check("many", [] { run(60, 120); }));
}

TEST_CASE("leads at the limit: many addresses, one or two users") {
  IdentityBook book{base::HashKey{}};
  std::uint64_t last_id = 0;
  std::uint32_t refused = 0;
  std::uint64_t dice = 1;
  const auto roll = [&](std::uint64_t sides) {
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return (dice >> 33U) % sides;
  };
  for (int i = 0; i < 4'000; ++i) {
    std::string claims = "email:" + std::to_string(roll(400));
    if (roll(3) != 0) claims += " anon:" + std::to_string(roll(400));
    if (roll(2) != 0) claims += " user:" + std::to_string(roll(2));
    const auto who = resolve(book, test::identity::event(claims), [&] { return LeadId{++last_id}; });
    REQUIRE(who.ok());
    refused += who->refused;
    CHECK(book.identity(*who->lead).identifiers.size() <= kIdentifiersMax);
  }
  CHECK(refused > 0);
  std::size_t largest = 0;
  for (std::uint64_t id = 1; id <= last_id; ++id) largest = std::max(largest, book.identity(*book.find({id})).identifiers.size());
  CHECK(largest == kIdentifiersMax);
}

}  // namespace
}  // namespace scoreline::core
