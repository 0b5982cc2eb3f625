#include <algorithm>

#include "app/effect_text.hpp"
#include "app/table_print.hpp"
#include "app/timeline.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

using Kind = TimelineEntry::Kind;

bool has_mark(const TimelineEntry& entry, std::string_view mark) {
  return std::find(entry.marks.begin(), entry.marks.end(), mark) != entry.marks.end();
}

Colour colour_of(const TimelineEntry& entry) {
  for (const char* mark : {"suppressed", "cancelled", "machine", "retracted"})
    if (has_mark(entry, mark)) return Colour::dim;
  switch (entry.kind) {
    case Kind::activity:
      return Colour::none;
    case Kind::churn_alarm:
      return Colour::red;
    case Kind::firing:
    case Kind::enrolment:
    case Kind::mail:
      return Colour::green;
    default:
      return Colour::bold;
  }
}

}  // namespace

std::string_view to_text(Kind kind) {
  static constexpr std::string_view kWords[] = {"activity", "retraction", "merge", "churn_alarm", "tier", "intent",
                                                "stage",    "firing",     "exit",  "enrolment",   "mail"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string to_text(const std::vector<TimelineEntry>& entries, bool colours) {
  Table table({{"when"}, {"what"}, {"why"}, {""}});
  for (const TimelineEntry& entry : entries) {
    std::string marks;
    for (const std::string& mark : entry.marks) marks += (marks.empty() ? "" : ", ") + mark;
    if (entry.upcoming) marks += marks.empty() ? "upcoming" : ", upcoming";
    table.add({{utc_text(entry.at), Colour::dim},
               {fitted(entry.what, 90), colour_of(entry)},
               {fitted(entry.why, 70)},
               {marks, Colour::yellow}});
  }
  return table.text(colours);
}

std::string to_json(const TimelineEntry& entry) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("at").string(base::format_rfc3339(entry.at)).key("kind").string(to_text(entry.kind));
  json.key("what").string(entry.what).key("why").string(entry.why).key("marks").begin_array();
  for (const std::string& mark : entry.marks) json.string(mark);
  json.end_array().key("upcoming").boolean(entry.upcoming).key("cause_key");
  if (entry.cause_key.empty())
    json.null();
  else
    json.string(entry.cause_key);
  json.key("details").begin_object();
  for (const auto& [key, value] : entry.details)
    if (!value.empty()) json.key(key).string(value);
  json.end_object().end_object();
  return text;
}

}  // namespace scoreline::app
