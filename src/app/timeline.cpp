#include "app/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "app/effect_text.hpp"
#include "app/timeline_exit.hpp"
#include "core/cause_key.hpp"
#include "wire/json.hpp"

namespace scoreline::app {
namespace {

using Kind = TimelineEntry::Kind;
using core::LeadChange;
using core::Signal;

Kind kind_of(Signal::Kind kind) {
  switch (kind) {
    case Signal::Kind::churn_risk:
      return Kind::churn_alarm;
    case Signal::Kind::tier:
      return Kind::tier;
    case Signal::Kind::intent:
      return Kind::intent;
    case Signal::Kind::stage:
      break;
  }
  return Kind::stage;
}

/// Puts the entries together; what one cause led to is given one place.
class Maker {
 public:
  Maker(const TimelineSources& sources, const Causes& causes, const core::RuleBook& book)
      : sources_(sources), causes_(causes), book_(book) {
    for (const SeenChange& seen : sources.changes)
      if (seen.change.kind == LeadChange::Kind::changed) note_offset(seen.change.cause_key, seen.offset);
    for (const flow::FiringRow& firing : sources.firings) note_offset(firing.cause_key, firing.change_offset);
    for (const pg::ActionView& view : sources.actions) actions_[view.action.firing].push_back(&view);
    for (const pg::MailView& view : sources.mails) mails_[view.mail.enrolment].push_back(&view);
    for (const flow::DealRow& deal : sources.deals)
      if (deal.merged) merged_deals_.insert(deal.id);
  }

  std::vector<TimelineEntry> make() {
    for (const PastActivity& past : sources_.history.activities) activity(past);
    for (const SeenChange& seen : sources_.changes) change(seen);
    for (const flow::DealRow& deal : sources_.deals) deal_row(deal);
    for (const flow::FiringRow& row : sources_.firings) firing(row);
    for (const flow::EnrolmentRow& row : sources_.enrolments) enrolment(row);
    std::stable_sort(entries_.begin(), entries_.end(), [](const TimelineEntry& a, const TimelineEntry& b) {
      return std::tie(a.sorted_by, a.offset, a.cause_key, a.kind, a.n) <
             std::tie(b.sorted_by, b.offset, b.cause_key, b.kind, b.n);
    });
    return std::move(entries_);
  }

 private:
  void note_offset(const std::string& cause, std::int64_t offset) {
    const auto [place, fresh] = offsets_.try_emplace(cause, offset);
    if (!fresh) place->second = std::min(place->second, offset);
  }

  TimelineEntry& add(Kind kind, base::Instant at, std::string what, std::string why, const std::string& cause) {
    TimelineEntry entry;
    entry.kind = kind;
    entry.at = entry.sorted_by = at;
    entry.what = std::move(what);
    entry.why = std::move(why);
    entry.cause_key = cause;
    if (const auto known = offsets_.find(cause); known != offsets_.end()) entry.offset = known->second;
    return entries_.emplace_back(std::move(entry));
  }

  /// Before a merge it was another lead.
  void mark_lead(TimelineEntry& entry, core::LeadId lead) const {
    if (lead != sources_.lead) entry.marks.push_back(fmt::format("lead {}", lead.value));
  }
  void mark_deal(TimelineEntry& entry, const std::string& deal) const {
    if (merged_deals_.contains(deal)) entry.marks.emplace_back("gave way to another deal");
  }

  std::string cause_words(const std::string& key, base::Instant at, std::uint64_t rulebook) const {
    return causes_.find(key, at, rulebook).words;
  }

  void activity(const PastActivity& past);
  void change(const SeenChange& seen);
  void signals(const SeenChange& seen);
  void merge(const SeenChange& seen);
  void deal_row(const flow::DealRow& deal);
  void firing(const flow::FiringRow& row);
  void enrolment(const flow::EnrolmentRow& row);
  bool exit(const flow::EnrolmentRow& row);
  void mail(const pg::MailView& view, const std::string& why);
  std::string enrolled_by(const flow::EnrolmentRow& row) const;

  const TimelineSources& sources_;
  const Causes& causes_;
  const core::RuleBook& book_;
  std::map<std::string, std::int64_t> offsets_;                        // by cause key
  std::map<std::string, std::vector<const pg::ActionView*>> actions_;  // by firing
  std::map<std::string, std::vector<const pg::MailView*>> mails_;      // by enrolment
  std::set<std::string> entered_, made_;  // deals with a stage entry, those with the one that made them
  std::set<std::string> merged_deals_;
  std::set<std::pair<core::LeadId, core::LeadId>> merges_;  // loser, survivor
  std::vector<TimelineEntry> entries_;
};

void Maker::activity(const PastActivity& past) {
  const core::Activity& activity = past.activity;
  TimelineEntry& entry = add(Kind::activity, activity.at, words_of(activity),
                             activity.source.empty() ? "" : "from " + activity.source, core::cause_key(activity));
  entry.sorted_by = std::min(activity.at, past.log_time);
  if (past.standing != Standing::counts) entry.marks.emplace_back(to_text(past.standing));
  if (activity.history) entry.marks.emplace_back("imported");
  mark_lead(entry, past.lead);
  entry.details = {{"name", activity.name},
                   {"type", activity.type},
                   {"source", activity.source},
                   {"message_id", activity.message_id},
                   {"log_time", base::format_rfc3339(past.log_time)}};
}

void Maker::change(const SeenChange& seen) {
  const LeadChange& change = seen.change;
  switch (change.kind) {
    case LeadChange::Kind::changed:
      return signals(seen);
    case LeadChange::Kind::retracted:
      add(Kind::retraction, change.now, "taken back: " + cause_words(change.cause_key, change.now, change.rulebook), "",
          change.cause_key)
          .offset = seen.offset;
      return;
    case LeadChange::Kind::merged:
    case LeadChange::Kind::taken:
      return merge(seen);
    case LeadChange::Kind::erased:
    case LeadChange::Kind::mark:
      return;
  }
}

void Maker::signals(const SeenChange& seen) {
  const LeadChange& change = seen.change;
  const std::string why = cause_words(change.cause_key, change.now, change.rulebook);
  std::uint32_t n = 0;
  const auto marked = [&](TimelineEntry& entry) {
    entry.offset = seen.offset;
    entry.n = n++;
    if (!change.suppressed.empty()) entry.marks.push_back(change.suppressed);
    if (change.retracted) entry.marks.emplace_back("retracted");
    mark_lead(entry, change.lead);
  };
  for (const Signal& signal : change.signals) {
    const std::string mover = mover_of(signal);
    const std::string reason = mover.empty() || why.empty() ? mover + why : fmt::format("{} ({})", mover, why);
    TimelineEntry& entry = add(kind_of(signal.kind), change.now, words_of(signal), reason, change.cause_key);
    marked(entry);
    entry.details = {{"subject", signal.subject}, {"from", signal.from}, {"to", signal.to},
                     {"value", signal.value},     {"deal", signal.deal}, {"by", signal.by}};
    if (signal.kind != Signal::Kind::stage) continue;
    mark_deal(entry, signal.deal);
    entered_.insert(signal.deal);
    if (signal.from.empty()) made_.insert(signal.deal);
  }
  if (!change.refused.empty())
    marked(add(Kind::stage, change.now, "a deal was not moved: " + change.refused, why, change.cause_key));
}

// Both leads' partitions tell of it; the first of the two records counts.
void Maker::merge(const SeenChange& seen) {
  const LeadChange& change = seen.change;
  const bool taken = change.kind == LeadChange::Kind::taken;
  const core::LeadId loser = taken ? change.other : change.lead, survivor = taken ? change.lead : change.other;
  if (!merges_.emplace(loser, survivor).second) return;
  const Causes::Cause cause = causes_.of_merge(change.merge_id);
  TimelineEntry& entry = add(
      Kind::merge, change.now,
      fmt::format("lead {} was merged into lead {}: the same person", loser.value, survivor.value), cause.words, "");
  entry.details = {{"lead", std::to_string(loser.value)},
                   {"into", std::to_string(survivor.value)},
                   {"message_id", cause.message_id}};
}

// Where the log was not read (so far), the table knows how a deal began and where it stands.
void Maker::deal_row(const flow::DealRow& deal) {
  const auto row_entry = [&](base::Instant at, std::string what) {
    TimelineEntry& entry = add(Kind::stage, at, std::move(what), "", "");
    mark_deal(entry, deal.id);
    entry.details = {{"subject", deal.pipeline}, {"to", deal.stage}, {"deal", deal.id}};
  };
  if (!made_.contains(deal.id)) row_entry(deal.created_at, "new deal in " + deal.pipeline);
  if (!entered_.contains(deal.id) && deal.moved_at != deal.created_at)
    row_entry(deal.moved_at, fmt::format("deal in {} came to {}", deal.pipeline, deal.stage));
}

void Maker::firing(const flow::FiringRow& row) {
  std::string what = "trigger " + row.trigger;
  if (!row.suppressed.empty()) what += " held back: " + row.suppressed;
  std::string does;
  if (const auto found = actions_.find(row.key); found != actions_.end() && row.suppressed.empty())
    for (const pg::ActionView* view : found->second)
      does += fmt::format("{}{} ({})", does.empty() ? "" : ", ", view->action.kind, standing_of(*view));
  if (row.suppressed.empty()) what += does.empty() ? " fired" : ": " + does;
  TimelineEntry& entry = add(Kind::firing, row.at, std::move(what), because(row, causes_), row.cause_key);
  entry.offset = row.change_offset;
  entry.n = row.n;
  if (!row.suppressed.empty()) entry.marks.emplace_back("suppressed");
  if (row.retracted) entry.marks.emplace_back("retracted");
  entry.details = {{"trigger", row.trigger},
                   {"occasion", row.occasion_text},
                   {"suppressed", row.suppressed},
                   {"actions", does},
                   {"firing", row.key}};
}

// A trigger that enrols has a firing with the same cause.
std::string Maker::enrolled_by(const flow::EnrolmentRow& row) const {
  for (const pg::ActionView& view : sources_.actions) {
    if (view.action.kind != "sequence.enrol" || view.firing.cause_key != row.cause_key) continue;
    bool named = false;
    wire::json_members(view.action.with_json, [&](std::string_view key, std::string_view value) {
      std::string text;
      named = named || (key == "sequence" && wire::json_string(value, text) && text == row.sequence);
    });
    if (named) return fmt::format("trigger {}: {}", view.action.trigger, because(view.firing, causes_));
  }
  return cause_words(row.cause_key, row.enrolled_at, row.rulebook);
}

void Maker::enrolment(const flow::EnrolmentRow& row) {
  const std::string by = enrolled_by(row);
  if (!row.suppressed.empty()) {
    TimelineEntry& entry = add(Kind::enrolment, row.enrolled_at,
                               fmt::format("not enrolled in {}: {}", row.sequence, row.suppressed), by, row.cause_key);
    entry.marks.emplace_back("suppressed");
    entry.details = {{"sequence", row.sequence}, {"suppressed", row.suppressed}, {"enrolment", row.key}};
    return;
  }
  std::string what = "enrolled in " + row.sequence;
  if (!row.ended.empty() && !exit(row)) what += "; ended since: " + row.ended;
  TimelineEntry& entry = add(Kind::enrolment, row.enrolled_at, std::move(what), by, row.cause_key);
  entry.details = {{"sequence", row.sequence}, {"zone", row.zone}, {"ended", row.ended}, {"enrolment", row.key}};
  for (const pg::MailView* view : mails_[row.key]) mail(*view, "enrolled: " + by);
}

bool Maker::exit(const flow::EnrolmentRow& row) {
  const auto& mails = mails_[row.key];
  const auto found = find_exit(row, mails, sources_, book_);
  if (!found) return false;
  const auto cancelled = std::count_if(mails.begin(), mails.end(), [&](const pg::MailView* view) {
    return view->standing == "cancelled" && view->mail.reason == row.ended;
  });
  const std::string words = cause_words(found->cause_key, found->at, row.rulebook);
  TimelineEntry& entry = add(
      Kind::exit, found->at,
      fmt::format("left {}: {} {} not be sent", row.sequence, cancelled, cancelled == 1 ? "mail will" : "mails will"),
      words.empty() || words == row.ended ? row.ended : fmt::format("{} ({})", row.ended, words), found->cause_key);
  entry.details = {{"sequence", row.sequence}, {"reason", row.ended}, {"enrolment", row.key}};
  return true;
}

// A mail counts as sent before anything else of the instant at which it is due, but for the enrolment itself.
void Maker::mail(const pg::MailView& view, const std::string& why) {
  const flow::MailRow& row = view.mail;
  const std::string subject = row.subject.empty() ? "" : fmt::format(" \"{}\"", row.subject);
  const bool cancelled = view.standing == "cancelled";
  std::string what = fmt::format("mail {}/{}{}", row.sequence, row.step, subject);
  if (!cancelled || view.state != "never_tried") what += ": " + standing_of({view, true});
  TimelineEntry& entry =
      add(Kind::mail, row.due_at, std::move(what), cancelled ? row.reason : why, view.enrolment.cause_key);
  if (row.due_at != view.enrolment.enrolled_at) entry.offset = -2;
  if (cancelled) entry.marks.emplace_back("cancelled");
  entry.upcoming = view.standing == "queued";
  entry.details = {
      {"sequence", row.sequence}, {"step", row.step}, {"status", view.standing}, {"reason", row.reason},
      {"mailer", view.state},     {"email", row.key}, {"subject", row.subject},  {"template", row.template_name}};
}

}  // namespace

std::vector<TimelineEntry> make_timeline(const TimelineSources& sources, const Causes& causes,
                                         const core::RuleBook& book) {
  return Maker(sources, causes, book).make();
}

std::vector<TimelineEntry> cut_timeline(std::vector<TimelineEntry> entries, base::Instant now, std::size_t limit) {
  if (limit == 0) return entries;
  const auto upcoming =
      std::find_if(entries.begin(), entries.end(), [&](const TimelineEntry& entry) { return entry.sorted_by > now; });
  const auto past = static_cast<std::size_t>(upcoming - entries.begin());
  const std::size_t first = past > limit ? past - limit : 0;
  const std::size_t last = std::min(entries.size(), past + limit);
  return {std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(first)),
          std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(last))};
}

}  // namespace scoreline::app
