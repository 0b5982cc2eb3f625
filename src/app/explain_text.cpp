#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "app/explain.hpp"
#include "app/table_print.hpp"
#include "core/report_number.hpp"

namespace scoreline::app {
namespace {

using core::report_number;

std::string percent(std::int64_t weight_ppm) {
  if (weight_ppm == core::kFullWeight) return "100 %";
  return fmt::format("{}.{:02} %", weight_ppm / 10'000, weight_ppm % 10'000 / 100);
}

std::string clock_of(base::Instant at) { return base::format_rfc3339(at).substr(0, 16).replace(10, 1, " "); }

std::string activity_line(const PastActivity& past) {
  std::string line = fmt::format("{}  {}", clock_of(past.activity.at), fitted(past.activity.name, 40));
  if (!past.activity.source.empty()) line += "  (" + fitted(past.activity.source, 30) + ")";
  if (past.activity.history) line += "  imported";
  return line;
}

std::string heading(const Explanation& explanation, const ExplainText& how) {
  std::string out = painted(fmt::format("lead {}  {}", explanation.lead.value, explanation.name), Colour::bold, how.colours) + '\n';
  if (explanation.asked != explanation.lead)
    out += fmt::format("lead {} was merged into lead {}\n", explanation.asked.value, explanation.lead.value);
  out += fmt::format("score {}", painted(report_number(explanation.score.score), Colour::green, how.colours));
  if (explanation.tier && !explanation.tier->empty()) out += fmt::format("   tier {}", *explanation.tier);
  out += fmt::format("   as of {}   rule book {}\n", base::format_rfc3339(explanation.as_of),
                     explanation.rulebook_version == 0 ? "none published" : std::to_string(explanation.rulebook_version));
  return out;
}

std::string why_cut(const RuleShare& share, const core::RuleBook& book) {
  if (share.points.limited == share.points.decayed) return {};
  for (const core::Rule& rule : book.rules)
    if (rule.id == share.points.id && rule.limit_x100) return "limit " + core::report_hundredths(*rule.limit_x100);
  return "limit";
}

std::string rule_table(const Explanation& explanation, const core::RuleBook& book, const ExplainText& how) {
  Table table({{"rule"}, {"category"}, {"raw", true}, {"after decay", true}, {"counts", true}, {""}});
  for (const RuleShare& share : explanation.rules) {
    const Colour colour = share.points.limited > 0 ? Colour::green : share.points.limited < 0 ? Colour::red : Colour::dim;
    table.add({{share.points.id},
               {share.category.empty() ? "-" : share.category},
               {report_number(share.points.raw)},
               {report_number(share.points.decayed)},
               {report_number(share.points.limited), colour},
               {why_cut(share, book), Colour::yellow}});
  }
  return table.text(how.colours, 2);
}

std::string sums(const Explanation& explanation, const core::RuleBook& book, const ExplainText& how) {
  std::string out;
  if (!explanation.score.categories.empty()) {
    Table table({{"category"}, {"sum", true}, {"counts", true}, {""}});
    for (const auto& cut : explanation.score.categories)
      table.add({{cut.id},
                 {report_number(cut.sum)},
                 {report_number(cut.clamped)},
                 {cut.sum == cut.clamped ? "" : "cut to the category's range", Colour::yellow}});
    out += "\n" + table.text(how.colours, 2);
  }
  out += fmt::format("\n  total {}", report_number(explanation.score.sum));
  if (explanation.score.sum != explanation.score.score)
    out += fmt::format(", cut to {} by the score's range {} to {}", report_number(explanation.score.score),
                       core::report_hundredths(book.score_min_x100), core::report_hundredths(book.score_max_x100));
  return out + "\n";
}

std::string behind(const Explanation& explanation, const RuleShare& share, const ExplainText& how) {
  std::string out = fmt::format("\n  {}\n", painted(share.points.id, Colour::bold, how.colours));
  if (share.kind != "rule")
    return out + fmt::format("    {}\n", share.kind == "fit" ? "holds by the lead's traits" : "no sign of life for so many days");
  for (const auto& row : share.points.rows)
    out += fmt::format("    {}  {}  weight {:>8}  {:>9}\n", base::format_date(row.day),
                       painted(fmt::format("{:>3} x", row.n), Colour::none, false), percent(row.weight), report_number(row.value));
  std::size_t shown = 0;
  for (auto i = share.activities.rbegin(); i != share.activities.rend() && shown < how.activities_per_rule; ++i, ++shown)
    out += painted(fmt::format("      {}", activity_line(explanation.history.activities[*i])), Colour::dim, how.colours) + "\n";
  if (share.activities.size() > shown)
    out += fmt::format("      and {} (--json shows all)\n",
                       counted(static_cast<std::int64_t>(share.activities.size() - shown), "older one", "older ones"));
  return out;
}

std::string left_out(const Explanation& explanation, const ExplainText& how) {
  if (explanation.not_counted.empty()) return {};
  std::string out = "\nnot counted\n";
  std::size_t shown = 0;
  for (auto i = explanation.not_counted.rbegin(); i != explanation.not_counted.rend() && shown < how.activities_per_rule; ++i, ++shown) {
    const PastActivity& past = explanation.history.activities[*i];
    out += fmt::format("  {}  {}\n", activity_line(past), painted(to_text(past.standing), Colour::yellow, how.colours));
  }
  if (explanation.not_counted.size() > shown)
    out += fmt::format("  and {}\n", counted(static_cast<std::int64_t>(explanation.not_counted.size() - shown), "more", "more"));
  return out;
}

std::string next_text(const Explanation& explanation) {
  if (!explanation.next) return "\nnothing changes by time alone\n";
  const NextChange& next = *explanation.next;
  std::string out =
      fmt::format("\nnext change {}: score {} unless something happens\n", base::format_date(next.on), report_number(next.score));
  for (const NextChange::Step& step : next.rules)
    out += fmt::format("  {}  {} -> {}\n", step.rule, report_number(step.from), report_number(step.to));
  return out;
}

}  // namespace

std::string to_text(const Explanation& explanation, const core::RuleBook& book, const ExplainText& how) {
  std::string out = heading(explanation, how);
  if (explanation.rules.empty()) {
    out += "\nno rule counts anything for this lead\n";
  } else {
    out += "\n" + rule_table(explanation, book, how) + sums(explanation, book, how) + "\nbehind the points\n";
    for (const RuleShare& share : explanation.rules) out += behind(explanation, share, how);
  }
  out += left_out(explanation, how);
  if (explanation.history.truncated)
    out += fmt::format("\nonly the newest {} activities are listed; the points count all of them\n", explanation.history.activities.size());
  return out + next_text(explanation);
}

}  // namespace scoreline::app
