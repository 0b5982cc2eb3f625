#include "app/status.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/table_print.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

constexpr std::size_t kFewLanes = 16;

void write_lane(wire::JsonWriter& json, const LaneStatus& lane) {
  json.begin_object().key("consumer").string(lane.consumer).key("lane").integer(lane.lane).key("owner").string(lane.owner);
  json.key("owned").boolean(lane.owned).key("now");
  if (lane.now == base::kNever)
    json.null();
  else
    json.string(base::format_rfc3339(lane.now));
  json.key("next_offsets").begin_array();
  for (const std::int64_t offset : lane.next) json.integer(offset);
  json.end_array().key("log_ends").begin_array();
  for (const std::int64_t offset : lane.ends) json.integer(offset);
  json.end_array().key("lag_records").integer(lane.lag_records).key("lag_seconds").integer(lane.lag_seconds);
  json.key("batch_no").integer(lane.batch_no).key("acked_batch").integer(lane.acked_batch).key("outbox_rows").integer(lane.outbox_rows);
  json.key("rulebook_version").integer(lane.rulebook_version).key("waits_for").begin_array();
  for (const std::string& consumer : lane.waits_for) json.string(consumer);
  json.end_array().key("halted").string(lane.halted).end_object();
}

void write_rulebook(wire::JsonWriter& json, const RuleBookStatus& book) {
  json.key("rulebook").begin_object().key("active").integer(book.active).key("preparing");
  if (book.preparing == 0) {
    json.null();
  } else {
    json.begin_object().key("version").integer(book.preparing).key("done").integer(book.done).key("total").integer(book.total);
    json.key("lanes_ready").integer(book.lanes_ready).key("lanes").integer(book.lanes).end_object();
  }
  json.end_object();
}

std::string position(const LaneStatus& lane) {
  if (!lane.there) return "never run";
  return lane.now == base::kNever ? "-" : base::format_rfc3339(lane.now).substr(0, 19) + "Z";
}

struct Group {
  std::string consumer;
  std::int64_t lanes = 0, lag = 0, seconds = 0, outbox = 0, unowned = 0, halted = 0;
  std::map<std::string, std::int64_t> waiting;  // lanes, by whom they wait for
};

std::vector<Group> groups_of(const Status& status) {
  std::vector<Group> groups;
  for (const LaneStatus& lane : status.lanes) {
    if (groups.empty() || groups.back().consumer != lane.consumer) groups.emplace_back().consumer = lane.consumer;
    Group& group = groups.back();
    ++group.lanes;
    group.lag += lane.lag_records;
    group.seconds = std::max(group.seconds, lane.lag_seconds);
    group.outbox += lane.outbox_rows;
    group.unowned += lane.owned ? 0 : 1;
    group.halted += lane.halted.empty() ? 0 : 1;
    for (const std::string& consumer : lane.waits_for) ++group.waiting[consumer];
  }
  return groups;
}

struct Word {
  std::string text;
  Colour colour = Colour::none;
};

// "running; 3 lanes wait for intent".
Word standing_of(const Group& group) {
  Word word{"running", Colour::green};
  if (group.unowned == group.lanes) {
    word = {fmt::format("does not run: scoreline consume {}", group.consumer), Colour::red};
  } else if (group.unowned > 0) {
    word = {fmt::format("{} without an owner", counted(group.unowned, "lane", "lanes")), Colour::yellow};
  }
  for (const auto& [consumer, lanes] : group.waiting) {
    word.text += fmt::format("; {} for {}", counted(lanes, "lane waits", "lanes wait"), consumer);
    if (word.colour == Colour::green) word.colour = Colour::yellow;
  }
  if (group.halted > 0)
    word = {fmt::format("{} halted; {}", counted(group.halted, "lane", "lanes"), word.text), Colour::red};
  return word;
}

std::string processes_text(const Status& status, const StatusText& how) {
  Table table({{"consumer"}, {"lanes", true}, {"behind", true}, {"oldest", true}, {"unpublished", true}, {""}});
  for (const Group& group : groups_of(status)) {
    const Word word = standing_of(group);
    table.add({{group.consumer},
               {std::to_string(group.lanes)},
               {counted(group.lag, "record", "records")},
               {duration_text(group.seconds)},
               {counted(group.outbox, "batch", "batches")},
               {word.text, word.colour}});
  }
  return table.text(how.colours);
}

std::string lanes_text(const Status& status, const StatusText& how) {
  Table table({{"consumer"}, {"lane", true}, {"now"}, {"next offsets"}, {"behind", true}, {"waits for"}, {"book", true}, {"owner"}});
  std::size_t hidden = 0;
  for (const LaneStatus& lane : status.lanes) {
    const bool quiet = lane.owned && lane.halted.empty() && lane.lag_records == 0;
    if (!how.all_lanes && quiet && status.lanes.size() > kFewLanes) {
      ++hidden;
      continue;
    }
    std::string next, waits;
    for (const std::string& consumer : lane.waits_for) waits += (waits.empty() ? "" : ", ") + consumer;
    for (const std::int64_t offset : lane.next) next += (next.empty() ? "" : " ") + std::to_string(offset);
    table.add({{lane.consumer},
               {std::to_string(lane.lane)},
               {position(lane)},
               {next.empty() ? "-" : next},
               {grouped(lane.lag_records), lane.lag_records > 0 ? Colour::yellow : Colour::none},
               {waits.empty() ? "-" : waits, waits.empty() ? Colour::none : Colour::yellow},
               {std::to_string(lane.rulebook_version)},
               {lane.owned ? fitted(lane.owner, 40) : "nobody", lane.owned ? Colour::none : Colour::yellow}});
  }
  std::string out = table.empty() ? "" : "\n" + table.text(how.colours);
  if (hidden > 0)
    out += fmt::format("{}{} up to date and owned (--all shows all)\n", table.empty() ? "\n" : "",
                       counted(static_cast<std::int64_t>(hidden), "lane is", "lanes are"));
  for (const LaneStatus& lane : status.lanes)
    if (!lane.halted.empty())
      out += fmt::format("\n{} {}\n", painted(fmt::format("{} lane {} halted:", lane.consumer, lane.lane), Colour::red, how.colours),
                         lane.halted);
  return out;
}

std::string rest_text(const Status& status, const StatusText& how) {
  std::string out = "\n";
  const RuleBookStatus& book = status.rulebook;
  out += book.active == 0 ? "rule book     none published (scoreline rulebook publish DIR)\n"
                          : fmt::format("rule book     version {} decides{}\n", book.active,
                                        book.active_note.empty() ? "" : " (" + fitted(book.active_note, 60) + ")");
  if (book.preparing != 0)
    out +=
        fmt::format("              version {} is being prepared: {} of {} ready, {} of {} counted back\n", book.preparing, book.lanes_ready,
                    counted(book.lanes, "lane", "lanes"), grouped(book.done), counted(book.total, "record", "records"));
  out += fmt::format("migrations    {}{}\n", status.migrations.version.empty() ? "none applied" : status.migrations.version,
                     status.migrations.pending > 0 ? fmt::format(", {} pending: scoreline migrate up", status.migrations.pending) : "");
  if (!status.migrations.problem.empty())
    out += fmt::format("              {}\n", painted(status.migrations.problem, Colour::red, how.colours));
  if (status.dead_letters.empty()) return out + "dead letters  none\n";
  Table table({{"dead letters"}, {"code"}, {"count", true}});
  for (const DeadLetterCount& letters : status.dead_letters)
    table.add({{letters.consumer}, {letters.code, Colour::yellow}, {grouped(letters.count)}});
  return out + "\n" + table.text(how.colours);
}

}  // namespace

std::int64_t Status::lag_records() const {
  std::int64_t sum = 0;
  for (const LaneStatus& lane : lanes) sum += lane.lag_records;
  return sum + outbox_rows();
}

std::int64_t Status::lag_seconds() const {
  std::int64_t worst = 0;
  for (const LaneStatus& lane : lanes) worst = std::max(worst, lane.lag_seconds);
  return worst;
}

std::int64_t Status::outbox_rows() const {
  std::int64_t sum = 0;
  for (const LaneStatus& lane : lanes) sum += lane.outbox_rows;
  return sum;
}

std::int64_t Status::halted() const {
  return std::count_if(lanes.begin(), lanes.end(), [](const LaneStatus& lane) { return !lane.halted.empty(); });
}

void settle_lag(std::vector<LaneStatus>& lanes, const std::string& consumer, const std::vector<std::vector<kafka::PartitionRange>>& ranges,
                base::Instant wall) {
  const std::size_t partitions = ranges.empty() ? 0 : ranges.front().size();
  for (std::size_t p = 0; p < partitions; ++p) {
    const auto number = static_cast<std::int32_t>(p);
    auto lane =
        std::find_if(lanes.begin(), lanes.end(), [&](const LaneStatus& one) { return one.consumer == consumer && one.lane == number; });
    if (lane == lanes.end()) {
      lane = lanes.insert(lanes.end(), LaneStatus{});
      lane->consumer = consumer;
      lane->lane = number;
    }
    lane->ends.clear();
    lane->lag_records = 0;
    base::Instant behind = lane->now;
    for (std::size_t input = 0; input < ranges.size(); ++input) {
      const kafka::PartitionRange& range = ranges[input][p];
      const std::int64_t next = input < lane->next.size() ? lane->next[input] : range.begin;
      lane->ends.push_back(range.end);
      lane->lag_records += std::max<std::int64_t>(0, range.end - std::max(next, range.begin));
    }
    const bool known = lane->lag_records > 0 && behind != base::kNever;
    lane->lag_seconds = known ? std::max<std::int64_t>(0, (wall.us - behind.us) / base::kSecondUs) : 0;
  }
  std::sort(lanes.begin(), lanes.end(),
            [](const LaneStatus& a, const LaneStatus& b) { return std::pair(a.consumer, a.lane) < std::pair(b.consumer, b.lane); });
}

void settle_waits(std::vector<LaneStatus>& lanes, const std::vector<flow::ConsumerDeclaration>& consumers) {
  const auto lane_of = [&](std::string_view consumer, std::int32_t number) {
    return std::find_if(lanes.begin(), lanes.end(), [&](const LaneStatus& one) { return one.consumer == consumer && one.lane == number; });
  };
  const auto next_in = [](const LaneStatus& lane, std::size_t input) { return input < lane.next.size() ? lane.next[input] : 0; };
  for (const flow::ConsumerDeclaration& waiter : consumers) {
    if (!waiter.ordered) continue;
    for (LaneStatus& lane : lanes) {
      if (lane.consumer != waiter.name) continue;
      lane.waits_for.clear();
      const std::int64_t next = next_in(lane, 0);
      if (lane.ends.empty() || lane.ends[0] <= next) continue;
      for (const flow::ConsumerDeclaration& finder : consumers) {
        const auto log = std::find(finder.inputs.begin(), finder.inputs.end(), waiter.inputs[0]);
        const bool writes = std::find(waiter.inputs.begin() + 1, waiter.inputs.end(), finder.output) != waiter.inputs.end();
        if (log == finder.inputs.end() || !writes) continue;
        const auto upstream = lane_of(finder.name, lane.lane);
        const bool passed =
            upstream != lanes.end() && next_in(*upstream, static_cast<std::size_t>(log - finder.inputs.begin())) > next;
        if (!passed) lane.waits_for.emplace_back(finder.name);
      }
    }
  }
}

std::string to_json(const Status& status) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("lag_records").integer(status.lag_records()).key("lag_seconds").integer(status.lag_seconds());
  json.key("outbox_rows").integer(status.outbox_rows()).key("halted").integer(status.halted()).key("lanes").begin_array();
  for (const LaneStatus& lane : status.lanes) write_lane(json, lane);
  json.end_array().key("dead_letters").begin_object();
  for (std::size_t i = 0; i < status.dead_letters.size(); ++i) {
    const DeadLetterCount& letters = status.dead_letters[i];
    const bool first = i == 0 || status.dead_letters[i - 1].consumer != letters.consumer;
    if (first) json.key(letters.consumer).begin_object();
    json.key(letters.code).integer(letters.count);
    if (i + 1 == status.dead_letters.size() || status.dead_letters[i + 1].consumer != letters.consumer) json.end_object();
  }
  json.end_object();
  write_rulebook(json, status.rulebook);
  json.key("migrations").begin_object().key("version").string(status.migrations.version).key("pending").integer(status.migrations.pending);
  json.key("problem").string(status.migrations.problem).end_object().end_object();
  return text;
}

std::string to_text(const Status& status, const StatusText& how) {
  return processes_text(status, how) + lanes_text(status, how) + rest_text(status, how);
}

}  // namespace scoreline::app
