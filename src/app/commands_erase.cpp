/// erase.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/commands.hpp"
#include "app/erasure.hpp"
#include "app/named_lead.hpp"
#include "app/process.hpp"
#include "app/signals.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "core/identity.hpp"
#include "flow/topology.hpp"

namespace scoreline::app {
namespace {

struct Words {
  std::string lead;
  std::int64_t timeout_s = 60;
  bool yes = false;
};

/// What is kept now: most of it is not there any more to be counted afterwards.
Erased kept_of(Store& store, core::LeadId lead, const core::LeadIdentity& identity) {
  Erased kept;
  kept.lead = lead;
  kept.merged_leads = static_cast<std::int64_t>(identity.absorbed.size());
  kept.identifiers = static_cast<std::int64_t>(identity.identifiers.size());
  kept.traits = std::count_if(identity.traits.begin(), identity.traits.end(),
                              [](const core::Trait& trait) { return trait.json != "null"; });
  kept.activities = static_cast<std::int64_t>(store.history(lead, identity, store.active_rulebook()).activities.size());
  pg::EffectQuery query;
  query.leads = family_of(lead, identity);
  query.limit = query.look_through;
  const auto deals = store.effects().deals_of(query.leads);
  kept.deals = std::count_if(deals.begin(), deals.end(), [](const flow::DealRow& deal) { return !deal.merged; });
  query.state = "queued";
  kept.mails = static_cast<std::int64_t>(store.effects().mails(query).rows.size());
  query.state = "never_tried";
  kept.actions = static_cast<std::int64_t>(store.effects().actions(query).rows.size());
  return kept;
}

std::vector<std::string> waiting_for(Store& store, core::LeadId lead) {
  std::vector<std::string> waiting;
  const auto known = store.leads({&lead, 1});
  if (known.empty() || !known.front().erased) waiting.emplace_back("identity");
  for (const flow::ConsumerDeclaration& consumer : flow::consumers()) {
    if (consumer.name == "identity") continue;
    const auto rows = store.rows_in(consumer.name, {&lead, 1});
    if (rows.empty() || !rows.front().erased) waiting.emplace_back(consumer.name);
  }
  return waiting;
}

bool confirmed(const Words& words, const Erased& kept, const std::string& name) {
  if (words.yes) return true;
  if (!is_terminal(STDIN_FILENO))
    throw base::UsageError("erasing cannot be undone: say --yes where nobody can be asked");
  fmt::print(stderr, "lead {}  {}\n{}\nErase this person for good? [y/N] ", kept.lead.value, name, to_text(kept));
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

void show_progress(const std::string& line) {
  static std::string shown;
  if (line == shown) return;
  shown = line;
  fmt::print(stderr, "{}\n", line);
}

int report(const CommandContext& context, const Erased& kept, const std::vector<std::string>& waiting, bool before) {
  if (context.json) {
    fmt::print("{}\n", to_json(kept, waiting));
  } else if (waiting.empty()) {
    fmt::print("lead {} {}{}\n", kept.lead.value,
               before ? "was erased already" : "is erased: ", before ? "" : to_text(kept));
  }
  if (waiting.empty()) return kDone;
  std::string names;
  for (const std::string& consumer : waiting) names += (names.empty() ? "" : ", ") + consumer;
  fmt::print(stderr,
             "the erasure of lead {} stands in crm.events, but {} {} not handled it yet; scoreline status says why. "
             "Nothing has to be repeated.\n",
             kept.lead.value, names, waiting.size() == 1 ? "has" : "have");
  return kProblem;
}

int run_erase(const CommandContext& context, const Words& words) {
  const Settings settings = context.settings();
  Store store(settings);
  const auto found = named_lead(store, words.lead);
  if (!found) return kProblem;
  const core::LeadId lead = found->lead.lead;
  const bool before = found->lead.erased;
  const core::LeadIdentity identity = identity_of(found->lead);
  Erased kept;
  kept.lead = lead;
  if (!before) {
    kept = kept_of(store, lead, identity);
    if (!confirmed(words, kept, display_name(lead, identity))) {
      fmt::print(stderr, "nothing was erased\n");
      return kProblem;
    }
    const kafka::OwnedRecord record = erasure_record(lead, base::wall_clock(), settings.hash_key);
    kafka::RecordProducer producer(kafka_settings_of(settings), {flow::Topic::crm_events});
    kafka::send_all_and_wait(producer, {&record, 1}, std::chrono::milliseconds(15'000));
  }
  catch_stop_signals();
  ErasureWorld world;
  world.waiting = [&] { return waiting_for(store, lead); };
  world.progress = show_progress;
  world.wait = [] {
    wait_for_signal(200);
    return !stop_requested();
  };
  world.steady_us = base::steady_us;
  return report(context, kept, await_erasure(world, words.timeout_s * base::kSecondUs), before);
}

}  // namespace

void add_erase_command(CLI::App& app, CommandContext& context) {
  auto words = std::make_shared<Words>();
  auto* erase = app.add_subcommand("erase", "make a person disappear, for good");
  erase->footer(
      "Identifiers, traits, personal fields of activities and waiting mails are gone; the lead leaves the reports; "
      "counts in\n"
      "statistics stay. The same person, seen again, is a new lead. Records of the input topics go with their "
      "retention.\n"
      "Exit status 1: nobody is known by that, or not all consumers have handled it yet.\n"
      "Example: scoreline erase email:ada@example.com --yes");
  erase->add_option("lead", words->lead, kWho)->required();
  erase->add_flag("--yes,-y", words->yes, "do not ask");
  erase->add_option("--timeout", words->timeout_s, "how many seconds to wait for the consumers (default 60)")
      ->check(CLI::NonNegativeNumber);
  erase->callback([&context, words] { context.run = [&context, words] { return run_erase(context, *words); }; });
}

}  // namespace scoreline::app
