/// timeline.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "app/commands.hpp"
#include "app/named_lead.hpp"
#include "app/process.hpp"
#include "app/table_print.hpp"
#include "app/timeline.hpp"
#include "base/errors.hpp"
#include "core/stage_state.hpp"
#include "kafka/log_reader.hpp"
#include "kafka/topics_admin.hpp"

namespace scoreline::app {
namespace {

struct Words {
  std::string lead;
  std::size_t limit = 50;
  std::int64_t records = 500'000;
  bool no_topics = false;
};

struct ChangesRead {
  std::vector<SeenChange> changes;
  std::int64_t records = 0;
  bool complete = true;
};

// Each lead's changes stand in its own partition.
ChangesRead read_changes(const kafka::Settings& settings, const std::vector<flow::IdentityLead>& leads,
                         const Words& words) {
  const std::int32_t partitions = kafka::TopicsAdmin(settings).check_partitions();
  std::map<std::int32_t, ChangeSearch> searches;
  for (const flow::IdentityLead& lead : leads) {
    ChangeSearch& search = searches[base::partition_of(std::to_string(lead.lead.value), partitions)];
    search.since = search.leads.empty() ? lead.created_at : std::min(search.since, lead.created_at);
    search.leads.push_back(lead.lead);
    search.enough = words.limit;
    search.records_max = words.records;
  }
  ChangesRead read;
  kafka::KafkaLogReader reader(settings);
  for (const auto& [partition, search] : searches) {
    ChangesFound found = find_changes(reader, partition, search);
    read.records += found.records;
    read.complete = read.complete && found.complete;
    read.changes.insert(read.changes.end(), std::make_move_iterator(found.changes.begin()),
                        std::make_move_iterator(found.changes.end()));
  }
  std::stable_sort(read.changes.begin(), read.changes.end(),
                   [](const SeenChange& a, const SeenChange& b) { return a.change.now < b.change.now; });
  return read;
}

TimelineSources sources_of(Store& store, core::LeadId lead, const core::LeadIdentity& identity,
                           const std::shared_ptr<const core::RuleBook>& book) {
  const std::vector<core::LeadId> family = family_of(lead, identity);
  pg::EffectQuery all;
  all.leads = family;
  all.limit = all.look_through;
  TimelineSources sources;
  sources.lead = lead;
  sources.history = store.history(lead, identity, book);
  sources.firings = store.rows_of(lead, identity).firings;
  sources.actions = store.effects().actions(all).rows;
  sources.enrolments = store.effects().enrolments_of(family);
  sources.mails = store.effects().mails(all).rows;
  sources.deals = store.effects().deals_of(family);
  return sources;
}

// How far the lead has come: whatever was handled of it lies before.
base::Instant now_of(Store& store, core::LeadId lead) {
  base::Instant latest = base::kNever;
  const auto rows = store.rows_in("scoring", {&lead, 1});
  for (const char* consumer : {"scoring", "sequences"}) {
    const auto now = store.now_of(consumer);
    for (const flow::LeadRow& row : rows)
      if (const auto lane = now.find(row.lane); lane != now.end()) latest = std::max(latest, lane->second);
  }
  return latest == base::kNever ? base::wall_clock() : latest;
}

int run_timeline(const CommandContext& context, const Words& words) {
  const Settings settings = context.settings();
  Store store(settings);
  const auto found = named_lead(store, words.lead);
  if (!found) return kProblem;
  const core::LeadId lead = found->lead.lead;
  if (found->lead.erased) {
    fmt::print(stderr, "lead {} was erased; nothing of it is kept\n", lead.value);
    return kProblem;
  }
  const core::LeadIdentity identity = identity_of(found->lead);
  const auto book = store.active_rulebook();
  TimelineSources sources = sources_of(store, lead, identity, book);
  const std::vector<core::LeadId> family = family_of(lead, identity);
  ChangesRead read;
  if (!words.no_topics) {
    try {
      read = read_changes(kafka_settings_of(settings), store.leads(family), words);
    } catch (const base::Unavailable& away) {
      throw base::Unavailable(std::string(away.what()) + "; --no-topics shows what PostgreSQL knows");
    }
  }
  sources.changes = std::move(read.changes);
  Causes causes = store.causes({&lead, 1});
  for (const SeenChange& seen : sources.changes) causes.add(seen.change);
  const base::Instant now = now_of(store, lead);
  const auto entries = cut_timeline(make_timeline(sources, causes, *book), now, words.limit);
  if (context.json) {
    for (const TimelineEntry& entry : entries) fmt::print("{}\n", to_json(entry));
  } else {
    fmt::print("{}\n", painted(fmt::format("lead {}  {}", lead.value, display_name(lead, identity)), Colour::bold,
                               stdout_has_colours()));
    if (found->asked != lead) fmt::print("lead {} was merged into lead {}\n", found->asked.value, lead.value);
    fmt::print("\n{}", to_text(entries, stdout_has_colours()));
  }
  if (!read.complete)
    fmt::print(stderr,
               "only the newest {} of lead.changes were looked through (--records N): older changes of tier, intent "
               "and stage are missing\n",
               counted(read.records, "record", "records"));
  if (sources.history.truncated)
    fmt::print(stderr, "only the newest {} activities are known here\n",
               grouped(static_cast<std::int64_t>(sources.history.activities.size())));
  return kDone;
}

}  // namespace

void add_timeline_command(CLI::App& app, CommandContext& context) {
  auto words = std::make_shared<Words>();
  auto* timeline = app.add_subcommand("timeline", "one person's story: what happened, what was decided, and why");
  timeline->footer(
      "Changes of tier, intent and stage stand in lead.changes, which has no index by lead: its partition is read "
      "backwards\n"
      "until enough is found, at most to when the lead came into being (--records: at most so many). --no-topics "
      "leaves them\n"
      "out and needs PostgreSQL alone.\n"
      "Example: scoreline timeline email:ada@example.com --limit 100");
  timeline->add_option("lead", words->lead, kWho)->required();
  timeline->add_option("--limit", words->limit,
                       "the newest so many entries, and the next so many that are due; 0: all (default 50)");
  timeline
      ->add_option("--records", words->records,
                   "how many records of lead.changes may be read per partition; 0: all (default 500,000)")
      ->check(CLI::NonNegativeNumber);
  timeline->add_flag("--no-topics", words->no_topics, "only what PostgreSQL knows");
  timeline->callback([&context, words] { context.run = [&context, words] { return run_timeline(context, *words); }; });
}

}  // namespace scoreline::app
