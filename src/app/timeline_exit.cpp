#include "app/timeline_exit.hpp"

#include <algorithm>

#include "core/cause_key.hpp"
#include "core/occasion.hpp"
#include "core/sequence.hpp"

namespace scoreline::app {
namespace {

using core::LeadChange;
using core::Occasion;

/// A reason (semantics 7) back to the occasion that it names; nullopt: an activity's name, or `merged`, `erased`.
std::optional<Occasion> signal_of(const std::string& reason) {
  static constexpr std::pair<std::string_view, Occasion::Kind> kPrefixes[] = {
      {"tier:", Occasion::Kind::tier},
      {"intent:", Occasion::Kind::intent},
      {"stage:", Occasion::Kind::stage},
      {"customer:", Occasion::Kind::churn_risk}};
  for (const auto& [prefix, kind] : kPrefixes) {
    if (!reason.starts_with(prefix)) continue;
    Occasion occasion;
    occasion.kind = kind;
    occasion.text = reason.substr(prefix.size());
    if (kind != Occasion::Kind::intent && kind != Occasion::Kind::stage) return occasion;
    const std::size_t slash = occasion.text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    occasion.subject = occasion.text.substr(0, slash);
    occasion.text.erase(0, slash + 1);
    return occasion;
  }
  return std::nullopt;
}

/// Instants at which it can have happened.
struct Span {
  base::Instant from, before{INT64_MAX};
  bool holds(base::Instant at) const { return from <= at && at < before; }
};

Span span_of(const flow::EnrolmentRow& row, const std::vector<const pg::MailView*>& mails) {
  Span span{row.enrolled_at};
  for (const pg::MailView* view : mails) {
    const bool by_exit = view->standing == "cancelled" && view->mail.reason == row.ended;
    if (by_exit) span.before = std::min(span.before, view->mail.due_at);
    if (view->standing == "sent") span.from = std::max(span.from, view->mail.due_at);
  }
  return span;
}

bool may_end(const PastActivity& past, const std::string& name, const core::Sequence* sequence) {
  if (past.activity.name != name || past.standing == Standing::machine || past.standing == Standing::silent)
    return false;
  if (sequence == nullptr || core::may_always_exit(name)) return true;
  return std::any_of(sequence->exit_on.begin(), sequence->exit_on.end(), [&](const Occasion& wanted) {
    return wanted.kind == Occasion::Kind::activity &&
           std::any_of(past.found.begin(), past.found.end(),
                       [&](const flow::EventMatcher::Found& found) { return found.match == wanted.match; });
  });
}

class Search {
 public:
  explicit Search(Span span) : span_(span) {}
  void offer(base::Instant at, const std::string& cause_key) {
    if (span_.holds(at) && (!first_ || at < first_->at)) first_ = Exit{at, cause_key};
  }
  std::optional<Exit> first() const { return first_; }

 private:
  Span span_;
  std::optional<Exit> first_;
};

}  // namespace

std::optional<Exit> find_exit(const flow::EnrolmentRow& row, const std::vector<const pg::MailView*>& mails,
                              const TimelineSources& sources, const core::RuleBook& book) {
  Search search(span_of(row, mails));
  if (const auto wanted = signal_of(row.ended)) {
    for (const SeenChange& seen : sources.changes)
      for (const core::Signal& signal : seen.change.signals)
        if (core::meets(*wanted, {&signal, 1}, {}, book)) search.offer(seen.change.now, seen.change.cause_key);
    if (search.first() || wanted->kind != Occasion::Kind::stage) return search.first();
    for (const flow::DealRow& deal : sources.deals)  // without the log: if it still stands there
      if (deal.pipeline == wanted->subject && deal.stage == wanted->text) search.offer(deal.moved_at, "");
    return search.first();
  }
  if (row.ended == "merged") {
    for (const SeenChange& seen : sources.changes)
      if (seen.change.kind == LeadChange::Kind::taken) search.offer(seen.change.now, "");
    return search.first();
  }
  const auto sequence = std::find_if(book.sequences.begin(), book.sequences.end(),
                                     [&](const core::Sequence& one) { return one.id == row.sequence; });
  const core::Sequence* known = sequence == book.sequences.end() ? nullptr : &*sequence;
  for (const PastActivity& past : sources.history.activities)
    if (may_end(past, row.ended, known)) search.offer(past.log_time, core::cause_key(past.activity));
  return search.first();
}

}  // namespace scoreline::app
