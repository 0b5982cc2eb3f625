#include "core/identity_resolve.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scoreline::core {
namespace {

/// What an event claims to be, with the owners as they were before it.
struct Claim {
  const Identifier* id = nullptr;
  BookLead* owner = nullptr;
  explicit operator bool() const { return id != nullptr; }
};

struct Claims {
  Claim anon, user, erp, email;
  /// The order of the steps: u, c, e.
  std::array<const Claim*, 3> strong() const { return {&user, &erp, &email}; }
};

Claim& claim_of(Claims& claims, IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::anon: return claims.anon;
    case IdentifierKind::user: return claims.user;
    case IdentifierKind::email: return claims.email;
    case IdentifierKind::erp: return claims.erp;
  }
  SCORELINE_CHECK(false, "an identifier of no kind");
  return claims.anon;
}

Claims claims_of(IdentityBook& book, const InputEvent& event) {
  Claims claims;
  for (const Identifier& id : event.identifiers) claim_of(claims, id.kind) = {&id, book.owner(id)};
  return claims;
}

base::Error unknown_lead() {
  return {"unknown_lead", "leadId names no lead, or one that was erased; check the id, or name the person by userId or email", "/leadId"};
}

/// One event on its way through the steps.
class Resolver {
 public:
  Resolver(IdentityBook& book, const InputEvent& event) : book_(book), event_(event), claims_(claims_of(book, event)) {}

  base::Result<Resolution> run(const std::function<LeadId()>& new_id);
  /// Step 1 without making anybody; nullptr: nobody.
  BookLead* known_target();
  bool ignore_email();

 private:
  bool passed_over(BookLead& lead);
  BookLead* only_owner() const;
  void join_strong(const Claim& claim);
  void take_anon();
  void give(const Identifier& id);
  void merge(BookLead& other);
  bool full(std::size_t more);

  IdentityBook& book_;
  const InputEvent& event_;
  Claims claims_;
  Resolution result_;
};

// Step 0.
bool Resolver::ignore_email() {
  if (event_.trusted || !claims_.email || !claims_.email.owner) return false;
  if (!holds_user_or_erp(book_.identity(*claims_.email.owner))) return false;
  claims_.email = Claim{};
  return true;
}

// Nothing of the lead that the event could contradict: another value of an exclusive kind that the event carries.
bool Resolver::passed_over(BookLead& lead) {
  if (!claims_.user && !claims_.erp) return false;
  const LeadIdentity& held = book_.identity(lead);
  return (claims_.user && excludes(held, *claims_.user.id)) || (claims_.erp && excludes(held, *claims_.erp.id));
}

BookLead* Resolver::known_target() {
  bool strong = false;
  for (const Claim* claim : claims_.strong()) {
    strong = strong || *claim;
    if (claim->owner && !passed_over(*claim->owner)) return claim->owner;
  }
  BookLead* anon = claims_.anon.owner;
  if (strong && anon && has_strong(book_.identity(*anon))) return nullptr;
  return anon;
}

// The lead that holds all that the event carries: the common case, for which no identity is decoded.
BookLead* Resolver::only_owner() const {
  BookLead* only = nullptr;
  for (const Claim* claim : {&claims_.anon, &claims_.user, &claims_.erp, &claims_.email}) {
    if (!*claim) continue;
    if (!claim->owner || (only && only != claim->owner)) return nullptr;
    only = claim->owner;
  }
  return only;
}

bool Resolver::full(std::size_t more) {
  if (book_.identity(*result_.lead).identifiers.size() + more <= kIdentifiersMax) return false;
  ++result_.refused;
  return true;
}

void Resolver::give(const Identifier& id) {
  if (!full(1)) book_.give(id, *result_.lead);
}

void Resolver::merge(BookLead& other) {
  BookLead& target = *result_.lead;
  const LeadIdentity& ours = book_.identity(target);
  const LeadIdentity& theirs = book_.identity(other);
  if (excludes(ours, theirs) || full(theirs.identifiers.size())) return;
  const bool we_are_known = has_strong(ours), they_are_known = has_strong(theirs);
  const bool we_survive = we_are_known == they_are_known ? target.id < other.id : we_are_known;
  BookLead& survivor = we_survive ? target : other;
  BookLead& loser = we_survive ? other : target;
  book_.merge(survivor, loser);
  result_.merges.push_back({survivor.id, loser.id});
  result_.lead = &survivor;
}

// Step 2. Owners are asked again: an earlier merge of this event may have moved the identifier.
void Resolver::join_strong(const Claim& claim) {
  if (!claim) return;
  BookLead* owner = book_.owner(*claim.id);
  if (owner == result_.lead) return;
  if (!owner) {
    if (!excludes(book_.identity(*result_.lead), *claim.id)) give(*claim.id);
  } else if (!passed_over(*owner)) {
    merge(*owner);
  }
}

// Step 3; without a strong identifier the target is its owner already, or new.
void Resolver::take_anon() {
  if (!claims_.anon) return;
  BookLead* owner = book_.owner(*claims_.anon.id);
  if (owner == result_.lead) return;
  if (owner && !has_strong(book_.identity(*owner)))
    merge(*owner);
  else
    give(*claims_.anon.id);
}

base::Result<Resolution> Resolver::run(const std::function<LeadId()>& new_id) {
  result_.email_ignored = ignore_email();
  if (event_.lead) {
    result_.lead = book_.settled(event_.lead);
    if (!result_.lead) return unknown_lead();
  } else if (!claims_.anon && !claims_.user && !claims_.erp && !claims_.email) {
    return base::Error{"missing_id", "the event carries no identifier that may be used: send anonymousId or userId", ""};
  } else if (BookLead* only = only_owner()) {
    result_.lead = only;
    return std::move(result_);
  } else {
    result_.lead = known_target();
  }
  if (!result_.lead) {
    result_.lead = &book_.found(new_id());
    result_.founded = true;
  }
  for (const Claim* claim : claims_.strong()) join_strong(*claim);
  take_anon();
  return std::move(result_);
}

}  // namespace

base::Result<Resolution> resolve(IdentityBook& book, const InputEvent& event, const std::function<LeadId()>& new_id) {
  return Resolver(book, event).run(new_id);
}

base::Result<BookLead*> resolve_erasure(IdentityBook& book, const InputEvent& event) {
  if (!event.lead) return Resolver(book, event).known_target();
  BookLead* lead = book.settled(event.lead);
  if (!lead) return unknown_lead();
  return lead;
}

}  // namespace scoreline::core
