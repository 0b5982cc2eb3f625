#include "app/lead_sections.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/effect_text.hpp"
#include "app/table_print.hpp"
#include "core/customer_fields.hpp"
#include "core/report_number.hpp"

namespace scoreline::app {
namespace {

constexpr std::size_t kFirings = 5, kMails = 8;

std::string intents(const LeadParts& parts, const core::RuleBook& book, bool colours) {
  Table table({{"intent"}, {"value", true}, {"level"}});
  for (std::size_t i = 0; i < book.intents.size(); ++i) {
    const std::string_view level = parts.intent_state.level(book.intents[i].id);
    table.add({{book.intents[i].id},
               {core::report_number(parts.intents[i].value)},
               {level.empty() ? "-" : std::string(level), level.empty() ? Colour::none : Colour::green}});
  }
  return table.empty() ? "" : "\n" + table.text(colours);
}

std::string deals(const LeadParts& parts, bool colours) {
  Table table({{"deal in"}, {"stage"}, {""}, {"since"}});
  for (const core::Deal& deal : parts.deals.all())
    table.add({{deal.pipeline},
               {deal.stage, Colour::bold},
               {deal.open ? "open" : "closed", deal.open ? Colour::green : Colour::dim},
               {utc_text(deal.moved_at)}});
  return table.empty() ? "" : "\n" + table.text(colours);
}

std::string date_or(const std::optional<base::Day>& day) { return day ? base::format_date(*day) : "-"; }

std::string customer(const LeadParts& parts, bool colours) {
  if (!parts.customer) return {};
  const core::CustomerFigures& figures = *parts.customer;
  const auto money = [](std::int64_t cents) { return core::report_hundredths(cents); };
  std::string out = fmt::format("\ncustomer   {} for {}, first {}, last {}; business customer: {}\n",
                                counted(figures.orders, "order", "orders"), money(figures.order_revenue_cents),
                                date_or(figures.first_order_on), date_or(figures.last_order_on),
                                figures.b2b_reason ? core::to_text(*figures.b2b_reason) : std::string_view("no"));
  out += fmt::format("revenue    30 days {}, 90 days {}, 365 days {}; {}\n", money(figures.revenue_30_cents),
                     money(figures.revenue_90_cents), money(figures.revenue_365_cents), core::to_text(figures.trend));
  const std::string days =
      figures.days_to_pay_hundredths ? core::report_hundredths(*figures.days_to_pay_hundredths) + " days" : "-";
  out += fmt::format("payments   {}, takes {}; open {}, overdue {}\n", core::to_text(figures.payment_score), days,
                     money(figures.open_amount_cents), money(figures.overdue_amount_cents));
  if (figures.churn_risk)
    out +=
        painted(fmt::format("may be leaving: no order for {} days or more", figures.churn_days), Colour::red, colours) +
        "\n";
  return out;
}

std::string firings(const LeadParts& parts, bool colours) {
  Table table({{"fired"}, {"trigger"}, {"on"}, {""}});
  for (auto i = parts.firings.rbegin(); i != parts.firings.rend() && table.size() < kFirings; ++i)
    table.add({{utc_text(i->at)},
               {i->trigger, i->suppressed.empty() ? Colour::bold : Colour::dim},
               {fitted(i->occasion_text, 48)},
               {fmt::format("{}{}{}", i->suppressed.empty() ? "" : "held back: " + i->suppressed,
                            !i->suppressed.empty() && i->retracted ? ", " : "", i->retracted ? "retracted" : ""),
                Colour::yellow}});
  return table.empty() ? "" : "\n" + table.text(colours);
}

std::string mails(const LeadParts& parts, bool colours) {
  const auto places = core::mails_in_order(parts.sequences);
  Table table({{"mail due"}, {"there"}, {"sequence"}, {"step"}, {"status"}});
  const std::size_t first = places.size() > kMails ? places.size() - kMails : 0;
  for (std::size_t i = first; i < places.size(); ++i) {
    const core::Enrolment& enrolment = parts.sequences.at(places[i].enrolment);
    const core::EnrolledStep& step = enrolment.steps[places[i].step];
    const std::string_view status = mail_status(step, parts.at);
    table.add({{utc_text(step.due_at)},
               {local_text(step.due_at, enrolment.zone)},
               {enrolment.sequence},
               {step.id},
               {step.cancelled.empty() ? std::string(status) : fmt::format("{}: {}", status, step.cancelled),
                step.cancelled.empty() ? Colour::none : Colour::yellow}});
  }
  return table.empty() ? "" : "\n" + table.text(colours);
}

}  // namespace

std::string lead_sections(const LeadParts& parts, const core::RuleBook& book, bool colours) {
  return intents(parts, book, colours) + deals(parts, colours) + customer(parts, colours) + firings(parts, colours) +
         mails(parts, colours);
}

}  // namespace scoreline::app
