#pragma once
/// Random records, and whether two are the same, for the tests of the codecs.
#include <rapidcheck.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/activity.hpp"
#include "core/place.hpp"

namespace scoreline::wire {

inline std::string any_text() {
  return *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab:\"\\\n\x01{}[],\x7F")));
}
inline base::Instant any_instant() { return {*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000)}; }
inline bool flag() { return *rc::gen::arbitrary<bool>(); }

inline core::Activity any_activity() {
  core::Activity a;
  a.name = "n" + any_text();
  a.type = any_text();
  a.source = any_text();
  a.topic = *rc::gen::element(core::InputTopic::tracking, core::InputTopic::crm, core::InputTopic::erp);
  a.message_id = any_text();
  a.record_key = any_text();
  a.at = any_instant();
  a.received_at = any_instant();
  a.machine = flag(), a.history = flag(), a.retracted = flag(), a.silent = flag();
  a.depth = *rc::gen::inRange(0, 10);
  if (flag()) a.properties = R"({"a":[1,{"b":"}"}]})";
  if (flag()) a.context = "{}";
  if (flag()) a.traits = R"({"x":null})";
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n)
    a.identifiers.push_back({static_cast<core::IdentifierKind>(n), any_text() + std::string(n == 2 ? 300 : 0, 'x')});
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n)
    a.trait_changes.push_back({any_text(), "[1]", flag() ? a.at : any_instant(), flag() ? a.message_id : any_text()});
  if (flag())
    a.document = core::ErpDocument{any_text(), any_text(),  any_text(), any_text(), *rc::gen::arbitrary<std::int64_t>(),
                                   flag(),     std::nullopt};
  return a;
}

inline bool same(const std::vector<core::Trait>& a, const std::vector<core::Trait>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const core::Trait& x, const core::Trait& y) {
    return x.key == y.key && x.json == y.json && x.at == y.at && x.message_id == y.message_id;
  });
}

inline bool same(const core::Activity& a, const core::Activity& b) {
  const auto document = [](const core::Activity& x) {
    return x.document
               ? x.document->source + '\x02' + x.document->customer + '\x02' + x.document->kind + '\x02' +
                     x.document->id + '\x02' + std::to_string(x.document->version) + (x.document->cancelled ? "c" : "")
               : std::string("none");
  };
  return a.name == b.name && a.type == b.type && a.source == b.source && a.topic == b.topic &&
         a.message_id == b.message_id && a.record_key == b.record_key && a.at == b.at &&
         a.received_at == b.received_at && a.machine == b.machine && a.history == b.history &&
         a.retracted == b.retracted && a.silent == b.silent && a.depth == b.depth && a.properties == b.properties &&
         a.context == b.context && a.traits == b.traits && a.identifiers == b.identifiers &&
         same(a.trait_changes, b.trait_changes) && document(a) == document(b);
}

/// Lead ids as they are given: never 0.
inline core::LeadId any_lead() { return {*rc::gen::inRange<std::uint64_t>(1, UINT64_MAX)}; }

/// The place of a decision about `lead`.
inline core::Place any_place(core::LeadId lead) {
  const std::int64_t offset = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      return core::Place::of_day(offset, base::Day{*rc::gen::inRange(0, 30000)}, lead);
    case 1:
      return core::Place::of_rulebook(offset, lead);
    default:
      return core::Place::of_record(offset, *rc::gen::inRange<std::uint32_t>(0, 3));
  }
}

/// Where a mark stands.
inline core::Place any_end() {
  const std::int64_t offset = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
  return flag() ? core::Place::end_of_record(offset) : core::Place::end_of_rulebook(offset);
}

/// Code and pointer of the refusal, or "ok".
template <typename Decode>
std::string fault(Decode&& decode, std::string_view json) {
  const auto record = decode(json);
  return record ? std::string("ok") : record.error().code + " " + record.error().where;
}

}  // namespace scoreline::wire
