#include "consumers/customers.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/hash.hpp"
#include "core/change_needs.hpp"
#include "core/customer_fields.hpp"
#include "flow/encode.hpp"
#include "flow/erp_fields.hpp"

namespace scoreline::consumers {
namespace {

struct Decoded final : flow::LeadData::Decoded {
  CustomerState state;
  bool news = false;  // a document came
};

Decoded& open(flow::LeadData& lead) {
  if (lead.decoded == nullptr) {
    auto fresh = std::make_unique<Decoded>();
    SCORELINE_CHECK(fresh->state.decode(lead.state, lead.personal), "a customers row that cannot be read");
    lead.decoded = std::move(fresh);
  }
  return static_cast<Decoded&>(*lead.decoded);
}

}  // namespace

void CustomerState::encode(std::string& state, std::string& personal) const {
  if (documents.empty()) return;
  base::ByteWriter bytes(state);
  bytes.u64(1);
  bytes.fixed64(told);
  documents.encode(personal);
}

bool CustomerState::decode(std::string_view state, std::string_view personal) {
  told = 0;
  if (!documents.decode(personal)) return false;
  if (state.empty()) return true;
  base::ByteReader bytes(state);
  const bool ours = bytes.u64() == 1;
  told = bytes.fixed64();
  return ours && bytes.ok() && bytes.at_end();
}

CustomersHandler::CustomersHandler(std::shared_ptr<const core::RuleBook> book)
    : named_(core::customer_fields_named(*book)) {
  windows_matter_ =
      std::any_of(named_.begin(), named_.end(), [](const std::string& field) { return field != "churn_risk"; });
}

// Retractions leave documents as they are (semantics 9).
void CustomersHandler::count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) {
  if (!activity.document || sign < 0 || !which.active) return;
  auto document = flow::document_of(activity);
  if (!document) return;  // identity refuses such ones; an older version of it may not have
  Decoded& decoded = open(lead);
  decoded.news = decoded.state.documents.take(std::move(*document)) || decoded.news;
}

void CustomersHandler::evaluate(const flow::LeadContext& context, flow::LeadData& lead) {
  if (lead.personal.empty() && lead.decoded == nullptr) return;
  Decoded& decoded = open(lead);
  CustomerState& state = decoded.state;
  if (state.documents.empty()) return;
  const core::Day today = base::day_of(context.now);
  const bool due = context.place.phase != core::Place::Phase::record || (lead.wake_on && *lead.wake_on <= today);
  if (!due && !decoded.news && state.told != 0) return;
  const core::CustomerFigures figures = core::evaluate_customer(state.documents, today);
  const bool alarm = core::settle_churn(state.documents, figures).alarm;
  const std::uint64_t fresh = fingerprint(figures);
  if (decoded.news || alarm || fresh != state.told) flow::emit_customer(context, flow::customer_json(figures), alarm);
  state.told = fresh;
  decoded.news = false;
  lead.wake_on = core::wake_on(state.documents, today, windows_matter_);
}

std::uint64_t CustomersHandler::fingerprint(const core::CustomerFigures& figures) const {
  const core::CustomerFields fields(figures);
  std::string text;
  base::ByteWriter out(text);
  for (const std::string& name : named_) {
    const core::FieldValue value = fields.of(name);
    out.text(name);
    out.u64(static_cast<std::uint64_t>(value.type));
    out.boolean(value.boolean);
    out.i64(value.number.integer);
    out.fixed64(static_cast<std::uint64_t>(value.number.real * 100));
    out.text(value.text);
  }
  return std::max<std::uint64_t>(1, base::stable_hash(text));
}

void CustomersHandler::merge(const flow::LeadContext&, flow::LeadData& other, flow::LeadData& lead) {
  const CustomerState& theirs = open(other).state;
  if (theirs.documents.empty()) return;
  CustomerState& state = open(lead).state;
  state.documents.merge(theirs.documents);
  state.told = 0;
}

void CustomersHandler::encode(flow::LeadData& lead) {
  if (lead.decoded == nullptr) return;
  lead.state.clear();
  lead.personal.clear();
  open(lead).state.encode(lead.state, lead.personal);
}

}  // namespace scoreline::consumers
