#include "wire/erp_data.hpp"

#include <array>
#include <utility>

#include "wire/input_event_values.hpp"
#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::BusinessType;
using input::Values;

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string trimmed_lower(std::string_view text) {
  if (blank(text)) return {};
  text.remove_prefix(text.find_first_not_of(" \t\r\n"));
  std::string out(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// People write Restaurant, too.
BusinessType business_type(std::string_view text) {
  const std::string word = trimmed_lower(text);
  if (word == "restaurant") return BusinessType::restaurant;
  if (word == "catering") return BusinessType::catering;
  return word == "hotel" ? BusinessType::hotel : BusinessType::other;
}

/// Members of `data` one after the other, each read as the function says; the first fault stays.
class Data {
 public:
  bool given(std::string_view raw, std::string_view where) { return !blank(values_.text(raw, where)); }
  std::string word(std::string_view raw, std::string_view where) {
    std::string text = values_.text(raw, where);
    if (blank(text)) text.clear();
    return text;
  }
  void cents(std::string_view raw, std::string_view where, std::int64_t& out) {
    out = values_.integer(raw, where).value_or(0);
  }
  void date(std::string_view raw, std::string_view where, core::Day& out) {
    if (const auto day = values_.date(raw, where)) out = *day;
  }
  void broken() { values_.refuse("invalid_json", "the data of a document must be a JSON object", "/data"); }
  Values& values() { return values_; }

 private:
  Values values_;
};

void read_lines(Data& data, std::string_view raw, std::vector<core::CategoryNet>& out) {
  const std::string_view lines = data.values().array(raw, "/data/lines");
  if (lines.empty()) return;
  const bool whole = json_elements(lines, [&](std::string_view element) {
    const std::string_view object = data.values().object(element, "/data/lines");
    if (object.empty()) return;
    core::CategoryNet line;
    const bool good = json_members(object, [&](std::string_view key, std::string_view value) {
      if (key == "category") line.category = data.word(value, "/data/lines");
      if (key == "netCents") data.cents(value, "/data/lines", line.net_cents);
    });
    if (!good) data.broken();
    if (!line.category.empty()) out.push_back(std::move(line));
  });
  if (!whole) data.broken();
}

void read(Data& data, std::string_view key, std::string_view value, core::ErpCustomer& out) {
  if (key == "vatId") out.has_vat_id = data.given(value, "/data/vatId");
  if (key == "company") out.has_company = data.given(value, "/data/company");
  if (key == "netPrices") out.net_prices = data.values().flag(value, "/data/netPrices");
  if (key == "businessType") out.business_type = business_type(data.word(value, "/data/businessType"));
  if (key == "churnDays") out.churn_days = data.values().integer(value, "/data/churnDays");
}

void read(Data& data, std::string_view key, std::string_view value, core::ErpOrder& out) {
  if (key == "placedOn") data.date(value, "/data/placedOn", out.placed_on);
  if (key == "netCents") data.cents(value, "/data/netCents", out.net_cents);
  if (key == "channel") out.channel = data.word(value, "/data/channel");
  if (key == "cancelled") out.cancelled = data.values().flag(value, "/data/cancelled");
  if (key == "lines") read_lines(data, value, out.lines);
}

void read(Data& data, std::string_view key, std::string_view value, core::ErpInvoice& out) {
  if (key == "issuedOn") data.date(value, "/data/issuedOn", out.issued_on);
  if (key == "dueOn") out.due_on = data.values().date(value, "/data/dueOn");
  if (key == "netCents") data.cents(value, "/data/netCents", out.net_cents);
  if (key == "grossCents") data.cents(value, "/data/grossCents", out.gross_cents);
  if (key == "cancelled") out.cancelled = data.values().flag(value, "/data/cancelled");
}

void read(Data& data, std::string_view key, std::string_view value, core::ErpPayment& out) {
  if (key == "paidOn") data.date(value, "/data/paidOn", out.paid_on);
  if (key == "grossCents") data.cents(value, "/data/grossCents", out.gross_cents);
  if (key == "invoice") out.invoice = data.values().id(value, "/data/invoice");
}

void read(Data& data, std::string_view key, std::string_view value, core::ErpCredit& out) {
  if (key == "issuedOn") data.date(value, "/data/issuedOn", out.issued_on);
  if (key == "netCents") data.cents(value, "/data/netCents", out.net_cents);
  if (key == "grossCents") data.cents(value, "/data/grossCents", out.gross_cents);
  if (key == "invoice") out.invoice = data.values().id(value, "/data/invoice");
}

/// `dated`: where a document's own date stands; nullptr: it has none.
template <typename Content>
base::Result<core::DocumentContent> decode(std::string_view object, core::Day Content::*dated, core::Day timestamp_on) {
  Content content;
  if (dated != nullptr) content.*dated = timestamp_on;
  Data data;
  const bool whole = object.empty() || json_members(object, [&](std::string_view key, std::string_view value) {
                       read(data, key, value, content);
                     });
  if (!whole) data.broken();
  if (!data.values().ok()) return data.values().error();
  return core::DocumentContent(std::move(content));
}

}  // namespace

base::Result<core::DocumentContent> decode_erp_data(std::string_view kind, std::string_view data,
                                                    core::Day timestamp_on) {
  if (kind == "customer") return decode<core::ErpCustomer>(data, nullptr, timestamp_on);
  if (kind == "order") return decode(data, &core::ErpOrder::placed_on, timestamp_on);
  if (kind == "invoice") return decode(data, &core::ErpInvoice::issued_on, timestamp_on);
  if (kind == "payment") return decode(data, &core::ErpPayment::paid_on, timestamp_on);
  if (kind == "credit") return decode(data, &core::ErpCredit::issued_on, timestamp_on);
  return base::Error{"unknown_kind", "kind must be one of customer, order, invoice, payment, credit", "/kind"};
}

base::Result<core::CustomerDocument> decode_erp_document(const core::Activity& activity) {
  SCORELINE_CHECK(activity.document, "an activity without a document");
  const core::ErpDocument& document = *activity.document;
  // Without a date of its own a document's `at` is its timestamp, or that day's midnight.
  auto content = decode_erp_data(document.kind, activity.properties, base::day_of(activity.at));
  if (!content) return content.error();
  if (auto* customer = std::get_if<core::ErpCustomer>(&*content)) {
    customer->at = activity.at;
    customer->message_id = activity.message_id;
  }
  return core::CustomerDocument{document.source, document.customer, document.id, document.version, std::move(*content)};
}

}  // namespace scoreline::wire
