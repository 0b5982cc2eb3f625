/// leads, lead, explain.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands.hpp"
#include "app/explain.hpp"
#include "app/lead_filter.hpp"
#include "app/lead_ranking.hpp"
#include "app/lead_view.hpp"
#include "app/named_lead.hpp"
#include "app/store.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "core/report_number.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

struct LeadsWords {
  std::string tier, stage, intent, sort = "score";
  bool customer = false;
  std::size_t limit = 20;
};

void print_leads(const CommandContext& context, Store& store, LeadReporter& reporter, std::vector<RankedLead> ranked,
                 bool narrowed) {
  std::vector<core::LeadId> ids;
  for (const RankedLead& one : ranked) ids.push_back(one.row.lead);
  auto identities = store.identities(ids);
  std::vector<LeadLine> lines;
  for (RankedLead& one : ranked) {
    auto scored = reporter.score(&one.row, base::day_of(one.now));
    if (!scored) continue;  // ranked a moment ago
    core::LeadIdentity& identity = identities[one.row.lead];
    if (context.json) {
      std::string report = reporter.report(one.row.lead, one.row.lane, identity, *scored,
                                           read_parts(store.rows_of(one.row.lead, identity), reporter.book(), one.now));
      report.pop_back();
      fmt::print("{},\"change_7d\":\"{}\"}}\n", report, core::report_number(one.change));
      continue;
    }
    lines.push_back({one.row.lead, display_name(one.row.lead, identity), scored->tier, one.score, one.change,
                     top_reasons(reporter.scorer(), scored->score, 3)});
  }
  if (context.json) return;
  if (lines.empty())
    fmt::print("{}\n", narrowed ? "no lead is like that" : "no leads; scoreline status shows whether events come through");
  else
    fmt::print("{}", leads_table(lines, stdout_has_colours()));
}

void check_tier(const std::string& tier, const core::RuleBook& book) {
  if (tier.empty() || core::find_level(book.tiers, tier) >= 0) return;
  std::string known;
  for (const core::Level& level : book.tiers) known += (known.empty() ? "" : ", ") + level.id;
  throw base::UsageError(fmt::format("--tier {}: {}", tier, known.empty() ? "the rule book has no tiers" : "tiers are " + known));
}

int run_leads(const CommandContext& context, const LeadsWords& words) {
  const Settings settings = context.settings();
  Store store(settings);
  const auto book = store.active_rulebook();
  check_tier(words.tier, *book);
  LeadReporter reporter(book);
  const auto now = store.scoring_now();
  LeadWish wish = parse_wish(words.stage, words.intent, words.customer, *book);
  LeadRanking ranking(words.sort == "change" ? LeadRanking::By::change : LeadRanking::By::score, words.limit);
  const bool narrowed = !wish.empty() || !words.tier.empty();
  LeadFilter filter(store, std::move(wish), ranking);
  std::size_t unreadable = 0;
  store.views().for_each_lead("scoring", [&](const flow::LeadRow& row) {
    const auto lane = now.find(row.lane);
    const base::Instant at = lane == now.end() || lane->second == base::kNever ? base::wall_clock() : lane->second;
    const base::Day today = base::day_of(at);
    const auto scored = reporter.score(&row, today);
    if (!scored) {
      ++unreadable;
      return;
    }
    if (!words.tier.empty() && scored->tier != words.tier) return;
    const core::Points before = reporter.score_back_then(*scored, today + -7);
    filter.add({row, at, scored->score.value, scored->score.value - before});
  });
  filter.flush();
  print_leads(context, store, reporter, ranking.take(), narrowed);
  if (unreadable == 0) return kDone;
  fmt::print(stderr, "{} cannot be read by this program: update it\n", counted(static_cast<std::int64_t>(unreadable), "lead", "leads"));
  return kProblem;
}

struct OneLead {
  Store::Found found;
  core::LeadIdentity identity;
  flow::LeadRow row;
  base::Instant now;
};

// Nothing: a line on stderr has said why.
std::optional<OneLead> load_lead(Store& store, const std::string& text) {
  auto found = named_lead(store, text);
  if (!found) return std::nullopt;
  if (found->lead.erased) {
    fmt::print(stderr, "lead {} was erased; nothing of it is kept\n", found->lead.lead.value);
    return std::nullopt;
  }
  OneLead one;
  one.found = std::move(*found);
  const core::LeadId lead = one.found.lead.lead;
  one.identity = identity_of(one.found.lead);
  one.now = base::wall_clock();
  if (auto row = store.scoring_row(lead)) {
    one.row = std::move(*row);
    const auto now = store.scoring_now();
    if (const auto lane = now.find(one.row.lane); lane != now.end() && lane->second != base::kNever) one.now = lane->second;
  }
  return one;
}

ScoredLead must_score(LeadReporter& reporter, const OneLead& one) {
  auto scored = reporter.score(&one.row, base::day_of(one.now));
  if (!scored) throw base::UsageError(fmt::format("lead {} was scored by a newer program: update this one", one.found.lead.lead.value));
  return std::move(*scored);
}

int run_lead(const CommandContext& context, const std::string& text) {
  const Settings settings = context.settings();
  Store store(settings);
  const auto book = store.active_rulebook();
  LeadReporter reporter(book);
  auto one = load_lead(store, text);
  if (!one) return kProblem;
  const core::LeadId lead = one->found.lead.lead;
  const base::Day today = base::day_of(one->now);
  ScoredLead scored = must_score(reporter, *one);
  LeadParts parts = read_parts(store.rows_of(lead, one->identity), book, one->now);
  if (context.json) {
    fmt::print("{}\n", reporter.report(lead, one->row.lane, one->identity, scored, parts));
    return kDone;
  }
  LeadPage page;
  page.parts = std::move(parts);
  page.lead = lead;
  page.asked = one->found.asked;
  page.today = today;
  page.change = scored.score.value - reporter.score_back_then(scored, today + -7);
  page.next_change_on = reporter.scorer().next_change_on(scored.state, today);
  page.history = store.history(lead, one->identity, book);
  page.identity = std::move(one->identity);
  page.scored = std::move(scored);
  fmt::print("{}", lead_page(page, reporter.scorer(), stdout_has_colours()));
  return kDone;
}

int run_explain(const CommandContext& context, const std::string& text, const std::string& at_text) {
  std::optional<base::Instant> at;
  if (!at_text.empty()) at = instant_of("--at", at_text);
  const Settings settings = context.settings();
  Store store(settings);
  const auto book = store.active_rulebook();
  LeadReporter reporter(book);
  auto one = load_lead(store, text);
  if (!one) return kProblem;
  const core::LeadId lead = one->found.lead.lead;
  ScoredLead scored = must_score(reporter, *one);
  LeadHistory history = store.history(lead, one->identity, book);
  core::ScoreState state = at ? state_at(scored.state, history, *book, *at) : std::move(scored.state);
  if (at) std::erase_if(history.activities, [&](const PastActivity& past) { return past.log_time > *at; });
  Explanation explanation = explain(reporter, std::move(state), std::move(history), at.value_or(one->now));
  explanation.lead = lead;
  explanation.asked = one->found.asked;
  explanation.name = display_name(lead, one->identity);
  explanation.identifiers = sorted_identifiers(one->identity);
  if (!at) explanation.tier = scored.tier;
  if (context.json)
    fmt::print("{}\n", to_json(explanation));
  else
    fmt::print("{}", to_text(explanation, *book, {stdout_has_colours(), 5}));
  return kDone;
}

}  // namespace

void add_lead_commands(CLI::App& app, CommandContext& context) {
  auto words = std::make_shared<LeadsWords>();
  auto* leads = app.add_subcommand("leads", "the hottest leads, with their reasons");
  leads->footer(
      "Examples: scoreline leads --tier hot --sort change --limit 10\n"
      "          scoreline leads --stage sales/meeting");
  leads->add_option("--tier", words->tier, "this tier only");
  leads->add_option("--stage", words->stage, "pipeline/stage: whose newest deal of that pipeline stands there");
  leads->add_option("--intent", words->intent, "intent/level: whose intent has this level");
  leads->add_flag("--customer", words->customer, "who has an ERP document");
  leads->add_option("--sort", words->sort, "score (default), or change: in the last seven days")->check(CLI::IsMember({"score", "change"}));
  leads->add_option("--limit", words->limit, "how many; 0: all (default 20)");
  leads->callback([&context, words] { context.run = [&context, words] { return run_leads(context, *words); }; });

  auto named = std::make_shared<std::string>();
  auto* lead = app.add_subcommand("lead", "one lead: who it is, where it stands, what it did");
  lead->footer("Example: scoreline lead email:ada@example.com");
  lead->add_option("lead", *named, kWho)->required();
  lead->callback([&context, named] { context.run = [&context, named] { return run_lead(context, *named); }; });

  auto asked = std::make_shared<std::string>(), at = std::make_shared<std::string>();
  auto* explain = app.add_subcommand("explain", "why a lead has its score, rule by rule, and what changes next");
  explain->footer(
      "With --at: what came into the log after that instant is left out; what is dated after its day weighs nothing.\n"
      "Retractions and merges known today hold for it, too, and today's rule book decides. Later instants: nothing further comes.\n"
      "Example: scoreline explain 17 --at 2026-06-01T00:00:00Z");
  explain->add_option("lead", *asked, kWho)->required();
  explain->add_option("--at", *at, "as of an earlier or later instant (RFC 3339, or a date: its midnight)");
  explain->callback([&context, asked, at] { context.run = [&context, asked, at] { return run_explain(context, *asked, *at); }; });
}

}  // namespace scoreline::app
