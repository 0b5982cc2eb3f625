#pragma once
/// Customers: what a lead's ERP documents say (semantics 8). Decides from `lead.activities` alone; emits a
/// customer_changed record when a document came, when a figure that the rule book names changed by time, and when a
/// churn alarm is given.
#include <memory>
#include <string>
#include <vector>

#include "core/customer_documents.hpp"
#include "core/customer_figures.hpp"
#include "core/rulebook.hpp"
#include "flow/lead_handler.hpp"

namespace scoreline::consumers {

/// A customers row: documents, and a fingerprint of what was told last.
struct CustomerState {
  core::CustomerDocuments documents;
  std::uint64_t told = 0;  // 0: nothing yet, or not since leads were merged

  /// Documents carry customer numbers, which are identifiers: they go to the sealable part. Both append.
  void encode(std::string& state, std::string& personal) const;
  /// "" is a new lead. Safe on any bytes. False: not ours.
  bool decode(std::string_view state, std::string_view personal);
};

class CustomersHandler final : public flow::LeadHandler {
 public:
  explicit CustomersHandler(std::shared_ptr<const core::RuleBook> book);

  void count(const core::Activity& activity, int sign, flow::CountFor which, flow::LeadData& lead) override;
  void evaluate(const flow::LeadContext& context, flow::LeadData& lead) override;
  void merge(const flow::LeadContext& context, flow::LeadData& other, flow::LeadData& lead) override;
  void encode(flow::LeadData& lead) override;

 private:
  std::uint64_t fingerprint(const core::CustomerFigures& figures) const;

  std::vector<std::string> named_;  // fields that conditions ask for
  bool windows_matter_ = false;
};

}  // namespace scoreline::consumers
