#pragma once
/// Who is it: one event against all that is known (semantics 3, steps 0 to 4). Pure; the book is its world.
#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.hpp"
#include "core/identity_book.hpp"

namespace scoreline::core {

struct Merge {
  LeadId survivor, loser;
};

struct Resolution {
  BookLead* lead = nullptr;      // the final target: whose event it is
  bool founded = false;          // it is new
  bool email_ignored = false;    // step 0: neither identifier nor trait
  std::uint32_t refused = 0;     // step 4: joins and merges that would have exceeded kIdentifiersMax
  std::vector<Merge> merges;     // in the order in which they happened
};

/// Decides and changes the book. `new_id` is asked for at most one id. Errors (nothing was changed, no id taken):
/// `missing_id` (nothing is left to know anybody by), `unknown_lead` (event.lead is unknown or erased).
base::Result<Resolution> resolve(IdentityBook& book, const InputEvent& event, const std::function<LeadId()>& new_id);

/// Whom an erasure means: by lead id or identifiers as above, but nobody is made or merged. nullptr: nobody we know.
/// Error: `unknown_lead`.
base::Result<BookLead*> resolve_erasure(IdentityBook& book, const InputEvent& event);

}  // namespace scoreline::core
