#include "core/identity.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>

#include "support/identity_events.hpp"

namespace scoreline::core {
namespace {

using test::identity::identifier;
using test::identity::trait;

LeadIdentity sample() {
  LeadIdentity identity;
  identity.identifiers = {identifier("user:k"), identifier("anon:x"), identifier("email:k@example.com"), identifier("erp:jtl:7")};
  identity.traits = {trait("city", "\"Ulm\"", 1'700'000'000'000'000), trait("email", "null", -5, ""), trait("title", "{\"a\":1}", 0, "m2")};
  identity.absorbed = {{3}, {UINT64_MAX}};
  return identity;
}

bool same(const std::vector<Trait>& a, const std::vector<Trait>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Trait& x, const Trait& y) {
    return x.key == y.key && x.json == y.json && x.at == y.at && x.message_id == y.message_id;
  });
}

bool same(const LeadIdentity& a, const LeadIdentity& b) {
  return a.identifiers == b.identifiers && a.absorbed == b.absorbed && same(a.traits, b.traits);
}

TEST_CASE("an identity comes back from its bytes, in order") {
  const auto back = decode_identity(encode(sample()));
  REQUIRE(back.has_value());
  CHECK(same(*back, sample()));
}

TEST_CASE("an empty identity is no bytes") {
  CHECK(encode(LeadIdentity{}).empty());
  const auto back = decode_identity("");
  REQUIRE(back.has_value());
  CHECK(same(*back, LeadIdentity{}));
}

TEST_CASE("bytes cut anywhere, with something behind, or of another version are refused") {
  const std::string whole = encode(sample());
  for (std::size_t length = 1; length < whole.size(); ++length) CHECK_FALSE(decode_identity(whole.substr(0, length)).has_value());
  CHECK_FALSE(decode_identity(whole + '\0').has_value());
  std::string newer = whole;
  newer[0] = 2;
  CHECK_FALSE(decode_identity(newer).has_value());
}

TEST_CASE("any bytes are read safely, and what is read can be written again") {
  CHECK(rc::check("decode_identity", [](const std::string& tail) {
    std::string bytes = tail;
    if (!bytes.empty()) bytes[0] = 1;
    if (const auto identity = decode_identity(bytes)) RC_ASSERT(same(*decode_identity(encode(*identity)), *identity));
  }));
}

TEST_CASE("the hash of an identifier is that of its text, whatever its length") {
  const base::HashKey key{1, 2, 3};
  for (const std::size_t length : {0, 1, 239, 240, 241, 242, 243, 244, 245, 5000})
    for (const IdentifierKind kind : {IdentifierKind::anon, IdentifierKind::user, IdentifierKind::email, IdentifierKind::erp}) {
      const Identifier id{kind, std::string(length, 'v')};
      CHECK(identifier_hash(key, id) == base::keyed_hash(key, to_text(id)));
    }
}

TEST_CASE("texts of identifiers name their kind") {
  CHECK(to_text({IdentifierKind::anon, "a"}) == "anon:a");
  CHECK(to_text({IdentifierKind::user, "u"}) == "user:u");
  CHECK(to_text({IdentifierKind::email, "e@x"}) == "email:e@x");
  CHECK(to_text({IdentifierKind::erp, "jtl:7"}) == "erp:jtl:7");
}

TEST_CASE("only user and the same erp source exclude each other") {
  const auto exclude = [](const char* a, const char* b) { return exclude_each_other(identifier(a), identifier(b)); };
  CHECK(exclude("user:a", "user:b"));
  CHECK_FALSE(exclude("user:a", "user:a"));
  CHECK(exclude("erp:jtl:1", "erp:jtl:2"));
  CHECK_FALSE(exclude("erp:jtl:1", "erp:xentral:2"));
  CHECK_FALSE(exclude("erp:jtl:1", "erp:jtl:1"));
  CHECK_FALSE(exclude("erp:jt:1", "erp:jtl:1"));
  CHECK_FALSE(exclude("email:a@x", "email:b@x"));
  CHECK_FALSE(exclude("anon:a", "anon:b"));
  CHECK_FALSE(exclude("user:a", "anon:b"));
}

TEST_CASE("traits: the largest at wins, ties by larger message id, null is remembered") {
  std::vector<Trait> traits;
  std::vector<Trait> taken;
  const auto take = [&](const Trait& value) {
    taken.clear();
    take_traits(traits, std::vector<Trait>{value}, taken);
    return !taken.empty();
  };
  CHECK(take(trait("title", "\"CTO\"", 10, "m5")));
  CHECK_FALSE(take(trait("title", "\"old\"", 9, "m9")));
  CHECK_FALSE(take(trait("title", "\"smaller id\"", 10, "m4")));
  CHECK_FALSE(take(trait("title", "\"same\"", 10, "m5")));
  CHECK(take(trait("title", "\"larger id\"", 10, "m6")));
  CHECK(take(trait("title", "null", 20, "m1")));
  CHECK_FALSE(take(trait("title", "\"late\"", 19, "m9")));
  CHECK(same(traits, {trait("title", "null", 20, "m1")}));
  CHECK_MESSAGE(take(trait("title", "null", 21, "m1")), "a newer moment of the same value decides about later ones");
}

TEST_CASE("a key twice in one event leaves one trait") {
  std::vector<Trait> traits, taken;
  take_traits(traits, std::vector<Trait>{trait("k", "1"), trait("a", "2"), trait("k", "3")}, taken);
  CHECK(same(traits, {trait("a", "2"), trait("k", "1")}));
}

TEST_CASE("the order in which traits come, and how they are split over leads, does not matter") {
  CHECK(rc::check("traits", [] {
    std::vector<Trait> values;
    const auto count = *rc::gen::inRange(0, 25);
    for (int i = 0; i < count; ++i)
      values.push_back(trait(std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 5))), std::to_string(i), *rc::gen::inRange(0, 4),
                             "m" + std::to_string(i)));
    std::map<std::string, Trait> expected;
    for (const Trait& value : values) {
      auto [held, fresh] = expected.try_emplace(value.key, value);
      if (!fresh && wins(value, held->second)) held->second = value;
    }
    std::vector<Trait> one, other, taken;
    for (const Trait& value : values) take_traits(*rc::gen::arbitrary<bool>() ? one : other, std::vector<Trait>{value}, taken);
    std::vector<Trait> wanted;
    for (const auto& [key, value] : expected) wanted.push_back(value);
    RC_ASSERT(same(unite_traits(one, other), wanted));
    RC_ASSERT(same(unite_traits(other, one), wanted));
  }));
}

}  // namespace
}  // namespace scoreline::core
