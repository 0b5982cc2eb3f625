#pragma once
/// Identity lanes over shared tables in memory, and what they emitted as short texts.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "consumers/identity.hpp"
#include "flow/memory_identity.hpp"
#include "support/identity_events.hpp"
#include "wire/lead_record.hpp"

namespace scoreline::test::identity {

using core::InputEvent;
using core::LeadRecord;
using core::RecordKind;
using Kind = InputEvent::Kind;

inline std::string encode(const LeadRecord& record) {
  std::string text;
  wire::encode(record, text);
  return text;
}

inline std::optional<LeadRecord> decode(std::string_view text) {
  auto record = wire::decode_lead_record(text);
  if (!record) return std::nullopt;
  return *record;
}

/// One identity process: its own session over the shared tables.
struct Lane {
  explicit Lane(flow::MemoryDatabase& database, std::size_t id_chunk = 1)
      : session(database),
        handler({leads, identifiers, activities, retractions, documents},
                {base::HashKey{}, id_chunk, decode, [](core::Activity& activity, std::vector<core::Trait>& values) {
                   activity.traits = "{}";
                   std::erase_if(values, [](const core::Trait& trait) { return trait.key == "email"; });
                 }}) {}

  flow::MemorySession session;
  flow::MemoryIdentityLeads leads{session};
  flow::MemoryIdentifiers identifiers{session};
  flow::MemoryActivities activities{session};
  flow::MemoryRetractions retractions{session};
  flow::MemoryDocuments documents{session};
  consumers::IdentityHandler handler;
  std::vector<LeadRecord> emitted;
  std::string written;  // the last one
  std::vector<std::string> errors;

  void decide(const std::vector<InputEvent>& events) {
    emitted.clear();
    errors.clear();
    handler.load(events);
    for (const InputEvent& event : events) {
      const core::Instant at{event.received_at};
      const flow::InputContext context{at, at, base::keyed_hash(base::HashKey{9}, event.record_key + '\1' + event.message_id),
                                       [this](const LeadRecord& record) {
                                         emitted.push_back(record);
                                         written = encode(record);
                                         return std::string_view(written);
                                       }};
      const auto done = handler.handle(event, context);
      if (!done) errors.push_back(done.error().code);
    }
  }
  void commit() {
    handler.save();
    session.commit();
  }
  std::vector<LeadRecord> run(const std::vector<InputEvent>& events) {
    decide(events);
    commit();
    return emitted;
  }
  /// As the flow does: a lost race rolls back, and the batch is handled on fresh state.
  bool commit_or_repeat(const std::vector<InputEvent>& events) {
    try {
      commit();
      return true;
    } catch (const base::Conflict&) {
      session.rollback();
      run(events);
      return false;
    }
  }
};

inline std::string text_of(const LeadRecord& record) {
  const std::string lead = std::to_string(record.lead.value), other = std::to_string(record.other.value);
  switch (record.kind) {
    case RecordKind::activity: return record.activity.name + "(" + lead + ")";
    case RecordKind::retraction: return "retraction(" + lead + "," + record.activity.message_id + ")";
    case RecordKind::tick: return "tick";
    case RecordKind::erased: return "erased(" + lead + ")";
    case RecordKind::absorbs: return "absorbs(" + lead + "," + other + ")";
    case RecordKind::merged: return "merged(" + lead + "," + other + ")";
    default: return "?";
  }
}

inline std::string texts_of(const std::vector<LeadRecord>& records) {
  std::string all;
  for (const LeadRecord& record : records) all += (all.empty() ? "" : " ") + text_of(record);
  return all;
}

inline InputEvent named(InputEvent event, Kind kind) {
  event.kind = kind;
  event.topic = core::InputTopic::crm;
  return event;
}

inline InputEvent retraction(const std::string& message_id) {
  InputEvent event = named(identity::event("", "r-" + message_id), Kind::retraction);
  event.retracts = message_id;
  event.record_key = message_id;
  return event;
}

inline InputEvent erasure(const std::string& claims) { return named(event(claims, "erase"), Kind::erasure); }

inline InputEvent with(InputEvent event, std::vector<core::Trait> traits) {
  event.trait_values = std::move(traits);
  return event;
}

inline InputEvent document(const std::string& kind, std::int64_t version, bool cancelled = false) {
  InputEvent event = identity::event("erp:jtl:7", "jtl:7:" + kind + ":1:" + std::to_string(version));
  event.topic = core::InputTopic::erp;
  event.name = "?";
  event.at = {5'000};
  event.document = core::ErpDocument{"jtl", "7", kind, "1", version, cancelled, core::Instant{42}};
  return event;
}

/// "1: anon:x user:k | 2: ..." as the tables have it; checks on the way that leads and identifiers agree.
inline std::string leads_of(const flow::MemoryDatabase& database) {
  std::string all;
  std::size_t held = 0;
  for (const auto& [id, row] : database.identities) {
    const auto identity = core::decode_identity(row.personal);
    REQUIRE(identity.has_value());
    for (const core::Identifier& identifier : identity->identifiers) {
      const auto owner = database.identifiers.find(core::identifier_hash(base::HashKey{}, identifier));
      REQUIRE(owner != database.identifiers.end());
      CHECK(owner->second == id);
      ++held;
    }
    if (row.merged_into || row.erased) {
      CHECK(row.personal.empty());
      continue;
    }
    all += (all.empty() ? "" : " | ") + std::to_string(id.value) + ": " + listed(identity->identifiers);
  }
  CHECK(held == database.identifiers.size());
  return all;
}

struct House {
  flow::MemoryDatabase database;
  Lane lane{database};
};

}  // namespace scoreline::test::identity
