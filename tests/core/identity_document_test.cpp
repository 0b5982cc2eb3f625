#include "core/identity_document.hpp"

#include <doctest/doctest.h>

namespace scoreline::core {
namespace {

constexpr Instant kTimestamp{1'000}, kDated{77};

std::optional<DocumentOutcome> outcome(const char* kind, bool cancelled, std::optional<DocumentState> known, std::int64_t version = 5) {
  ErpDocument document{"jtl", "7", kind, "1", version, cancelled, kDated};
  return accept_document(document, known, kTimestamp);
}

TEST_CASE("names and dates of documents, first and further versions") {
  const std::optional<DocumentState> none, open{{4, false}}, cancelled{{4, true}};
  struct Row {
    const char* kind;
    bool cancelled;
    std::optional<DocumentState> known;
    const char* name;
    bool silent, dated;
  };
  const Row rows[] = {
      {"customer", false, none, "customer.changed", false, false},
      {"customer", false, open, "customer.changed", false, false},
      {"order", false, none, "order.placed", false, true},
      {"order", true, none, "order.cancelled", false, false},
      {"order", false, open, "order.changed", false, false},
      {"order", true, open, "order.cancelled", false, false},
      {"order", true, cancelled, "order.changed", false, false},
      {"order", false, cancelled, "order.changed", false, false},
      {"invoice", false, none, "invoice.issued", false, true},
      {"invoice", true, none, "invoice.issued", false, true},
      {"invoice", false, open, "invoice.changed", false, false},
      {"invoice", true, open, "invoice.changed", false, false},
      {"payment", false, none, "payment.received", false, true},
      {"payment", false, open, "payment.received", true, true},
      {"credit", false, none, "credit.issued", false, true},
      {"credit", false, open, "credit.issued", true, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.cancelled);
    CAPTURE(row.known.has_value());
    const auto got = outcome(row.kind, row.cancelled, row.known);
    REQUIRE(got.has_value());
    CHECK(got->name == row.name);
    CHECK(got->silent == row.silent);
    CHECK(got->at == (row.dated ? kDated : kTimestamp));
  }
}

TEST_CASE("a lower or equal version is not accepted, whatever it says") {
  for (const char* kind : {"customer", "order", "invoice", "payment", "credit"}) {
    CHECK_FALSE(outcome(kind, true, DocumentState{5, false}, 5).has_value());
    CHECK_FALSE(outcome(kind, true, DocumentState{5, false}, 4).has_value());
    CHECK(outcome(kind, true, DocumentState{5, false}, 6).has_value());
  }
}

TEST_CASE("versions may be negative; the first is accepted whatever its number") {
  CHECK(outcome("order", false, std::nullopt, -3).has_value());
}

TEST_CASE("a document without a date of its own has that of timestamp") {
  const auto got = accept_document({"jtl", "7", "order", "1", 1, false, std::nullopt}, std::nullopt, kTimestamp);
  REQUIRE(got.has_value());
  CHECK(got->at == kTimestamp);
}

}  // namespace
}  // namespace scoreline::core
