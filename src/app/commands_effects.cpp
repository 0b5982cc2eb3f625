/// actions, emails: what decisions want done, and which mails go out.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands.hpp"
#include "app/effect_text.hpp"
#include "app/named_lead.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"

namespace scoreline::app {
namespace {

struct Words {
  std::string lead, rule, state, due_after, due_before;
  bool suppressed = false;
  std::size_t limit = 50;
};

// Nothing: nobody is known by that, and a line has said so.
std::optional<pg::EffectQuery> query_of(Store& store, const Words& words) {
  pg::EffectQuery query;
  query.rule = words.rule;
  query.state = words.state;
  if (!words.due_after.empty()) query.from = instant_of("--due-after", words.due_after);
  if (!words.due_before.empty()) query.before = instant_of("--due-before", words.due_before);
  query.limit = words.limit == 0 ? query.look_through : words.limit;
  if (words.lead.empty()) return query;
  const auto found = named_lead(store, words.lead);
  if (!found) return std::nullopt;
  query.leads = family_of(found->lead.lead, identity_of(found->lead));
  return query;
}

template <typename Rule>
void check_rule(const std::string& id, const std::vector<Rule>& known, const char* option, std::size_t found) {
  if (id.empty() || found > 0) return;  // those of older rule books have rows, too
  const auto same = [&](const Rule& rule) { return rule.id == id; };
  if (std::any_of(known.begin(), known.end(), same)) return;
  std::string all;
  for (const Rule& rule : known) all += (all.empty() ? "" : ", ") + rule.id;
  throw base::UsageError(
      fmt::format("{} {}: {}", option, id, all.empty() ? "the rule book has none" : "there are " + all));
}

void say_incomplete(const pg::EffectQuery& query, bool complete) {
  if (!complete)
    fmt::print(stderr, "only {} were looked through; narrow it down with --lead, --due-after or --due-before\n",
               counted(static_cast<std::int64_t>(query.look_through), "row", "rows"));
}

EffectText text_of(Store& store, const Causes& causes, std::vector<core::LeadId> leads) {
  EffectText how{causes, {}, stdout_has_colours()};
  std::sort(leads.begin(), leads.end());
  leads.erase(std::unique(leads.begin(), leads.end()), leads.end());
  for (const auto& [lead, identity] : store.identities(leads)) how.names[lead] = display_name(lead, identity);
  return how;
}

int run_actions(const CommandContext& context, Words words) {
  if (words.suppressed && !words.state.empty() && words.state != "suppressed")
    throw base::UsageError("--suppressed is --state suppressed: name one state");
  if (words.suppressed) words.state = "suppressed";
  const Settings settings = context.settings();
  Store store(settings);
  auto query = query_of(store, words);
  if (!query) return kProblem;
  query->next_first = words.state == "never_tried";
  const auto found = store.effects().actions(*query);
  check_rule(words.rule, store.active_rulebook()->triggers, "--trigger", found.rows.size());
  std::vector<core::LeadId> leads;
  for (const pg::ActionView& view : found.rows) leads.push_back(view.action.lead);
  const Causes causes = store.causes(leads);
  if (context.json) {
    for (const pg::ActionView& view : found.rows) fmt::print("{}\n", action_json(view, causes));
  } else if (found.rows.empty()) {
    fmt::print("no actions\n");
  } else {
    fmt::print("{}", actions_table(found.rows, text_of(store, causes, std::move(leads))));
  }
  say_incomplete(*query, found.complete);
  return kDone;
}

// Where `now` of its lane decides, whatever lies before or behind all of them need not be looked through.
void narrow(pg::EffectQuery& query, Store& store) {
  base::Instant earliest = pg::kEndOfTime, latest = base::kNever;
  for (const auto& [lane, now] : store.now_of("sequences")) {
    earliest = std::min(earliest, now);
    latest = std::max(latest, now);
  }
  if (query.state == "queued" && earliest != pg::kEndOfTime) query.from = std::max(query.from, earliest);
  if (query.state == "sent")
    query.before = std::min(query.before, base::Instant{latest == base::kNever ? 0 : latest.us + 1});
}

int run_emails(const CommandContext& context, const Words& words) {
  const Settings settings = context.settings();
  Store store(settings);
  auto query = query_of(store, words);
  if (!query) return kProblem;
  query->next_first = words.state == "queued";
  const bool only_suppressed = words.state == "not_enrolled";
  pg::EffectQuery suppressed = *query;
  suppressed.state.clear();
  pg::Found<flow::EnrolmentRow> not_enrolled;
  if (words.state.empty() || only_suppressed) not_enrolled = store.effects().not_enrolled(suppressed);
  narrow(*query, store);
  pg::Found<pg::MailView> mails;
  if (!only_suppressed) mails = store.effects().mails(*query);
  check_rule(words.rule, store.active_rulebook()->sequences, "--sequence",
             mails.rows.size() + not_enrolled.rows.size());
  const auto lines = email_lines(std::move(mails.rows), not_enrolled.rows, query->next_first, words.limit);
  std::vector<core::LeadId> leads;
  for (const EmailLine& line : lines) leads.push_back(line.mail.mail.lead);
  const Causes causes = store.causes(leads);
  if (context.json) {
    for (const EmailLine& line : lines) fmt::print("{}\n", email_json(line, causes));
  } else if (lines.empty()) {
    fmt::print("no mails\n");
  } else {
    fmt::print("{}", emails_table(lines, text_of(store, causes, std::move(leads))));
  }
  say_incomplete(*query, mails.complete && not_enrolled.complete);
  return kDone;
}

void add_common(CLI::App& command, Words& words) {
  command.add_option("--lead", words.lead, std::string("of this lead only: ") + kWho);
  command.add_option("--due-after", words.due_after, "due then or later (RFC 3339, or a date)");
  command.add_option("--due-before", words.due_before, "due earlier than that");
  command.add_option("--limit", words.limit, "how many; 0: all that were looked through (default 50)");
}

}  // namespace

void add_effect_commands(CLI::App& app, CommandContext& context) {
  auto wanted = std::make_shared<Words>();
  auto* actions =
      app.add_subcommand("actions", "what triggers want done, why, and what came of it; or why it is not done");
  actions->footer(
      "The latest due come first; with --state never_tried the next. Looks through 100,000 rows at most.\n"
      "Examples: scoreline actions --state never_tried\n"
      "          scoreline actions --lead 17 --suppressed");
  add_common(*actions, *wanted);
  actions->add_option("--trigger", wanted->rule, "of this trigger only");
  actions
      ->add_option("--state", wanted->state,
                   "never_tried, handing_over, done, failed, in_doubt, suppressed or cancelled")
      ->check(CLI::IsMember({"never_tried", "handing_over", "done", "failed", "in_doubt", "suppressed", "cancelled"}));
  actions->add_flag("--suppressed", wanted->suppressed,
                    "those that nobody will do: cooldown, history, loop, rulebook, replay");
  actions->callback([&context, wanted] { context.run = [&context, wanted] { return run_actions(context, *wanted); }; });

  auto asked = std::make_shared<Words>();
  auto* emails = app.add_subcommand(
      "emails", "mails of sequences: when they are due, where they stand, and why nobody was enrolled");
  emails->footer(
      "sent: due and not cancelled, as decisions take it; beside it what the mailer did. The latest due come first; "
      "with\n"
      "--status queued the next. Looks through 100,000 rows at most.\n"
      "Example: scoreline emails --lead 17 --status queued");
  add_common(*emails, *asked);
  emails->add_option("--sequence", asked->rule, "of this sequence only");
  emails->add_option("--status", asked->state, "queued, sent, cancelled, moving, or not_enrolled")
      ->check(CLI::IsMember({"queued", "sent", "cancelled", "moving", "not_enrolled"}));
  emails->callback([&context, asked] { context.run = [&context, asked] { return run_emails(context, *asked); }; });
}

}  // namespace scoreline::app
