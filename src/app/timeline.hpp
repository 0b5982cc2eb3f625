#pragma once
/// Everything that happened to one person and everything that was decided about it, in one stream (design 2,
/// Explained). Sorted by time, then by the order in which one cause is settled (semantics 1.1). Pure.
///
/// Decisions stand at the log time at which they were made, activities at the time at which they happened (never later
/// than they came). When an exit from a sequence happened is not kept; it stands at the first occasion of that name
/// that the rule book of today lets end it.
#include <string>
#include <utility>
#include <vector>

#include "app/change_log.hpp"
#include "app/lead_history.hpp"
#include "app/plain_words.hpp"
#include "core/rulebook.hpp"
#include "pg/effect_views.hpp"

namespace scoreline::app {

struct TimelineEntry {
  /// In the order of semantics 1.1.
  enum class Kind : std::uint8_t {
    activity,
    retraction,
    merge,
    churn_alarm,
    tier,
    intent,
    stage,
    firing,
    exit,
    enrolment,
    mail
  } kind = Kind::activity;
  base::Instant at;
  std::string what, why;                                     // in plain words; why: what caused it
  std::vector<std::string> marks;                            // retracted, machine, imported, suppressed, ...
  std::string cause_key;                                     // hex, "" where none is known
  std::vector<std::pair<std::string, std::string>> details;  // for programs; ids and words, "" left out
  bool upcoming = false;                                     // a mail that is not due yet
  base::Instant sorted_by;
  std::int64_t offset = -1;  // in lead.changes; -1: not known
  std::uint32_t n = 0;       // among those of one kind and cause
};
std::string_view to_text(TimelineEntry::Kind kind);

struct TimelineSources {
  core::LeadId lead;  // whose story it is; what happened to leads merged into it says so
  LeadHistory history;
  std::vector<SeenChange> changes;  // of all partitions; empty without topics
  std::vector<flow::FiringRow> firings;
  std::vector<pg::ActionView> actions;
  std::vector<flow::EnrolmentRow> enrolments;
  std::vector<pg::MailView> mails;
  std::vector<flow::DealRow> deals;
};

/// Oldest first.
std::vector<TimelineEntry> make_timeline(const TimelineSources& sources, const Causes& causes,
                                         const core::RuleBook& book);

/// The newest `limit` up to `now` (what was handled last of the lead), and the next `limit` behind it; 0: all.
std::vector<TimelineEntry> cut_timeline(std::vector<TimelineEntry> entries, base::Instant now, std::size_t limit);

/// One line per entry: when, what, why, marks.
std::string to_text(const std::vector<TimelineEntry>& entries, bool colours);
std::string to_json(const TimelineEntry& entry);

}  // namespace scoreline::app
