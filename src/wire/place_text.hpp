#pragma once
/// The member `cause` of derived records: a core::Place as {"offset", "day" of a midnight's sweep, "rulebook": true of
/// a rule book's, "n" where not 0}. Whose turn it is in a sweep says the record's `lead`; a mark stands behind
/// everything that its offset names. Thread-safe, safe on any bytes.
#include <optional>
#include <string_view>

#include "core/place.hpp"

namespace scoreline::wire {

/// What merging several topics by cause needs to know of a record.
struct PlacePeek {
  core::Place place;
  core::LeadId lead;  // 0 for a mark
  bool mark = false;
};

/// Reads just that of a record of lead.scores, lead.intents, lead.customers, lead.changes or lead.firings, and no
/// further than it must: a fault behind it is found by the record's own decoder, at the record's place. nullopt: broken
/// before that, no cause, or neither a mark nor about a lead.
std::optional<PlacePeek> peek_place(std::string_view json);

class JsonWriter;

namespace record {

class Reader;

/// For the codecs (private to wire). `lead` is the record's own; a sweep's place must be of that lead, a mark's must be
/// Place::end_of_record or end_of_rulebook.
void write_cause(JsonWriter& writer, const core::Place& cause, core::LeadId lead, bool mark);
/// Reads the members; the place is whole after settle_cause, when the record's lead and kind are known.
void read_cause(Reader& reader, core::Place& cause);
void settle_cause(Reader& reader, core::Place& cause, core::LeadId lead, bool mark);

}  // namespace record
}  // namespace scoreline::wire
