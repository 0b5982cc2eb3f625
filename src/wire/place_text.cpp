#include "wire/place_text.hpp"

#include "wire/record_text.hpp"

namespace scoreline::wire {
namespace record {

using Phase = core::Place::Phase;

void write_cause(JsonWriter& writer, const core::Place& cause, core::LeadId lead, bool mark) {
  if (mark)
    SCORELINE_CHECK(
        cause == core::Place::end_of_record(cause.offset) || cause == core::Place::end_of_rulebook(cause.offset),
        "a mark stands behind everything of its cause");
  else
    SCORELINE_CHECK(cause.lead == (cause.phase == Phase::record ? core::LeadId{} : lead),
                    "a sweep's place is that of the record's lead");
  writer.key("cause").begin_object().key("offset").integer(cause.offset);
  if (cause.phase == Phase::day) writer.key("day").string(base::format_date(cause.day));
  if (cause.phase == Phase::rulebook) writer.key("rulebook").boolean(true);
  if (cause.n != 0 && !mark) writer.key("n").integer(cause.n);
  writer.end_object();
}

void read_cause(Reader& reader, core::Place& cause) {
  cause = {};  // of a member that stands there twice the last counts, as a whole
  bool offset = false, day = false, rulebook = false;
  reader.object("/cause", [&](std::string_view key) {
    if (key == "offset")
      reader.integer(cause.offset, "/cause/offset"), offset = true;
    else if (key == "day")
      reader.day(cause.day, "/cause/day"), day = true;
    else if (key == "rulebook")
      reader.flag(rulebook, "/cause/rulebook");
    else if (key == "n")
      reader.natural32(cause.n, "/cause/n");
    else
      return false;
    return true;
  });
  reader.require(offset, "the cause has no offset", "/cause/offset");
  if (day && rulebook) reader.refuse("invalid_value", "a midnight is no rule book's sweep", "/cause/rulebook");
  cause.phase = day ? Phase::day : rulebook ? Phase::rulebook : Phase::record;
}

void settle_cause(Reader& reader, core::Place& cause, core::LeadId lead, bool mark) {
  if (!mark)
    cause.lead = cause.phase == Phase::record ? core::LeadId{} : lead;
  else if (cause.phase == Phase::day)
    reader.refuse("invalid_value", "a mark stands behind a record or a rule book's sweep", "/cause/day");
  else
    cause = cause.phase == Phase::rulebook ? core::Place::end_of_rulebook(cause.offset)
                                           : core::Place::end_of_record(cause.offset);
}

}  // namespace record

std::optional<PlacePeek> peek_place(std::string_view json) {
  record::Reader reader(json);
  JsonCursor& cursor = reader.cursor();
  if (!cursor.enter('{')) return std::nullopt;
  PlacePeek peek;
  bool kind = false, cause = false;
  std::string_view key;
  while (!(kind && cause && (peek.mark || peek.lead)) && reader.ok() && cursor.next_member(key)) {
    if (key == "kind")
      peek.mark = cursor.raw_value() == "\"mark\"", kind = true;
    else if (key == "lead")
      reader.lead(peek.lead, "/lead");
    else if (key == "cause")
      record::read_cause(reader, peek.place), cause = true;
    else
      reader.skip();
  }
  if (!kind || !cause || (!peek.mark && !peek.lead)) return std::nullopt;
  if (peek.mark) peek.lead = {};
  record::settle_cause(reader, peek.place, peek.lead, peek.mark);
  if (!reader.ok()) return std::nullopt;
  return peek;
}

}  // namespace scoreline::wire
