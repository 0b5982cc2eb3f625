#pragma once
/// What flows through the topics, as values: events before identity (InputEvent) and records of `lead.activities`
/// (LeadRecord). Strings are owned where a record outlives its buffer; JSON texts stay as they came and are never
/// re-formatted.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "core/ids.hpp"

namespace scoreline::core {

using base::Day;
using base::Instant;

enum class IdentifierKind : std::uint8_t { anon, user, email, erp };

/// `anon:<id>`, `user:<id>`, `email:<address>`, `erp:<source>:<number>`; value is the part behind the kind, normalised
/// (semantics 3). The value is personal.
struct Identifier {
  IdentifierKind kind = IdentifierKind::anon;
  std::string value;
  auto operator<=>(const Identifier&) const = default;
};
/// "anon:...", "user:...", ...
std::string to_text(const Identifier& id);
/// True for an id that no person has: empty, blank, or one of the words of semantics 3 ("null", "guest", "0", ...).
bool is_nobody(std::string_view id);
/// The address as identifier: ASCII white space around it trimmed, ASCII letters lower-cased; "" when it is none
/// (semantics 3: not exactly one '@' with something on both sides, white space or control characters inside).
std::string normal_address(std::string_view text);

/// One top-level trait with the moment that decides (semantics 3: largest `at` wins, ties by larger message id).
struct Trait {
  std::string key;
  std::string json;         // the value as JSON text; "null" deletes (and is remembered)
  Instant at;
  std::string message_id;   // as the sender gave it
};
/// True when `a` beats `b` (same key).
bool wins(const Trait& a, const Trait& b);

enum class InputTopic : std::uint8_t { tracking, crm, erp };

/// Of an ERP document: what decides whether a version is accepted (semantics 8, 11).
struct ErpDocument {
  std::string source, customer, kind, id;
  std::int64_t version = 0;
  bool cancelled = false;
  /// `at` of placed, issued, received and credit: its own date at 00:00 UTC (without one, that of `timestamp`), settled
  /// like any `at`. None: InputEvent::at, which is `timestamp`. Identity knows which of the two it is; not passed on.
  std::optional<Instant> dated;
};

/// An event as read from an input topic: valid, times settled, identifiers normalised, nobody identified yet.
/// JSON members are raw texts (objects), "" when absent.
struct InputEvent {
  enum class Kind : std::uint8_t { activity, retraction, erasure, tick } kind = Kind::activity;
  InputTopic topic = InputTopic::tracking;
  bool trusted = false;
  std::string type;                    // tracking call, "crm" or "erp"
  std::string name;                    // activity name; for ERP documents settled by identity (placed or changed)
  std::string source;                  // name of the write key, ERP source, or "crm"
  std::string message_id;
  std::string record_key;              // of semantics 3, Duplicates
  std::vector<Identifier> identifiers; // at most one of each kind, in the order anon, user, email, erp
  LeadId lead;                         // crm.events with leadId
  Instant at, received_at;
  std::string properties, context, traits;   // raw JSON objects
  std::vector<Trait> trait_values;     // what this event sets, already merged (traits over context.traits, company, ERP)
  std::string retracts;                // retraction: the message id it names
  std::optional<ErpDocument> document;
  bool machine = false, history = false;
  std::int32_t depth = 0;
};

/// One activity of one lead, as `lead.activities` carries it.
struct Activity {
  std::string name, type, source;
  InputTopic topic = InputTopic::tracking;
  std::string message_id, record_key;
  Instant at, received_at;
  bool machine = false, history = false;
  /// Retracted before it was published: no tally, no occasion; traits and identifiers count.
  bool retracted = false;
  /// A document's figures changed without being an activity (payments, credits: a further version).
  bool silent = false;
  std::int32_t depth = 0;
  std::string properties, context, traits;   // raw JSON objects or ""
  std::vector<Identifier> identifiers;       // those it arrived with
  std::vector<Trait> trait_changes;          // the lead's traits that it changed
  std::optional<ErpDocument> document;       // ERP: an accepted document version
};

enum class RecordKind : std::uint8_t {
  activity,             // something happened to `lead`
  retraction,           // `activity` (the original, with history and depth of the retraction) is taken back, for `lead`
  tick,                 // time has come to log_time
  erased,               // `lead` is gone, for good
  absorbs,              // `lead` takes in `other`: hold its records until the handover of `other`
  merged,               // `lead` was merged into `other`: hand over what is counted
  handover,             // what was counted for `other`, for `lead`; part of parts
  count_back,           // what a count-back found for `other`, which was merged into `lead`
  count_back_done,      // lane `part` has counted back rule book `version`
  rulebook_prepared,    // from here on count for rule book `version`, too
  rulebook_activated    // from here on decide by rule book `version`
};

/// One record of `lead.activities`.
struct LeadRecord {
  RecordKind kind = RecordKind::activity;
  LeadId lead, other;
  Activity activity;
  std::uint64_t version = 0;       // rule books
  std::uint32_t part = 0, parts = 1;
  std::string payload;             // handover, count_back: bytes, opaque to all but who wrote them
  std::string merge_id;            // absorbs, merged, handover: names the merge (from its cause)
  bool forwarded = false;          // sent on from the partition of a lead that was merged away
  std::string consumer;            // count_back, count_back_done: whose
  bool fire = false;               // rulebook_activated: what only the new rules changed may fire, too
};

}  // namespace scoreline::core
