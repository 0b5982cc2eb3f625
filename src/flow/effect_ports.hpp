#pragma once
/// Rows that decisions leave for others: deals, firings with their actions, enrolments with their mails (design 5,
/// Actions and mails). They are written in the transaction of the decision, under keys that come from the cause, so
/// that deriving one again meets the row that is there. No row holds personal data; what a mail or message says is made
/// when it leaves.
///
/// Rules of every save(): sorted by key by the adapter; a key that is there keeps what was decided first and what was
/// done about it, unless said otherwise. Threads and errors as in flow/ports.hpp.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/ids.hpp"

namespace scoreline::flow {

using base::Instant;
using core::LeadId;

struct DealRow {
  std::string id;  // core::Deal::id
  LeadId lead;
  std::int32_t lane = 0;
  std::string pipeline, stage;
  bool open = true;
  bool merged = false;  // gave way to another deal when leads were merged: in no report
  Instant created_at, moved_at;
};

class DealTable {
 public:
  virtual ~DealTable() = default;
  /// Inserts or replaces by id.
  virtual void save(std::span<const DealRow> rows) = 0;
  /// Deals of erased leads: they leave the reports.
  virtual void remove(std::span<const LeadId> leads) = 0;
};

/// A trigger that fired, or would have (semantics 7).
struct FiringRow {
  std::string key;  // core::firing_key
  LeadId lead;
  std::int32_t lane = 0;
  std::string trigger;
  std::string cause_key;       // core::LeadChange::cause_key
  std::uint32_t occasion = 0;  // place in the order of semantics 1.1
  std::string occasion_text;   // for people: "activity Demo Requested", "tier hot", "stage sales/won"
  Instant at;
  std::string suppressed;  // "": it fired
  bool retracted = false;
  std::uint64_t rulebook = 0;
  std::int64_t change_offset = 0;  // of the record in lead.changes; with `n` the order among those of one instant
  std::uint32_t n = 0;
};

class FiringTable {
 public:
  virtual ~FiringTable() = default;
  /// A key that is there keeps its outcome; lead and lane become the new ones, a retraction stays or is added. What a
  /// key's actions say of lead and lane follows.
  virtual void save(std::span<const FiringRow> rows) = 0;
  /// Those that are there, by key; for replays.
  virtual std::vector<FiringRow> find(std::span<const std::string> keys) = 0;
  /// In order (at, change_offset, n).
  virtual std::vector<FiringRow> of_leads(std::span<const LeadId> leads) = 0;
  /// Marks the firings of `lead` that `cause_key` caused. Pairs of (lead, cause_key).
  virtual void retract(std::span<const std::pair<LeadId, std::string>> causes) = 0;
};

/// Something to be done by somebody else. States of doing: never_tried, handing_over, done, failed, in_doubt (later
/// ones are written by who does it), suppressed and cancelled (here).
struct ActionRow {
  std::string key;     // core::action_key: handed to the receiver as idempotency key
  std::string firing;  // FiringRow::key
  LeadId lead;
  std::int32_t lane = 0;
  std::string trigger;
  std::uint32_t number = 0;  // in the trigger's list
  std::string kind;          // "slack.message", ...
  std::string with_json;     // parameters as the rule book has them
  Instant due_at, not_after;
  std::string suppressed;  // "", or why it is not done
  std::uint64_t rulebook = 0;
  std::int32_t depth = 0;  // of the cause; what it causes comes back with one more
};

class ActionTable {
 public:
  virtual ~ActionTable() = default;
  /// New keys only: a key that is there stays as it is. A row of kind sequence.enrol is done as soon as it is there.
  virtual void save(std::span<const ActionRow> rows) = 0;
  /// Cancels what was never tried, of these leads.
  virtual void cancel(std::span<const LeadId> leads, const std::string& reason) = 0;
};

/// A lead's way through a sequence, or why it did not begin.
struct EnrolmentRow {
  std::string key;  // core::Enrolment::key
  LeadId lead;
  std::int32_t lane = 0;
  std::string sequence, cause_key;
  Instant enrolled_at;
  std::string zone;
  std::string suppressed;  // "": enrolled
  std::string ended;       // reason of its exit, "": none
  std::uint64_t rulebook = 0;
  std::int32_t depth = 0;
};

/// One step's mail as it was decided. `moving`: its lead is being merged into another one, which will decide anew.
struct MailRow {
  enum class Status : std::uint8_t { queued, cancelled, moving } status = Status::queued;
  std::string key;        // core::mail_key: makes the Message-ID
  std::string enrolment;  // EnrolmentRow::key
  LeadId lead;
  std::int32_t lane = 0;
  std::string sequence, step;
  Instant due_at, not_after;
  std::string reason;                  // of a cancelled one
  std::string subject, template_name;  // as the rule book has them
  std::uint64_t rulebook = 0;
  std::int32_t depth = 0;
};

class MailTable {
 public:
  virtual ~MailTable() = default;
  /// Inserts; a key that is there gets lead, lane and `ended`.
  virtual void save_enrolments(std::span<const EnrolmentRow> rows) = 0;
  /// Inserts; a key that is there gets lead, lane, status and reason, never what was done about it.
  virtual void save_mails(std::span<const MailRow> rows) = 0;
  /// Those of these enrolment keys under which somebody was enrolled, by key; for replays.
  virtual std::vector<std::string> enrolled(std::span<const std::string> keys) = 0;
};

}  // namespace scoreline::flow
