#include "app/simulate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <istream>
#include <map>
#include <ostream>

#include "app/lead_report.hpp"
#include "app/memory_house.hpp"
#include "app/simulate_lines.hpp"
#include "base/check.hpp"
#include "base/errors.hpp"
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
    house_.scoring.marks = false;
    house_.scoring.ignore_rulebook_records = true;
    house_.scoring.lane.hands_over = !options.activities;
    identity_ = std::make_unique<MemoryIdentityProcess>(house_);
    scoring_ = std::make_unique<MemoryScoringProcess>(house_);
    identity_->assign(house_.all_lanes());
    scoring_->assign(house_.all_lanes());
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
      if (options_.report == SimulateOptions::Report::leads) report(base::day_of(at));
    }
    if (options_.report == SimulateOptions::Report::log) print_log();
    return bad_ ? 2 : 0;
  }

 private:
  static constexpr std::size_t kChunk = 2'000;  // lines between two rounds: bounds memory, changes nothing

  void take(const std::string& line, std::size_t number) {
    auto record = options_.activities ? read_activity_line(line) : read_event_line(line);
    if (!record.ok()) return complain(number, record.error());
    ++pending_;
    if (options_.activities) {
      last_ = std::max(last_, record->record.time);
      house_.broker.append(record->topic, 0, std::move(record->record));
      return;
    }
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
      const auto line = lines_.find({letter.topic, letter.offset});
      if (line == lines_.end()) continue;
      complain(line->second.number, {letter.code, letter.message, letter.where});
      lines_.erase(line);
    }
    house_.database.dead_letters.clear();
    for (const auto& [place, line] : lines_) last_ = std::max(last_, line.time);
    lines_.clear();
  }

  void work() {
    MemoryProcess* const both[] = {identity_.get(), scoring_.get()};
    const std::span<MemoryProcess* const> processes = options_.activities ? std::span(both).subspan(1) : std::span(both);
    SCORELINE_CHECK(run_until_quiet(processes), "the simulation does not come to rest");
    for (const MemoryProcess* process : both)
      for (const flow::LaneView& lane : const_cast<MemoryProcess*>(process)->runner().view())
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

  void report(base::Day today) {
    LeadReporter reporter(book_);
    const auto& rows = house_.database.leads["scoring"];
    std::vector<std::pair<std::string, std::string>> reports;  // sort key, text
    for (const core::LeadId lead : surviving()) {
      const auto row = rows.find(lead);
      const auto scored = reporter.score(row == rows.end() ? nullptr : &row->second, today);
      SCORELINE_CHECK(scored.has_value(), "a scoring row that cannot be read");
      const core::LeadIdentity identity = identity_of(lead, scored->state);
      const auto identifiers = sorted_identifiers(identity);
      reports.emplace_back(identifiers.empty() ? fmt::format("{:020}", lead.value) : identifiers.front(), reporter.report(lead, 0, identity, *scored, today));
    }
    std::sort(reports.begin(), reports.end());
    for (const auto& [key, text] : reports) out_ << text << '\n';
  }

  void print_log() {
    for (const flow::Topic topic : {flow::Topic::lead_activities, flow::Topic::lead_scores}) {
      if (options_.activities && topic == flow::Topic::lead_activities) continue;
      const auto& log = house_.broker.log(topic, 0);
      for (std::size_t i = 0; i < log.size(); ++i) {
        if (topic == flow::Topic::lead_activities && i == printed_until_) continue;
        entries_.emplace_back(log[i].order, topic, &log[i]);
      }
    }
    std::sort(entries_.begin(), entries_.end());
    for (const auto& [order, topic, record] : entries_) {
      std::string text;
      wire::JsonWriter json(text);
      json.begin_object().key("topic").string(flow::declaration(topic).name).key("time").string(base::format_rfc3339(record->time));
      json.key("key").string(record->key).key("type").string(record->type).key("value").raw(record->value).end_object();
      out_ << text << '\n';
    }
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
  std::unique_ptr<MemoryIdentityProcess> identity_;
  std::unique_ptr<MemoryScoringProcess> scoring_;
  std::map<std::pair<flow::Topic, std::int64_t>, FedLine> lines_;
  std::vector<std::tuple<std::uint64_t, flow::Topic, const flow::StoredRecord*>> entries_;
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
