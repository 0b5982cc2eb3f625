#include "app/lead_parts.hpp"

#include "base/errors.hpp"
#include "core/report_number.hpp"
#include "core/stage_state.hpp"
#include "wire/customer_report.hpp"

namespace scoreline::app {
namespace {

void require(bool readable) {
  if (!readable) throw base::UsageError("a row of this lead was written by a newer program: update this one");
}

void write_or_null(wire::JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty())
    json.null();
  else
    json.string(text);
}

void write_intents(wire::JsonWriter& json, const LeadParts& parts, const core::RuleBook& book) {
  json.key("intents").begin_object();
  for (std::size_t i = 0; i < book.intents.size(); ++i) {
    json.key(book.intents[i].id).begin_object().key("value").string(core::report_number(parts.intents[i].value));
    write_or_null(json, "level", parts.intent_state.level(book.intents[i].id));
    json.end_object();
  }
  json.end_object();
}

void write_deals(wire::JsonWriter& json, const LeadParts& parts) {
  json.key("deals").begin_array();
  for (const core::Deal& deal : parts.deals.all())
    json.begin_object()
        .key("pipeline")
        .string(deal.pipeline)
        .key("stage")
        .string(deal.stage)
        .key("open")
        .boolean(deal.open)
        .end_object();
  json.end_array();
}

void write_firings(wire::JsonWriter& json, const LeadParts& parts) {
  json.key("firings").begin_array();
  for (const flow::FiringRow& firing : parts.firings) {
    json.begin_object().key("trigger").string(firing.trigger).key("at").string(base::format_rfc3339(firing.at));
    write_or_null(json, "suppressed", firing.suppressed);
    json.key("retracted").boolean(firing.retracted).end_object();
  }
  json.end_array();
}

void write_emails(wire::JsonWriter& json, const LeadParts& parts) {
  json.key("emails").begin_array();
  for (const core::MailPlace& place : core::mails_in_order(parts.sequences)) {
    const core::Enrolment& enrolment = parts.sequences.at(place.enrolment);
    const core::EnrolledStep& step = enrolment.steps[place.step];
    json.begin_object().key("sequence").string(enrolment.sequence).key("step").string(step.id);
    json.key("due_at").string(base::format_rfc3339(step.due_at)).key("status").string(mail_status(step, parts.at));
    write_or_null(json, "reason", step.cancelled);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

LeadParts read_parts(const LeadRows& rows, std::shared_ptr<const core::RuleBook> book, base::Instant at) {
  LeadParts parts;
  parts.at = at;
  parts.firings = rows.firings;
  const base::Day today = base::day_of(at);
  core::CustomerDocuments documents;
  require(documents.decode(rows.documents));
  if (!documents.empty()) parts.customer = core::evaluate_customer(documents, today);
  require(parts.intent_state.decode(rows.intent));
  std::vector<core::Bucket> scratch;
  core::IntentScorer(book).evaluate(parts.intent_state.tallies, today, parts.intents, scratch);
  core::StageState stages;
  require(stages.decode(rows.stages));
  parts.deals = stages.deals;
  require(parts.sequences.decode(rows.sequences));
  return parts;
}

std::string_view mail_status(const core::EnrolledStep& step, base::Instant at) {
  if (!step.cancelled.empty()) return "cancelled";
  return step.due_at <= at ? "sent" : "queued";
}

void write_parts(wire::JsonWriter& json, const LeadParts& parts, const core::RuleBook& book) {
  write_intents(json, parts, book);
  write_deals(json, parts);
  write_firings(json, parts);
  write_emails(json, parts);
  json.key("customer");
  if (parts.customer)
    wire::write_customer(json, *parts.customer);
  else
    json.null();
}

}  // namespace scoreline::app
