#pragma once
/// What stands in the tables of effects, a line per row in order of key: the ports themselves are for writing.
#include <fmt/format.h>

#include <string>

#include "conformance/houses.hpp"

namespace scoreline::conformance {

/// 32 hexadecimal digits.
inline std::string key_of(int number) { return fmt::format("{:032x}", number); }

inline constexpr std::int64_t kMay = 1'777'593'600'000'001;  // microseconds count

inline char flag(bool value) { return value ? 't' : 'f'; }

inline std::string us(const char* column) { return fmt::format("(extract(epoch FROM {}) * 1000000)::bigint", column); }

inline std::string listed(const PostgresHouse& house, const std::string& table, const std::string& columns) {
  return live::ask(house.dsn, fmt::format("SELECT string_agg(concat_ws(' ', {}), E'\\n' ORDER BY {} COLLATE \"C\")"
                                          " FROM {}",
                                          columns, table == "deals" ? "id" : "key::text", table));
}

template <typename Rows, typename Show>
std::string listed(const Rows& rows, Show show) {
  std::string text;
  for (const auto& [key, row] : rows.all()) text += (text.empty() ? "" : "\n") + show(row);
  return text;
}

inline std::string deals_of(const MemoryHouse& house) {
  return listed(house.database.deals, [](const flow::DealRow& row) {
    return fmt::format("{} {} {} {}/{} {} {} {} {}", row.id, row.lead.value, row.lane, row.pipeline, row.stage,
                       flag(row.open), flag(row.merged), row.created_at.us, row.moved_at.us);
  });
}

inline std::string deals_of(const PostgresHouse& house) {
  return listed(
      house, "deals",
      "id, lead_id, lane, pipeline || '/' || stage, open, merged, " + us("created_at") + ", " + us("moved_at"));
}

inline std::string actions_of(const MemoryHouse& house) {
  return listed(house.database.actions, [](const flow::MemoryDatabase::ActionEntry& row) {
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} [{}] {}", row.key, row.firing, row.lead.value, row.lane,
                       row.trigger, row.number, row.kind, row.with_json, row.due_at.us, row.not_after.us, row.rulebook,
                       row.depth, row.reason, row.state);
  });
}

inline std::string actions_of(const PostgresHouse& house) {
  return listed(house, "actions",
                "replace(key::text, '-', ''), replace(firing::text, '-', ''), lead_id, lane, trigger, number, kind,"
                " with_json, " +
                    us("due_at") + ", " + us("not_after") + ", rulebook, depth, '[' || reason || ']', state");
}

inline std::string enrolments_of(const MemoryHouse& house) {
  return listed(house.database.enrolments, [](const flow::EnrolmentRow& row) {
    return fmt::format("{} {} {} {} {} {} {} [{}] [{}] {} {}", row.key, row.lead.value, row.lane, row.sequence,
                       row.cause_key, row.enrolled_at.us, row.zone, row.suppressed, row.ended, row.rulebook, row.depth);
  });
}

inline std::string enrolments_of(const PostgresHouse& house) {
  return listed(house, "enrolments",
                "replace(key::text, '-', ''), lead_id, lane, sequence, replace(cause_key::text, '-', ''), " +
                    us("enrolled_at") + ", zone, '[' || suppressed || ']', '[' || ended || ']', rulebook, depth");
}

inline std::string mails_of(const MemoryHouse& house) {
  return listed(house.database.mails, [](const flow::MailRow& row) {
    const char* status[] = {"queued", "cancelled", "moving"};
    return fmt::format("{} {} {} {} {}/{} {} {} [{}] {} {} {} {} {}", row.key, row.enrolment, row.lead.value, row.lane,
                       row.sequence, row.step, row.due_at.us, row.not_after.us, row.reason, row.subject,
                       row.template_name, row.rulebook, row.depth, status[static_cast<int>(row.status)]);
  });
}

inline std::string mails_of(const PostgresHouse& house) {
  return listed(house, "email_queue",
                "replace(key::text, '-', ''), replace(enrolment::text, '-', ''), lead_id, lane, sequence || '/' || "
                "step, " +
                    us("due_at") + ", " + us("not_after") +
                    ", '[' || reason || ']', subject, template, rulebook, depth, status");
}

}  // namespace scoreline::conformance
