#include "consumers/identity.hpp"

#include <doctest/doctest.h>

#include "support/identity_lane.hpp"

namespace scoreline::consumers {
namespace {

using namespace test::identity;

TEST_CASE("an activity goes out with its lead and is kept") {
  House house;
  InputEvent page = event("anon:x user:k", "m1");
  page.at = {7};
  page.received_at = {9};
  page.properties = "{\"a\":1}";
  page.depth = 3;
  const auto out = house.lane.run({page});
  REQUIRE(texts_of(out) == "X(1)");
  CHECK(out[0].activity.properties == page.properties);
  CHECK(out[0].activity.identifiers == page.identifiers);
  CHECK(out[0].activity.depth == 3);
  REQUIRE(house.database.activities.size() == 1);
  const flow::ActivityRow& row = house.database.activities[0];
  CHECK(row.lead.value == 1);
  CHECK(row.counted);
  CHECK(row.at.us == 7);
  CHECK(row.log_time.us == 9);
  CHECK(decode(row.record)->activity.message_id == "m1");
  const flow::IdentityLead& lead = house.database.identities.at({1});
  CHECK(lead.created_at.us == 9);
  CHECK(lead.founding_id == base::to_hex(base::keyed_hash(base::HashKey{9}, "\1m1")));
}

TEST_CASE("nothing is written for a lead that an event does not change") {
  House house;
  house.lane.run({with(event("anon:x user:k"), {trait("title", "1", 5)})});
  const auto version = [&] { return house.database.identities.at({1}).version; };
  CHECK(version() == 1);
  house.lane.run({event("anon:x"), event("user:k"), event("anon:x user:k"), with(event("user:k"), {trait("title", "2", 4)})});
  CHECK(version() == 1);
  house.lane.run({with(event("user:k"), {trait("title", "2", 6)})});
  CHECK(version() == 2);
}

TEST_CASE("a merge: absorbs, merged, then the activity, named by its cause") {
  House house;
  InputEvent login = event("anon:x user:k email:e@x", "m9");
  login.history = login.machine = true;
  login.depth = 4;
  const auto out = house.lane.run({event("anon:x"), event("email:e@x"), event("user:k"), login});
  CHECK(texts_of(out) == "X(1) X(2) X(3) absorbs(2,3) merged(3,2) absorbs(2,1) merged(1,2) X(2)");
  const std::string scope = base::to_hex(base::keyed_hash(base::HashKey{9}, "\1m9"));
  for (const std::size_t i : {3, 4}) CHECK(out[i].merge_id == scope + "-1");
  for (const std::size_t i : {5, 6}) CHECK(out[i].merge_id == scope + "-2");
  for (const std::size_t i : {3, 4, 5, 6}) {
    CHECK(out[i].activity.message_id == "m9");
    CHECK(out[i].activity.history);
    CHECK(out[i].activity.machine);
    CHECK(out[i].activity.depth == 4);
  }
  CHECK(leads_of(house.database) == "2: anon:x email:e@x user:k");
  CHECK(house.database.identities.at({1}).merged_into.value == 2);
}

TEST_CASE("traits: only winners go out, for the lead that has them after the merge") {
  House house;
  house.lane.run({with(event("anon:x"), {trait("title", "\"CTO\"", 10), trait("city", "\"Ulm\"", 1)})});
  house.lane.run({with(event("user:k"), {trait("title", "\"CEO\"", 9)})});
  const std::vector<core::Trait> brought{trait("title", "\"late\"", 8), trait("city", "null", 2), trait("new", "1", 0)};
  const auto out = house.lane.run({with(event("anon:x user:k"), brought)});
  const auto& changes = out.back().activity.trait_changes;
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].key == "city");
  CHECK(changes[1].key == "new");
  const auto kept = core::decode_identity(house.database.identities.at({2}).personal);
  REQUIRE(kept->traits.size() == 3);
  CHECK(kept->traits[2].json == "\"CTO\"");
}

TEST_CASE("an ignored address is neither identifier nor trait, nor seen by conditions") {
  House house;
  house.lane.run({event("user:v email:v@x")});
  InputEvent claim = with(event("untrusted user:m email:v@x"), {trait("city", "1"), trait("email", "\"v@x\"")});
  claim.traits = "{\"email\":\"v@x\"}";
  const auto out = house.lane.run({claim});
  REQUIRE(out.size() == 1);
  CHECK(listed(out[0].activity.identifiers) == "user:m");
  REQUIRE(out[0].activity.trait_changes.size() == 1);
  CHECK(out[0].activity.trait_changes[0].key == "city");
  CHECK(out[0].activity.traits == "{}");
  CHECK(leads_of(house.database) == "1: email:v@x user:v | 2: user:m");
}

TEST_CASE("a refused event changes nothing and takes no id") {
  House house;
  InputEvent by_id = event("");
  by_id.lead = {5};
  const auto out = house.lane.run({event("user:v email:v@x"), event("untrusted email:v@x"), event(""), by_id, event("user:w")});
  CHECK(texts_of(out) == "X(1) X(2)");
  CHECK(house.lane.errors == std::vector<std::string>{"missing_id", "missing_id", "unknown_lead"});
  CHECK(house.database.activities.size() == 2);
}

TEST_CASE("a lead id is followed to today's lead, in the same batch and later") {
  House house;
  InputEvent by_id = event("");
  by_id.lead = {1};
  CHECK(texts_of(house.lane.run({event("anon:x"), event("user:k"), by_id, event("anon:x user:k"), by_id})) ==
        "X(1) X(2) X(1) absorbs(2,1) merged(1,2) X(2) X(2)");
  CHECK(texts_of(house.lane.run({by_id})) == "X(2)");
}

TEST_CASE("a tick is passed on") {
  House house;
  CHECK(texts_of(house.lane.run({named(event(""), Kind::tick)})) == "tick");
  CHECK(house.database.activities.empty());
}

TEST_CASE("ERP documents: accepted versions become activities, others change nothing") {
  House house;
  CHECK(texts_of(house.lane.run({document("order", 2), document("order", 2), document("order", 1)})) == "order.placed(1)");
  CHECK(house.lane.emitted[0].activity.at.us == 42);
  const std::vector<InputEvent> versions{document("order", 1, true), document("order", 3), document("order", 4, true),
                                         document("order", 5, true)};
  CHECK(texts_of(house.lane.run(versions)) == "order.changed(1) order.cancelled(1) order.changed(1)");
  CHECK(house.lane.emitted[0].activity.at.us == 5'000);
  const auto out = house.lane.run({document("payment", 1), document("payment", 2)});
  CHECK(texts_of(out) == "payment.received(1) payment.received(1)");
  CHECK_FALSE(out[0].activity.silent);
  CHECK(out[1].activity.silent);
  InputEvent stale = with(document("order", 3), {trait("x", "1", 99)});
  stale.identifiers.push_back(test::identity::identifier("email:new@x"));
  CHECK(house.lane.run({stale}).empty());
  CHECK(leads_of(house.database) == "1: erp:jtl:7");
}

TEST_CASE("documents of other customers, kinds and ids are other documents") {
  House house;
  InputEvent odd = document("order", 1);
  odd.document->customer = "7:order";
  odd.document->id = "";
  InputEvent plain = document("order", 1);
  plain.document->id = "order:";
  CHECK(house.lane.run({document("order", 1), document("invoice", 1), odd, plain}).size() == 4);
}

TEST_CASE("a retraction goes to today's lead with the original, once, whichever batch that was in") {
  for (const bool one_batch : {true, false}) {
    CAPTURE(one_batch);
    House house;
    const std::vector<InputEvent> events{event("anon:x", "m1"), event("user:k", "m2"), event("anon:x user:k", "m3"), retraction("m1"),
                                         retraction("m1")};
    std::vector<LeadRecord> out;
    if (one_batch) {
      out = house.lane.run(events);
    } else {
      for (const InputEvent& event : events)
        for (const LeadRecord& record : house.lane.run({event})) out.push_back(record);
    }
    CHECK(texts_of(out) == "X(1) X(2) absorbs(2,1) merged(1,2) X(2) retraction(2,m1)");
    CHECK(out.back().activity.name == "X");
  }
}

TEST_CASE("a retraction before its activity: the activity comes retracted, with its traits and identifiers") {
  for (const bool one_batch : {true, false}) {
    CAPTURE(one_batch);
    House house;
    const std::vector<InputEvent> events{retraction("m1"), with(event("user:k", "m1"), {trait("x", "1")}), retraction("m1")};
    std::vector<LeadRecord> out;
    if (one_batch) {
      out = house.lane.run(events);
    } else {
      for (const InputEvent& event : events)
        for (const LeadRecord& record : house.lane.run({event})) out.push_back(record);
    }
    REQUIRE(texts_of(out) == "X(1)");
    CHECK(out[0].activity.retracted);
    CHECK(out[0].activity.trait_changes.size() == 1);
    CHECK_FALSE(house.database.activities[0].counted);
    const auto later = house.lane.run({event("user:k", "m4")});
    CHECK_FALSE(later[0].activity.retracted);
  }
}

TEST_CASE("all activities with the message id are retracted, whoever's they are; one that comes later, too") {
  House house;
  house.lane.run({event("user:k", "m1"), event("user:v", "m1"), event("user:w", "m2")});
  CHECK(texts_of(house.lane.run({retraction("m1")})) == "retraction(1,m1) retraction(2,m1)");
  CHECK(house.lane.run({event("user:w", "m1")})[0].activity.retracted);
}

TEST_CASE("a machine activity is retracted with its flags as they were") {
  House house;
  InputEvent machine = event("user:k", "m1");
  machine.machine = true;
  const auto out = house.lane.run({machine, retraction("m1")});
  REQUIRE(texts_of(out) == "X(1) retraction(1,m1)");
  CHECK(out[1].activity.machine);
  CHECK_FALSE(out[1].activity.retracted);
}

TEST_CASE("an erasure takes identifiers, traits and personal parts, also of leads merged into it; nothing comes back") {
  House house;
  InputEvent visit = event("anon:x", "m1");
  visit.properties = "{\"a\":1}";
  house.lane.run({visit, with(event("user:k email:k@x", "m2"), {trait("name", "1")}), event("anon:x user:k", "m3"), event("user:v", "m4")});
  CHECK(texts_of(house.lane.run({erasure("email:k@x")})) == "erased(2) erased(1)");
  for (const LeadRecord& record : house.lane.emitted) CHECK(record.activity.record_key.empty());
  CHECK(house.database.identities.at({2}).erased);
  CHECK(leads_of(house.database) == "3: user:v");
  for (const flow::ActivityRow& row : house.database.activities) {
    const auto record = decode(row.record);
    if (row.lead.value == 3) continue;
    CHECK(record->activity.identifiers.empty());
    CHECK(record->activity.properties.empty());
  }
  CHECK(texts_of(house.lane.run({event("anon:x user:k email:k@x")})) == "X(4)");
  CHECK_MESSAGE(house.lane.run({retraction("m1")}).empty(), "nobody is left whom it could be taken from");
}

TEST_CASE("erased and seen again in one batch") {
  House house;
  house.lane.run({event("user:k email:k@x", "m1")});
  const std::vector<InputEvent> events{event("user:k", "m2"), erasure("user:k"), event("user:k", "m3"), erasure("email:k@x")};
  CHECK(texts_of(house.lane.run(events)) == "X(1) erased(1) X(2)");
  CHECK(leads_of(house.database) == "2: user:k");
  CHECK(house.database.activities.size() == 3);
  CHECK(decode(house.database.activities[1].record)->activity.identifiers.empty());
  CHECK_FALSE(decode(house.database.activities[2].record)->activity.identifiers.empty());
}

TEST_CASE("an erasure of somebody unknown makes nobody; by a lead id that is none it is refused") {
  House house;
  CHECK(house.lane.run({erasure("user:nobody")}).empty());
  CHECK(house.lane.errors.empty());
  CHECK(house.database.identities.empty());
  InputEvent by_id = erasure("");
  by_id.lead = {8};
  house.lane.run({by_id});
  CHECK(house.lane.errors == std::vector<std::string>{"unknown_lead"});
}

TEST_CASE("document versions outlive an erasure") {
  House house;
  house.lane.run({document("order", 1), erasure("erp:jtl:7")});
  CHECK(texts_of(house.lane.run({document("order", 1), document("order", 2)})) == "order.changed(2)");
}

TEST_CASE("lead ids: dense with a chunk of one, ascending without repetition with any") {
  flow::MemoryDatabase database;
  Lane one(database, 3), other(database, 3);
  CHECK(texts_of(one.run({event("user:a"), event("user:b")})) == "X(1) X(2)");
  CHECK(texts_of(other.run({event("user:c")})) == "X(4)");
  CHECK(texts_of(one.run({event("user:d"), event("user:e")})) == "X(3) X(7)");
  CHECK(texts_of(other.run({event("user:f")})) == "X(5)");
}

}  // namespace
}  // namespace scoreline::consumers
