#include "flow/encode.hpp"

#include "core/report_number.hpp"
#include "wire/score_record.hpp"

namespace scoreline::flow {

void emit_tier_change(const LeadContext& context, std::string_view from, std::string_view to, core::Points score) {
  core::ScoreRecord record;
  record.kind = core::ScoreRecord::Kind::tier_changed;
  record.lead = context.lead;
  record.from = from;
  record.to = to;
  record.score = core::report_number(score);
  record.cause = {context.cause.offset, context.cause.day, context.cause.rulebook, 0};
  record.now = context.now;
  std::string value;
  wire::encode(record, value);
  context.emit("scoreline.lead.tier_changed.v1", std::move(value));
}

}  // namespace scoreline::flow
