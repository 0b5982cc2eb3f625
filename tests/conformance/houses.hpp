#pragma once
/// What the conformance suite runs over. A house is one database; a process in it has a session and every table. Any
/// house with these members can be added to SCORELINE_HOUSES; the suite uses nothing but flow/ports.hpp.
#include <memory>

#include "flow/memory_effects.hpp"
#include "flow/memory_identity.hpp"
#include "flow/memory_store.hpp"
#include "pg/activities.hpp"
#include "pg/effects.hpp"
#include "pg/identity.hpp"
#include "pg/lanes.hpp"
#include "pg/lead_rows.hpp"
#include "pg/message_ids.hpp"
#include "pg/outbox.hpp"
#include "pg/rulebooks.hpp"
#include "support/live_pg.hpp"

namespace scoreline::conformance {

/// A process of a house; a house's processes meet in its database alone.
template <typename SessionType, typename Lanes, typename Outbox, typename DeadLetters, typename Leads, typename Held,
          typename IdentityLeads, typename Identifiers, typename Activities, typename Retractions, typename Documents,
          typename MessageIds, typename RuleBooks, typename Deals, typename Firings, typename Actions, typename Mails>
struct Process {
  template <typename... Arguments>
  explicit Process(Arguments&&... arguments) : session_(std::forward<Arguments>(arguments)...) {}

 private:
  SessionType session_;
  Lanes lanes_{session_};
  Outbox outbox_{session_};
  DeadLetters dead_letters_{session_};
  Leads leads_{session_, "scoring"};
  Held held_{session_, "scoring"};
  IdentityLeads identity_leads_{session_};
  Identifiers identifiers_{session_};
  Activities activities_{session_};
  Retractions retractions_{session_};
  Documents documents_{session_};
  MessageIds message_ids_{session_};
  RuleBooks rulebooks_{session_};
  Deals deals_{session_};
  Firings firings_{session_};
  Actions actions_{session_};
  Mails mails_{session_};

 public:
  flow::Session& session = session_;
  flow::LaneTable& lanes = lanes_;
  flow::OutboxTable& outbox = outbox_;
  flow::DeadLetterTable& dead_letters = dead_letters_;
  flow::LeadTable& leads = leads_;
  flow::HeldTable& held = held_;
  flow::IdentityLeadTable& identity_leads = identity_leads_;
  flow::IdentifierTable& identifiers = identifiers_;
  flow::ActivityTable& activities = activities_;
  flow::RetractionTable& retractions = retractions_;
  flow::DocumentTable& documents = documents_;
  flow::MessageIdTable& message_ids = message_ids_;
  flow::RuleBookTable& rulebooks = rulebooks_;
  flow::DealTable& deals = deals_;
  flow::FiringTable& firings = firings_;
  flow::ActionTable& actions = actions_;
  flow::MailTable& mails = mails_;

  /// `work` in a transaction that must succeed.
  template <typename Work>
  void in_transaction(Work work) {
    session.begin(flow::LockMode::none);
    work();
    REQUIRE(session.commit());
  }
};

struct MemoryHouse {
  using Process =
      conformance::Process<flow::MemorySession, flow::MemoryLanes, flow::MemoryOutbox, flow::MemoryDeadLetters,
                           flow::MemoryLeads, flow::MemoryHeld, flow::MemoryIdentityLeads, flow::MemoryIdentifiers,
                           flow::MemoryActivities, flow::MemoryRetractions, flow::MemoryDocuments,
                           flow::MemoryMessageIds, flow::MemoryRuleBooks, flow::MemoryDeals, flow::MemoryFirings,
                           flow::MemoryActions, flow::MemoryMails>;
  std::unique_ptr<Process> process() { return std::make_unique<Process>(database); }
  std::uint64_t store(flow::StoredRuleBook book) {
    const std::uint64_t version = book.version = database.rulebooks.size() + 1;
    database.rulebooks[version] = std::move(book);
    return version;
  }
  /// As if others had been at work before this consumer's first start.
  void comes_late(const std::string& consumer) { database.replays[consumer] = true; }
  flow::MemoryDatabase database;
};

struct PostgresHouse {
  using Process =
      conformance::Process<pg::PgSession, pg::PgLanes, pg::PgOutbox, pg::PgDeadLetters, pg::PgLeads, pg::PgHeld,
                           pg::PgIdentityLeads, pg::PgIdentifiers, pg::PgActivities, pg::PgRetractions, pg::PgDocuments,
                           pg::PgMessageIds, pg::PgRuleBooks, pg::PgDeals, pg::PgFirings, pg::PgActions, pg::PgMails>;
  std::unique_ptr<Process> process() {
    return std::make_unique<Process>(pg::SessionSettings{dsn, "scoreline conformance", "test:1"});
  }
  std::uint64_t store(const flow::StoredRuleBook& book) {
    std::string files;
    for (const auto& [name, text] : book.files)
      files += (files.empty() ? "$q$" : ", $q$") + name + "$q$, $q$" + text + "$q$";
    return std::stoull(live::ask(
        dsn, "INSERT INTO rulebooks (version, sha256, author, note, files) SELECT coalesce(max(version), 0) + 1, $q$" +
                 book.sha256 + "$q$, $q$" + book.author + "$q$, $q$" + book.note + "$q$, jsonb_build_object(" + files +
                 ") FROM rulebooks RETURNING version"));
  }
  void comes_late(const std::string& consumer) {
    live::run(dsn, "UPDATE consumer_starts SET replays = true WHERE consumer = '" + consumer + "'");
  }
  std::string dsn = live::fresh_tables();
};

#define SCORELINE_HOUSES scoreline::conformance::MemoryHouse, scoreline::conformance::PostgresHouse

}  // namespace scoreline::conformance
