#include "app/simulate_log.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "wire/json_writer.hpp"
#include "wire/place_text.hpp"

namespace scoreline::app {
namespace {

using core::Place;
using flow::Topic;

struct Entry {
  Place place;
  std::size_t hop = 0, index = 0;
  Topic topic = Topic::lead_activities;
  const flow::StoredRecord* record = nullptr;
};

auto order(const Entry& entry) { return std::tuple(entry.place, entry.hop, entry.index); }

void print(const Entry& entry, std::ostream& out) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object()
      .key("topic")
      .string(flow::declaration(entry.topic).name)
      .key("time")
      .string(base::format_rfc3339(entry.record->time));
  json.key("key")
      .string(entry.record->key)
      .key("type")
      .string(entry.record->type)
      .key("value")
      .raw(entry.record->value)
      .end_object();
  out << text << '\n';
}

}  // namespace

void print_log(flow::MemoryBroker& broker, const SimulatedLog& what, std::ostream& out) {
  std::vector<Entry> entries;
  const auto& activities = broker.log(Topic::lead_activities, 0);
  for (std::size_t i = 0; what.activities && i < activities.size(); ++i)
    if (i != what.left_out)
      entries.push_back({Place::of_record(static_cast<std::int64_t>(i)), 0, i, Topic::lead_activities, &activities[i]});
  std::vector<Place> changes;  // where the cause of each change stands
  std::size_t hop = 0;
  for (const Topic topic :
       {Topic::lead_customers, Topic::lead_scores, Topic::lead_intents, Topic::lead_changes, Topic::lead_firings}) {
    ++hop;
    const auto& log = broker.log(topic, 0);
    for (std::size_t i = 0; i < log.size(); ++i) {
      const auto peeked = wire::peek_place(log[i].value);
      Place place = peeked ? peeked->place : Place::end();
      if (topic == Topic::lead_firings && peeked && !peeked->mark)
        place = changes.at(static_cast<std::size_t>(place.offset));
      if (topic == Topic::lead_changes) changes.push_back(place);
      if (!peeked || !peeked->mark) entries.push_back({place, hop, i, topic, &log[i]});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return order(a) < order(b); });
  for (const Entry& entry : entries) print(entry, out);
}

}  // namespace scoreline::app
