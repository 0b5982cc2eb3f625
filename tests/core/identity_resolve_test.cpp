#include "core/identity_resolve.hpp"

#include <doctest/doctest.h>

#include <map>

#include "support/identity_events.hpp"

namespace scoreline::core {
namespace {

using test::identity::event;
using test::identity::identifier;
using test::identity::listed;

/// A book that grows event by event.
struct World {
  IdentityBook book{base::HashKey{}};
  std::uint64_t last_id = 0;
  std::uint32_t refused = 0;

  Resolution see(const InputEvent& event) {
    auto who = resolve(book, event, [this] { return LeadId{++last_id}; });
    REQUIRE_MESSAGE(who.ok(), "refused: ", who.ok() ? "" : who.error().code);
    refused += who->refused;
    return *who;
  }
  Resolution see(const std::string& claims) { return see(event(claims)); }
  std::string refusal(const InputEvent& event) {
    const auto who = resolve(book, event, [this] { return LeadId{++last_id}; });
    return who.ok() ? "" : who.error().code;
  }
  /// "1: anon:x user:k | 2: user:v", surviving leads by id.
  std::string leads() {
    std::string all;
    for (std::uint64_t id = 1; id <= last_id; ++id) {
      BookLead* lead = book.find({id});
      if (!lead || lead->merged_into || lead->erased) continue;
      all += (all.empty() ? "" : " | ") + std::to_string(id) + ": " + listed(book.identity(*lead).identifiers);
    }
    return all;
  }
};

std::string merges_of(const Resolution& who) {
  std::string all;
  for (const Merge& merge : who.merges)
    all += (all.empty() ? "" : ", ") + std::to_string(merge.loser.value) + "->" + std::to_string(merge.survivor.value);
  return all;
}

struct Case {
  const char* what;
  std::vector<const char*> events;
  std::uint64_t target;   // of the last event
  const char* merges;     // of the last event
  const char* leads;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.what);
    World world;
    Resolution last;
    for (const char* claims : c.events) last = world.see(claims);
    CHECK(last.lead->id.value == c.target);
    CHECK(merges_of(last) == c.merges);
    CHECK(world.leads() == c.leads);
    CHECK(world.refused == 0);
  }
}

TEST_CASE("step 1: the target") {
  check({
      {"a new cookie is a new lead", {"anon:x"}, 1, "", "1: anon:x"},
      {"a known cookie is its lead", {"anon:x", "anon:x"}, 1, "", "1: anon:x"},
      {"new strong identifiers are one new lead", {"user:k email:k@x"}, 1, "", "1: email:k@x user:k"},
      {"a login gives the cookie's lead a name", {"anon:x", "anon:x user:k"}, 1, "", "1: anon:x user:k"},
      {"an address does so, too", {"anon:x", "anon:x email:k@x"}, 1, "", "1: anon:x email:k@x"},
      {"the user's lead comes before the e-mail's", {"email:e@x", "user:k", "user:k email:e@x"}, 1, "2->1", "1: email:e@x user:k"},
      {"the e-mail's lead, when the user is new", {"email:e@x", "user:k email:e@x"}, 1, "", "1: email:e@x user:k"},
      {"the customer's lead comes before the e-mail's", {"erp:jtl:7", "email:e@x", "erp:jtl:7 email:e@x"}, 1, "2->1",
       "1: email:e@x erp:jtl:7"},
      {"passed over: the address belongs to another user; new lead", {"user:a email:e@x", "user:b email:e@x"}, 2, "",
       "1: email:e@x user:a | 2: user:b"},
      {"passed over: the cookie's lead instead", {"user:a email:e@x", "anon:x", "anon:x user:b email:e@x"}, 2, "",
       "1: email:e@x user:a | 2: anon:x user:b"},
      {"passed over: the cookie's owner is known, so a new lead", {"user:a email:e@x", "anon:x user:c", "anon:x user:b email:e@x"}, 3, "",
       "1: email:e@x user:a | 2: user:c | 3: anon:x user:b"},
      {"passed over: another number of the same ERP", {"erp:jtl:1 email:e@x", "erp:jtl:2 email:e@x"}, 2, "",
       "1: email:e@x erp:jtl:1 | 2: erp:jtl:2"},
      {"not passed over: a number of another ERP", {"erp:jtl:1 email:e@x", "erp:xentral:2 email:e@x"}, 1, "",
       "1: email:e@x erp:jtl:1 erp:xentral:2"},
      {"not passed over: the event carries no user", {"user:a email:e@x", "anon:y email:e@x"}, 1, "", "1: anon:y email:e@x user:a"},
  });
}

TEST_CASE("step 2: joining and merging") {
  check({
      {"a second address joins", {"user:k email:a@x", "user:k email:b@x"}, 1, "", "1: email:a@x email:b@x user:k"},
      {"two known leads merge, the older survives", {"user:k", "email:e@x", "user:k email:e@x"}, 1, "2->1", "1: email:e@x user:k"},
      {"also when it is not the target", {"email:e@x", "user:k", "user:k email:e@x"}, 1, "2->1", "1: email:e@x user:k"},
      {"two users never merge", {"user:a email:a@x", "user:b email:b@x", "user:b email:a@x"}, 2, "",
       "1: email:a@x user:a | 2: email:b@x user:b"},
      {"two numbers of one ERP never merge", {"erp:jtl:1 email:a@x", "user:k email:b@x", "erp:jtl:2 email:b@x", "user:k email:a@x"}, 2, "",
       "1: email:a@x erp:jtl:1 | 2: email:b@x erp:jtl:2 user:k"},
      {"customer and user merge by their address", {"erp:jtl:1 email:a@x", "user:k", "user:k email:a@x"}, 1, "2->1",
       "1: email:a@x erp:jtl:1 user:k"},
  });
}

TEST_CASE("step 3: the cookie") {
  check({
      {"unowned, it joins", {"user:k", "anon:x user:k"}, 1, "", "1: anon:x user:k"},
      {"its purely anonymous lead is merged; the known one survives, though younger", {"anon:x", "user:k", "anon:x user:k"}, 2, "1->2",
       "2: anon:x user:k"},
      {"and though older", {"user:k", "anon:x", "anon:x user:k"}, 1, "2->1", "1: anon:x user:k"},
      {"of a known lead, it moves alone", {"anon:x user:a", "anon:x user:b"}, 2, "", "1: user:a | 2: anon:x user:b"},
      {"also between leads that might merge", {"anon:x email:e@x", "user:k", "anon:x user:k"}, 2, "", "1: email:e@x | 2: anon:x user:k"},
      {"back again", {"anon:x user:a", "anon:x user:b", "anon:x user:a"}, 1, "", "1: anon:x user:a | 2: user:b"},
  });
}

TEST_CASE("several merges by one event happen in the order of the steps") {
  check({
      {"the target survives all", {"user:k", "email:e@x", "anon:x", "anon:x user:k email:e@x"}, 1, "2->1, 3->1",
       "1: anon:x email:e@x user:k"},
      {"the oldest known one survives, the target changes in between", {"anon:x", "email:e@x", "user:k", "anon:x user:k email:e@x"}, 2,
       "3->2, 1->2", "2: anon:x email:e@x user:k"},
      {"customer, address", {"email:e@x", "erp:jtl:7", "erp:jtl:7 email:e@x"}, 1, "2->1", "1: email:e@x erp:jtl:7"},
      {"the cookie's owner is merged by its address: no move is left", {"anon:x email:e@x", "user:k", "anon:x user:k email:e@x"}, 1, "2->1",
       "1: anon:x email:e@x user:k"},
  });
}

TEST_CASE("step 0: an untrusted key may not claim the address of a user or customer") {
  check({
      {"mallory gets a lead of her own", {"user:v email:v@x", "untrusted anon:z user:mallory email:v@x"}, 2, "",
       "1: email:v@x user:v | 2: anon:z user:mallory"},
      {"only the cookie is left", {"user:v email:v@x", "untrusted anon:y email:v@x"}, 2, "",
       "1: email:v@x user:v | 2: anon:y"},
      {"a customer's address", {"erp:jtl:7 email:d@x", "user:u", "untrusted user:u email:d@x"}, 2, "",
       "1: email:d@x erp:jtl:7 | 2: user:u"},
      {"an address that only a cookie has may be claimed", {"anon:x email:c@x", "user:u", "untrusted user:u email:c@x"}, 1, "2->1",
       "1: anon:x email:c@x user:u"},
      {"an unowned one as well", {"untrusted user:u email:n@x"}, 1, "", "1: email:n@x user:u"},
      {"trusted keys may", {"user:v email:v@x", "anon:w email:v@x"}, 1, "", "1: anon:w email:v@x user:v"},
  });
}

TEST_CASE("what step 0 ignored is reported, and nothing left is an error that changes nothing") {
  World world;
  world.see("user:v email:v@x");
  CHECK(world.see("untrusted user:m email:v@x").email_ignored);
  CHECK(world.see("untrusted user:v email:v@x").email_ignored);
  CHECK_FALSE(world.see("user:v email:v@x").email_ignored);
  const std::string before = world.leads();
  CHECK(world.refusal(event("untrusted email:v@x")) == "missing_id");
  CHECK(world.refusal(event("")) == "missing_id");
  CHECK(world.leads() == before);
  CHECK(world.last_id == 2);
}

TEST_CASE("shared browser: the cookie goes with the login, nobody is merged") {
  World world;
  CHECK(world.see("anon:c").lead->id.value == 1);
  CHECK(world.see("anon:c user:U1").lead->id.value == 1);
  CHECK(world.see("anon:c").lead->id.value == 1);
  CHECK(world.see("anon:c user:U2").lead->id.value == 2);
  CHECK(world.see("anon:c").lead->id.value == 2);
  CHECK(world.leads() == "1: user:U1 | 2: anon:c user:U2");
}

TEST_CASE("identify first, last or in between: one lead each") {
  for (const std::vector<const char*>& order : {std::vector<const char*>{"anon:A user:K", "anon:A", "user:K"},
                                                std::vector<const char*>{"anon:A", "user:K", "anon:A user:K"},
                                                std::vector<const char*>{"anon:A", "anon:A user:K", "user:K"}}) {
    World world;
    for (const char* claims : order) world.see(claims);
    BookLead* lead = world.book.owner(identifier("user:K"));
    CHECK(lead == world.book.owner(identifier("anon:A")));
    CHECK(listed(world.book.identity(*lead).identifiers) == "anon:A user:K");
  }
}

TEST_CASE("whole histories: exclusive and untrusted, untrusted e-mail") {
  check({
      {"users, a customer and a cookie that claim each other's addresses",
       {"user:u1 email:a@x", "user:u2 email:b@x", "user:u2 email:a@x", "user:u2", "anon:x email:c@x", "erp:jtl:7 email:d@x",
        "untrusted user:u3", "untrusted user:u3 email:d@x", "user:u3", "untrusted user:u3 email:c@x"},
       3, "5->3", "1: email:a@x user:u1 | 2: email:b@x user:u2 | 3: anon:x email:c@x user:u3 | 4: email:d@x erp:jtl:7"},
      {"an address claimed by a stranger, by a cookie, and by a trusted key",
       {"user:v email:v@x", "untrusted anon:z user:mallory email:v@x", "untrusted user:mallory", "untrusted anon:y email:v@x",
        "untrusted anon:y", "untrusted anon:y", "anon:w email:v@x", "untrusted anon:w"},
       1, "", "1: anon:w email:v@x user:v | 2: anon:z user:mallory | 3: anon:y"},
  });
}

// A lead of user:<name> with `count` identifiers.
void grow(World& world, const std::string& name, int count) {
  for (int i = 1; i < count; ++i) world.see("user:" + name + " email:" + name + std::to_string(i) + "@x");
}

TEST_CASE("step 4: a lead never grows beyond 100 identifiers; the event is still the target's") {
  World world;
  grow(world, "k", 100);
  CHECK(world.refused == 0);
  SUBCASE("a join is refused") {
    const Resolution who = world.see("user:k email:one-more@x");
    CHECK(who.lead->id.value == 1);
    CHECK(who.refused == 1);
    CHECK(world.book.owner(identifier("email:one-more@x")) == nullptr);
  }
  SUBCASE("a merge is refused, and so is a cookie's") {
    world.see("email:other@x");
    world.see("anon:x");
    const Resolution who = world.see("anon:x user:k email:other@x");
    CHECK(who.lead->id.value == 1);
    CHECK(who.merges.empty());
    CHECK(who.refused == 2);
    CHECK(world.book.owner(identifier("email:other@x"))->id.value == 2);
    CHECK(world.book.owner(identifier("anon:x"))->id.value == 3);
  }
  SUBCASE("a cookie of another known lead stays where it is") {
    world.see("anon:y user:b");
    CHECK(world.see("anon:y user:k").refused == 1);
    CHECK(world.book.owner(identifier("anon:y"))->id.value == 2);
  }
  SUBCASE("two users are no matter of size") {
    world.see("user:b email:b@x");
    CHECK(world.see("user:k email:b@x").refused == 0);
  }
  CHECK(world.book.identity(*world.book.find({1})).identifiers.size() == 100);
}

TEST_CASE("step 4: exactly 100 is allowed, by join and by merge") {
  World world;
  grow(world, "k", 98);
  world.see("anon:x email:e@x");
  CHECK(world.see("user:k email:e@x").refused == 0);
  CHECK(world.book.identity(*world.book.find({1})).identifiers.size() == 100);

  World other;
  grow(other, "k", 99);
  other.see("anon:x email:e@x");
  CHECK(other.see("user:k email:e@x").refused == 1);
  CHECK(other.see("user:k email:hundredth@x").refused == 0);
  CHECK(other.book.identity(*other.book.find({1})).identifiers.size() == 100);
}

TEST_CASE("a lead id names today's lead; unknown and erased ones are refused") {
  World world;
  world.see("anon:x");
  world.see("user:k");
  world.see("anon:x user:k");
  InputEvent by_id = event("");
  by_id.lead = {1};
  CHECK(world.see(by_id).lead->id.value == 2);
  by_id.lead = {99};
  CHECK(world.refusal(by_id) == "unknown_lead");
  world.book.erase(*world.book.find({2}));
  by_id.lead = {1};
  CHECK(world.refusal(by_id) == "unknown_lead");
  CHECK(world.see("user:k").lead->id.value == 3);
}

TEST_CASE("a merged lead keeps nothing but whom it became; the survivor knows all it took in") {
  World world;
  world.see("anon:x");
  std::vector<Trait> taken;
  const std::vector<Trait> old{test::identity::trait("title", "\"CTO\"", 5), test::identity::trait("city", "\"Ulm\"", 1)};
  world.book.take_traits(*world.book.find({1}), old, taken);
  world.see("email:e@x");
  const std::vector<Trait> young{test::identity::trait("title", "\"CEO\"", 4)};
  world.book.take_traits(*world.book.find({2}), young, taken);
  world.see("anon:x email:e@x");
  world.see("user:k");
  world.see("user:k email:e@x");
  CHECK(world.leads() == "2: anon:x email:e@x user:k");
  const LeadIdentity& kept = world.book.identity(*world.book.find({2}));
  CHECK(kept.absorbed == std::vector<LeadId>{{1}, {3}});
  REQUIRE(kept.traits.size() == 2);
  CHECK(kept.traits[1].json == "\"CTO\"");
  for (const std::uint64_t gone : {1, 3}) {
    CHECK(world.book.settled({gone})->id.value == 2);
    CHECK(world.book.identity(*world.book.find({gone})).identifiers.empty());
  }
}

TEST_CASE("an erasure means whom the identifiers mean, and makes nobody") {
  World world;
  world.see("user:k email:k@x");
  const auto meant = [&](const std::string& claims) { return *resolve_erasure(world.book, event(claims)); };
  CHECK(meant("user:k")->id.value == 1);
  CHECK(meant("email:k@x")->id.value == 1);
  CHECK(meant("user:nobody") == nullptr);
  CHECK_MESSAGE(meant("user:b email:k@x") == nullptr, "the address is another user's");
  CHECK(world.last_id == 1);
  InputEvent by_id = event("");
  by_id.lead = {7};
  CHECK(resolve_erasure(world.book, by_id).error().code == "unknown_lead");
}

}  // namespace
}  // namespace scoreline::core
