#pragma once
/// Names that activities have by themselves (semantics 1): websites cannot give them out, rule books may ask for them.
#include <array>
#include <string_view>

namespace scoreline::core {

/// Facts from mail, sales people and ERP systems.
inline constexpr std::array<std::string_view, 19> kFactNames{
    "customer.changed", "order.placed",     "order.changed",    "order.cancelled",    "invoice.issued",
    "invoice.changed",  "payment.received", "credit.issued",    "email.sent",         "email.opened",
    "email.clicked",    "email.bounced",    "email.complained", "email.unsubscribed", "email.replied",
    "booking.created",  "deal.moved",       "note.added",       "task.completed"};

}  // namespace scoreline::core
