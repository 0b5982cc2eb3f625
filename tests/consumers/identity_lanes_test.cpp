// Several identity lanes over the same tables (facts: interleavings 10 to 15), random histories, any cut into batches.
#include <doctest/doctest.h>

#include <random>

#include "support/identity_lane.hpp"

namespace scoreline::consumers {
namespace {

using namespace test::identity;

TEST_CASE("interleaving 10: two lanes see a new address at once; one lead, both events on it") {
  flow::MemoryDatabase database;
  Lane one(database), other(database);
  const std::vector<InputEvent> first{event("anon:x email:e@x", "m1")}, second{event("anon:y email:e@x", "m2")};
  one.decide(first);
  other.decide(second);
  one.commit();
  CHECK_FALSE(other.commit_or_repeat(second));
  const core::LeadId lead = one.emitted[0].lead;
  CHECK(other.emitted[0].lead == lead);
  CHECK(leads_of(database) == std::to_string(lead.value) + ": anon:x anon:y email:e@x");
  CHECK(database.activities.size() == 2);
}

TEST_CASE("interleaving 11: two lanes bring traits of one lead; the newest stays, whoever commits first") {
  for (const bool older_first : {true, false}) {
    CAPTURE(older_first);
    flow::MemoryDatabase database;
    Lane one(database), other(database);
    one.run({event("user:k")});
    const std::vector<InputEvent> older{with(event("user:k", "m1"), {trait("title", "\"CTO\"", 1)})};
    const std::vector<InputEvent> newer{with(event("user:k", "m2"), {trait("title", "null", 2)})};
    one.decide(older_first ? older : newer);
    other.decide(older_first ? newer : older);
    one.commit();
    CHECK_FALSE(other.commit_or_repeat(older_first ? newer : older));
    const auto kept = core::decode_identity(database.identities.at({1}).personal);
    REQUIRE(kept->traits.size() == 1);
    CHECK(kept->traits[0].json == "null");
    CHECK(other.emitted[0].activity.trait_changes.size() == (older_first ? 1 : 0));
  }
}

TEST_CASE("interleaving 12: a retraction and its activity in two lanes, one after the other: it counts for nobody") {
  for (const bool retraction_first : {true, false}) {
    CAPTURE(retraction_first);
    flow::MemoryDatabase database;
    Lane one(database), other(database);
    if (retraction_first) other.run({retraction("m1")});
    one.run({event("user:k", "m1")});
    if (!retraction_first) other.run({retraction("m1")});
    const bool taken_back = texts_of(other.emitted) == "retraction(1,m1)";
    CHECK(one.emitted[0].activity.retracted != taken_back);
  }
}

TEST_CASE("interleaving 13: the lead of a retracted activity is merged by another lane, before or after") {
  flow::MemoryDatabase database;
  Lane one(database), other(database);
  one.run({event("anon:x", "m1"), event("anon:x", "m2"), event("user:k")});
  CHECK(texts_of(other.run({retraction("m1")})) == "retraction(1,m1)");
  one.run({event("anon:x user:k")});
  CHECK(texts_of(other.run({retraction("m2")})) == "retraction(2,m2)");
  one.run({event("email:old@x", "m5"), event("user:z"), event("user:k email:old@x")});
  CHECK(texts_of(other.run({event("anon:y", "m6"), event("anon:y user:k"), retraction("m6")})).ends_with("retraction(2,m6)"));
}

TEST_CASE("interleaving 14: an erasure meets activities of other lanes before and after it") {
  flow::MemoryDatabase database;
  Lane one(database), other(database);
  one.run({event("user:k", "m1")});
  other.run({erasure("user:k")});
  CHECK(texts_of(one.run({event("user:k", "m2")})) == "X(2)");
  CHECK(leads_of(database) == "2: user:k");
  CHECK(decode(database.activities[0].record)->activity.identifiers.empty());
}

TEST_CASE("interleaving 15: an event on an identifier whose lead another lane has just merged goes out as it was read") {
  flow::MemoryDatabase database;
  Lane one(database), other(database);
  one.run({event("anon:x"), event("user:k")});
  one.decide({event("anon:x", "m1")});
  other.run({event("anon:x user:k")});
  CHECK(one.commit_or_repeat({event("anon:x", "m1")}));
  CHECK_MESSAGE(texts_of(one.emitted) == "X(1)", "the flow forwards it to the survivor");
  CHECK(texts_of(one.run({event("anon:x", "m2")})) == "X(2)");
}

TEST_CASE("two lanes merge the same leads at once: merged once") {
  flow::MemoryDatabase database;
  Lane one(database), other(database);
  one.run({event("anon:x"), event("user:k")});
  const std::vector<InputEvent> first{event("anon:x user:k", "m1")}, second{event("anon:x user:k", "m2")};
  one.decide(first);
  other.decide(second);
  one.commit();
  CHECK_FALSE(other.commit_or_repeat(second));
  CHECK(texts_of(one.emitted) == "absorbs(2,1) merged(1,2) X(2)");
  CHECK(texts_of(other.emitted) == "X(2)");
}

TEST_CASE("a cookie that two logins claim at once goes to one after the other") {
  flow::MemoryDatabase database;
  Lane one(database), other(database);
  one.run({event("anon:c user:a"), event("user:b"), event("user:d")});
  const std::vector<InputEvent> first{event("anon:c user:b")}, second{event("anon:c user:d")};
  one.decide(first);
  other.decide(second);
  one.commit();
  CHECK_FALSE(other.commit_or_repeat(second));
  CHECK(leads_of(database) == "1: user:a | 2: user:b | 3: anon:c user:d");
}

std::vector<InputEvent> random_events(std::mt19937& random, int count) {
  const auto roll = [&](int sides) { return static_cast<int>(random() % static_cast<unsigned>(sides)); };
  std::vector<InputEvent> events;
  for (int i = 0; i < count; ++i) {
    const std::string id = "m" + std::to_string(i);
    const int what = roll(20);
    if (what == 0) {
      events.push_back(retraction("m" + std::to_string(roll(count))));
      continue;
    }
    std::string claims = "user:" + std::to_string(roll(12));
    if (what == 1) {
      events.push_back(erasure(claims));
      continue;
    }
    if (roll(2) == 0) claims = "anon:" + std::to_string(roll(12)) + (roll(2) == 0 ? " " + claims : "");
    if (roll(3) == 0) claims += " email:" + std::to_string(roll(12));
    if (roll(4) == 0) claims += " untrusted";
    InputEvent event = what == 2 ? test::identity::event("erp:jtl:" + std::to_string(roll(4)) + " email:" + std::to_string(roll(12)), id)
                                 : test::identity::event(claims, id);
    if (roll(3) == 0) event.trait_values = {trait(std::string(1, static_cast<char>('a' + roll(3))), std::to_string(i), roll(50), id)};
    events.push_back(event);
  }
  return events;
}

TEST_CASE("the result does not depend on how the records were cut into batches") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::vector<InputEvent> events = random_events(random, 150);
    House whole, cut;
    const std::string expected = texts_of(whole.lane.run(events));
    std::string got;
    for (std::size_t from = 0; from < events.size();) {
      const std::size_t to = std::min(events.size(), from + 1 + random() % 9);
      const auto at = [&](std::size_t i) { return events.begin() + static_cast<std::ptrdiff_t>(i); };
      const std::string part = texts_of(cut.lane.run({at(from), at(to)}));
      if (!part.empty()) got += (got.empty() ? "" : " ") + part;
      from = to;
    }
    CHECK(got == expected);
    CHECK(leads_of(cut.database) == leads_of(whole.database));
    CHECK(cut.database.retractions == whole.database.retractions);
    for (const auto& [id, row] : whole.database.identities) {
      CHECK(cut.database.identities.at(id).personal == row.personal);
      CHECK(cut.database.identities.at(id).merged_into == row.merged_into);
    }
  }
}

TEST_CASE("lanes that keep getting in each other's way leave well-formed leads and every activity once") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    flow::MemoryDatabase database;
    Lane one(database, 5), other(database, 5);
    std::size_t accepted = 0;
    for (int round = 0; round < 25; ++round) {
      std::vector<InputEvent> first = random_events(random, 4), second = random_events(random, 4);
      // Retractions and erasures run alone (the flow's exclusive lock): not part of this race.
      for (auto* events : {&first, &second}) std::erase_if(*events, [](const InputEvent& event) { return event.kind != Kind::activity; });
      one.decide(first);
      other.decide(second);
      one.commit();
      other.commit_or_repeat(second);
      accepted += first.size() - one.errors.size() + second.size() - other.errors.size();
    }
    leads_of(database);
    CHECK(database.activities.size() == accepted);
  }
}

}  // namespace
}  // namespace scoreline::consumers
