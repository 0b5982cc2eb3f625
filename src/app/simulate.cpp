#include "app/simulate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <istream>
#include <map>
#include <ostream>

#include "app/lead_report.hpp"
#include "app/memory_house.hpp"
#include "app/simulate_lines.hpp"
#include "app/simulate_log.hpp"
#include "base/check.hpp"
#include "base/errors.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"
#include "wire/lead_record.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::app {
namespace {

std::shared_ptr<const core::RuleBook> load_book(const std::string& folder) {
  const auto files = wire::read_rulebook_folder(folder);
  if (!files.ok()) throw base::UsageError(files.error().message + (files.error().where.empty() ? "" : ": " + files.error().where));
  const wire::LoadedRuleBook loaded = wire::load_rulebook(*files);
  std::string text;
  for (const wire::RuleBookProblem& problem : loaded.problems) text += (text.empty() ? "" : "\n") + wire::to_text(problem);
  if (loaded.book == nullptr) throw base::UsageError(text);
  return loaded.book;
}

class Simulation {
 public:
  Simulation(const SimulateOptions& options, std::ostream& out, std::ostream& errors)
      : options_(options), out_(out), errors_(errors), house_(1, load_book(options.rulebook)), book_(house_.book) {
    house_.runner.publisher.batches_max = 64;
    house_.runner.lane_records = kBatch;
    house_.ignores_rulebooks = true;
    house_.settles_merges = true;
    house_.replays_log = options.activities;
    for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
      if (options.activities && consumer.name == "identity") continue;
      processes_.push_back(make_memory_process(house_, std::string(consumer.name)));
      processes_.back()->assign(house_.all_lanes());
    }
  }

  int run(std::istream& in) {
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      take(line, number);
      if (pending_ >= kChunk) settle();
    }
    settle();
    const base::Instant at = std::max(options_.at.value_or(base::kNever), last_);
    if (at != base::kNever) {
      tick(at);
      work();
      if (options_.report == SimulateOptions::Report::leads) report(at);
    }
    if (options_.report == SimulateOptions::Report::log) print_log(house_.broker, {!options_.activities, printed_until_}, out_);
    return bad_ ? 2 : 0;
  }

 private:
  static constexpr std::size_t kChunk = 2'000;  // lines between two rounds: bounds memory, changes nothing
  static constexpr std::size_t kBatch = 200;

  void take(const std::string& line, std::size_t number) {
    auto record = options_.activities ? read_activity_line(line) : read_event_line(line);
    if (!record.ok()) return complain(number, record.error());
    ++pending_;
    auto& log = house_.broker.log(record->topic, 0);
    lines_[{record->topic, static_cast<std::int64_t>(log.size())}] = {number, record->record.time};
    house_.broker.append(record->topic, 0, std::move(record->record));
  }

  // Lets everything that was fed be handled; bad lines come back as dead letters and do not move the clock.
  void settle() {
    if (pending_ == 0) return;
    pending_ = 0;
    work();
    for (const flow::DeadLetter& letter : house_.database.dead_letters) {
      const base::Error error{letter.code, letter.message, letter.where};
      if (letter.raw.empty()) {  // beside a record that counts all the same
        complain(line_of(letter), error);
        continue;
      }
      const auto line = lines_.find({letter.topic, letter.offset});
      if (line == lines_.end()) continue;
      complain(line->second.number, error);
      lines_.erase(line);
    }
    house_.database.dead_letters.clear();
    for (const auto& [place, line] : lines_) last_ = std::max(last_, line.time);
    lines_.clear();
  }

  // The line that became the activity that a consumer complains about; 0: none of those just fed.
  std::size_t line_of(const flow::DeadLetter& letter) {
    if (const auto line = lines_.find({letter.topic, letter.offset}); line != lines_.end()) return line->second.number;
    const auto& log = house_.broker.log(letter.topic, 0);
    const auto record = wire::decode_lead_record(log.at(static_cast<std::size_t>(letter.offset)).value);
    if (!record.ok()) return 0;
    for (const auto& [place, line] : lines_) {
      if (place.first != flow::Topic::crm_events) continue;
      std::string message;
      wire::json_members(house_.broker.log(place.first, 0).at(static_cast<std::size_t>(place.second)).value, [&](std::string_view key, std::string_view raw) {
        if (key == "messageId" && !wire::json_string(raw, message)) message = raw;
      });
      if (message == record->activity.message_id) return line.number;
    }
    return 0;
  }

  // The first one goes on when all others have come to rest: what it decided is settled, merges above all.
  void work() {
    std::vector<MemoryProcess*> others;
    for (const auto& process : processes_) others.push_back(process.get());
    const std::span<MemoryProcess* const> behind = std::span(others).subspan(1);
    do {
      SCORELINE_CHECK(run_until_quiet(behind), "the simulation does not come to rest");
    } while (others.front()->runner().step());
    for (const auto& process : processes_)
      for (const flow::LaneView& lane : process->runner().view())
        if (!lane.halted.empty()) throw base::UsageError("the simulation came to a halt: " + lane.halted);
  }

  // Time passes to the instant of the report; not part of the log that is printed.
  void tick(base::Instant at) {
    printed_until_ = house_.broker.log(flow::Topic::lead_activities, 0).size();
    core::LeadRecord record;
    record.kind = core::RecordKind::tick;
    flow::StoredRecord stored;
    stored.time = at;
    stored.value = wire::encode(record);
    house_.broker.append(flow::Topic::lead_activities, 0, std::move(stored));
  }

  void complain(std::size_t number, const base::Error& error) {
    bad_ = true;
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().key("line").integer(number).key("code").string(error.code).key("reason").string(error.message);
    if (!error.where.empty()) json.key("pointer").string(error.where);
    json.end_object();
    errors_ << text << '\n';
  }

  // Leads that were not seen by identity here (--activities) show the identifiers that their activities arrived with.
  core::LeadIdentity identity_of(core::LeadId lead, const core::ScoreState& state) {
    const auto row = house_.database.identities.find(lead);
    if (row != house_.database.identities.end()) {
      auto identity = core::decode_identity(row->second.personal);
      SCORELINE_CHECK(identity.has_value(), "an identity row that cannot be read");
      return std::move(*identity);
    }
    core::LeadIdentity identity;
    identity.traits.assign(state.traits.all().begin(), state.traits.all().end());
    return identity;
  }

  std::vector<core::LeadId> surviving() const {
    std::vector<core::LeadId> leads;
    if (options_.activities) {
      const auto rows = house_.database.leads.find("scoring");
      if (rows != house_.database.leads.end())
        for (const auto& [lead, row] : rows->second)
          if (!row.forward_to && !row.erased) leads.push_back(lead);
      return leads;
    }
    for (const auto& [lead, row] : house_.database.identities)
      if (!row.merged_into && !row.erased) leads.push_back(lead);
    return leads;
  }

  flow::LeadRow row_of(const std::string& consumer, core::LeadId lead) {
    const auto& rows = house_.database.leads[consumer];
    const auto row = rows.find(lead);
    return row == rows.end() ? flow::LeadRow{} : row->second;
  }

  LeadParts parts_of(core::LeadId lead, base::Instant at) {
    LeadRows rows{row_of("customers", lead).personal, row_of("intent", lead).state, row_of("stages", lead).state, row_of("sequences", lead).state, {}};
    flow::MemoryFirings firings(reading_);
    rows.firings = firings.of_leads({&lead, 1});
    return read_parts(rows, book_, at);
  }

  void report(base::Instant at) {
    const base::Day today = base::day_of(at);
    LeadReporter reporter(book_);
    const auto& rows = house_.database.leads["scoring"];
    std::vector<std::pair<std::string, std::string>> reports;  // sort key, text
    for (const core::LeadId lead : surviving()) {
      const auto row = rows.find(lead);
      const auto scored = reporter.score(row == rows.end() ? nullptr : &row->second, today);
      SCORELINE_CHECK(scored.has_value(), "a scoring row that cannot be read");
      const core::LeadIdentity identity = identity_of(lead, scored->state);
      const auto identifiers = sorted_identifiers(identity);
      reports.emplace_back(identifiers.empty() ? fmt::format("{:020}", lead.value) : identifiers.front(), reporter.report(lead, 0, identity, *scored, parts_of(lead, at)));
    }
    std::sort(reports.begin(), reports.end());
    for (const auto& [key, text] : reports) out_ << text << '\n';
  }

  struct FedLine {
    std::size_t number = 0;
    base::Instant time;
  };

  const SimulateOptions& options_;
  std::ostream& out_;
  std::ostream& errors_;
  MemoryHouse house_;
  std::shared_ptr<const core::RuleBook> book_;
  std::vector<std::unique_ptr<MemoryProcess>> processes_;  // in the order of the flow
  flow::MemorySession reading_{house_.database};
  std::map<std::pair<flow::Topic, std::int64_t>, FedLine> lines_;
  std::size_t pending_ = 0;
  std::size_t printed_until_ = SIZE_MAX;
  base::Instant last_ = base::kNever;
  bool bad_ = false;
};

}  // namespace

int simulate(const SimulateOptions& options, std::istream& in, std::ostream& out, std::ostream& errors) {
  return Simulation(options, out, errors).run(in);
}

}  // namespace scoreline::app
