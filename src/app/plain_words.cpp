#include "app/plain_words.hpp"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "core/cause_key.hpp"
#include "core/report_number.hpp"
#include "flow/message_scope.hpp"
#include "wire/json.hpp"

namespace scoreline::app {
namespace {

using core::Signal;

std::string_view member(std::string_view object, std::string_view name) {
  std::string_view found;
  wire::json_members(object, [&](std::string_view key, std::string_view value) {
    if (key == name) found = value;
  });
  return found;
}

/// The text of the first of these members that is one.
std::string text_of(std::string_view object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (std::string text; wire::json_string(member(object, name), text) && !text.empty()) return text;
  return {};
}

std::optional<std::int64_t> integer_of(std::string_view object, std::string_view name) {
  const std::string_view raw = member(object, name);
  std::int64_t number = 0;
  const auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  if (raw.empty() || parsed.ec != std::errc() || parsed.ptr != raw.data() + raw.size()) return std::nullopt;
  return number;
}

std::string page_of(const core::Activity& activity) {
  if (std::string path = text_of(member(activity.context, "page"), {"path"}); !path.empty()) return path;
  return text_of(activity.properties, {"path", "name", "title", "url"});
}

/// "ordered 120.00 EUR (A-17)": of an ERP document.
std::string with_money(std::string_view verb, const core::Activity& activity) {
  std::string words(verb);
  auto cents = integer_of(activity.properties, "netCents");
  if (!cents) cents = integer_of(activity.properties, "grossCents");
  if (cents) words += " " + core::report_hundredths(*cents);
  if (const std::string currency = text_of(activity.properties, {"currency"}); cents && !currency.empty())
    words += " " + currency;
  if (const std::string number = text_of(activity.properties, {"number", "invoice"}); !number.empty())
    words += " (" + number + ")";
  return words;
}

std::string with_subject(std::string_view words, const core::Activity& activity,
                         std::initializer_list<std::string_view> names) {
  const std::string subject = text_of(activity.properties, names);
  return subject.empty() ? std::string(words) : fmt::format("{}: {}", words, subject);
}

std::string company_of(const core::Activity& activity) {
  return with_subject("said which company it belongs to", activity, {"name"});
}

std::string deal_moved(const core::Activity& activity) {
  const std::string pipeline = text_of(activity.properties, {"pipeline"}), to = text_of(activity.properties, {"to"}),
                    by = text_of(activity.properties, {"by"});
  return fmt::format("deal in {} moved to {}{}", pipeline, to, by.empty() ? "" : " by " + by);
}

std::string tracked(const core::Activity& activity) {
  if (activity.name == "page") {
    const std::string page = page_of(activity);
    return page.empty() ? "looked at a page" : "looked at " + page;
  }
  if (activity.name == "screen") return with_subject("opened a screen", activity, {"name"});
  if (activity.name == "identify") return "said who it is";
  if (activity.name == "group") return company_of(activity);
  return activity.name;
}

std::string_view verb_of(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kVerbs[] = {
      {"customer.changed", "customer data changed"},
      {"order.placed", "ordered"},
      {"order.changed", "order changed"},
      {"order.cancelled", "order cancelled"},
      {"invoice.issued", "got an invoice"},
      {"invoice.changed", "invoice changed"},
      {"payment.received", "paid"},
      {"credit.issued", "got a credit"},
      {"email.sent", "was sent a mail"},
      {"email.opened", "opened a mail"},
      {"email.clicked", "clicked in a mail"},
      {"email.bounced", "a mail bounced"},
      {"email.complained", "complained about a mail"},
      {"email.unsubscribed", "unsubscribed from mails"},
      {"email.replied", "answered a mail"},
      {"booking.created", "booked a meeting"},
      {"note.added", "note"},
      {"task.completed", "task done"},
  };
  for (const auto& [known, verb] : kVerbs)
    if (known == name) return verb;
  return {};
}

std::string_view or_none(const std::string& level) { return level.empty() ? std::string_view("none") : level; }

}  // namespace

std::string words_of(const core::Activity& activity) {
  if (activity.topic == core::InputTopic::tracking) return tracked(activity);
  if (activity.name == "deal.moved") return deal_moved(activity);
  const std::string_view verb = verb_of(activity.name);
  if (verb.empty()) return activity.name;
  if (activity.topic == core::InputTopic::erp) return with_money(verb, activity);
  return with_subject(verb, activity, {"subject", "title", "text", "url", "name"});
}

std::string words_of(const Signal& signal) {
  switch (signal.kind) {
    case Signal::Kind::churn_risk:
      return "has not ordered for long: may be leaving";
    case Signal::Kind::tier:
      return fmt::format("tier {} -> {} (score {})", or_none(signal.from), or_none(signal.to), signal.value);
    case Signal::Kind::intent:
      return fmt::format("intent {}: {} -> {} ({})", signal.subject, or_none(signal.from), or_none(signal.to),
                         signal.value);
    case Signal::Kind::stage:
      if (signal.from.empty()) return fmt::format("new deal in {}: {}", signal.subject, signal.to);
      return fmt::format("deal in {}: {} -> {}", signal.subject, signal.from, signal.to);
  }
  return {};
}

std::string mover_of(const Signal& signal) {
  if (signal.kind != Signal::Kind::stage || signal.by.empty()) return {};
  if (signal.manual) return "moved by " + signal.by;
  return signal.by == "route" ? signal.by : "advance " + signal.by;
}

std::string_view hand_over_words(std::string_view state) {
  if (state == "never_tried") return "not handed over yet";
  if (state == "handing_over") return "being handed over";
  if (state == "in_doubt") return "handed over, but nobody knows whether it arrived";
  return state;
}

void Causes::add(const core::Activity& activity) {
  const Cause cause{words_of(activity), activity.message_id, activity.at};
  known_[core::cause_key(activity)] = cause;
  known_[core::retraction_key(activity)] = {"taken back: " + cause.words, activity.message_id, activity.at};
  std::string scratch;
  const base::Hash128 scope = flow::message_scope(hash_key_, activity.topic, activity.source, activity.record_key,
                                                  activity.message_id, scratch);
  scoped_[base::to_hex(scope)] = cause;
}

void Causes::add(const core::LeadChange& change) {
  if (change.cause_key.empty() || known_.contains(change.cause_key)) return;
  switch (change.cause.phase) {
    case core::Place::Phase::day:
      known_[change.cause_key] = {"midnight of " + base::format_date(change.cause.day), "", change.now};
      return;
    case core::Place::Phase::rulebook:
      known_[change.cause_key] = {fmt::format("rule book {}", change.rulebook), "", change.now};
      return;
    case core::Place::Phase::record:
      if (change.activity)
        known_[change.cause_key] = {words_of(*change.activity), change.activity->message_id, change.activity->at};
      return;
  }
}

Causes::Cause Causes::find(const std::string& key, base::Instant at, std::uint64_t rulebook) const {
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (at == base::kNever) return {};
  const base::Day day = base::day_of(at);
  for (const std::string& founding : foundings_) {
    if (key == core::midnight_key(founding, day)) return {"midnight of " + base::format_date(day), "", at};
    if (key == core::rulebook_key(founding, rulebook)) return {fmt::format("rule book {}", rulebook), "", at};
  }
  return {};
}

Causes::Cause Causes::of_merge(const std::string& merge_id) const {
  const auto found = scoped_.find(merge_id.substr(0, merge_id.find('-')));
  return found == scoped_.end() ? Cause{} : found->second;
}

}  // namespace scoreline::app
