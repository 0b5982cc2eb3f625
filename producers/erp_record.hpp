#pragma once
/// A value of erp.changes as a record: read strictly, as identity will, with its key and headers. Any ERP connector
/// ends here.
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "core/activity.hpp"

namespace scoreline::producers {

/// Key and `ce_id` are keyed hashes (of source and customer, and of the message id), as the collector's are.
struct ErpRecord {
  std::string key, value;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The value as an event; refused is what identity would refuse, too, its size included, and an order that says that
/// its amounts are in another currency than `base_currency`. `now` stands for the log time. Error codes: those of
/// wire::decode_erp, too_large, currency; `where` is a JSON pointer. Thread-safe.
base::Result<core::InputEvent> read_erp_value(std::string_view value, base::Instant now,
                                              std::string_view base_currency);
/// `event` is what read_erp_value() made of `value`.
ErpRecord erp_record(std::string value, const core::InputEvent& event, const base::HashKey& key);

}  // namespace scoreline::producers
