#include "app/lead_view.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "app/lead_sections.hpp"
#include "app/table_print.hpp"
#include "core/report_number.hpp"
#include "wire/json.hpp"

namespace scoreline::app {
namespace {

using core::report_number;

// Kept with the trait as JSON: only texts are names.
std::string text_trait(const core::LeadIdentity& identity, std::string_view key) {
  std::string text;
  for (const core::Trait& trait : identity.traits)
    if (trait.key == key) wire::json_string(trait.json, text);
  return text;
}

std::string first_of_kind(const core::LeadIdentity& identity, core::IdentifierKind kind) {
  for (const core::Identifier& identifier : identity.identifiers)
    if (identifier.kind == kind) return identifier.value;
  return {};
}

std::optional<core::LeadId> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number == 0 || number > INT64_MAX) return std::nullopt;
  return core::LeadId{number};
}

std::string without_fraction(std::string number) {
  if (number.ends_with(".00")) number.resize(number.size() - 3);
  return number;
}

Colour colour_of(core::Points points) { return points > 0 ? Colour::green : points < 0 ? Colour::red : Colour::dim; }

}  // namespace

std::string display_name(core::LeadId lead, const core::LeadIdentity& identity) {
  if (std::string name = text_trait(identity, "name"); !name.empty()) return name;
  const std::string first = text_trait(identity, "firstName"), last = text_trait(identity, "lastName");
  if (!first.empty() || !last.empty()) return first + (first.empty() || last.empty() ? "" : " ") + last;
  for (const core::IdentifierKind kind :
       {core::IdentifierKind::email, core::IdentifierKind::user, core::IdentifierKind::erp, core::IdentifierKind::anon})
    if (std::string value = first_of_kind(identity, kind); !value.empty()) return value;
  return fmt::format("lead {}", lead.value);
}

base::Result<LeadQuery> parse_lead_query(std::string_view text) {
  using Kind = core::IdentifierKind;
  LeadQuery query;
  static constexpr std::pair<std::string_view, Kind> kPrefixes[] = {
      {"anon:", Kind::anon}, {"user:", Kind::user}, {"email:", Kind::email}, {"erp:", Kind::erp}};
  for (const auto& [prefix, kind] : kPrefixes) {
    if (!text.starts_with(prefix)) continue;
    std::string value(text.substr(prefix.size()));
    if (kind == Kind::email) value = core::normal_address(value);
    if (value.empty() || (kind == Kind::erp && value.find(':') == std::string::npos))
      return base::Error{"lead", kind == Kind::erp ? "write erp:<source>:<customer number>" : "nothing usable stands behind the colon",
                         std::string(prefix)};
    query.identifiers.push_back({kind, std::move(value)});
    return query;
  }
  query.lead = number_of(text);
  if (std::string address = core::normal_address(text); !address.empty()) query.identifiers.push_back({Kind::email, std::move(address)});
  if (!text.empty()) {
    query.identifiers.push_back({Kind::user, std::string(text)});
    query.identifiers.push_back({Kind::anon, std::string(text)});
  }
  if (!query.lead && query.identifiers.empty())
    return base::Error{"lead", "name a lead: its number, user:<id>, email:<address>, anon:<id> or erp:<source>:<number>", ""};
  return query;
}

std::string signed_number(core::Points points) {
  std::string text = report_number(points);
  return points > 0 && text != "0.00" ? "+" + text : text;
}

std::string top_reasons(const core::Scorer& scorer, const core::Score& score, std::size_t count) {
  std::vector<core::Contribution> by_size = score.contributions;
  const auto size = [](core::Points points) { return points < 0 ? -points : points; };
  std::sort(by_size.begin(), by_size.end(), [&](const core::Contribution& a, const core::Contribution& b) {
    if (size(a.value) != size(b.value)) return size(a.value) > size(b.value);
    return scorer.id(a) < scorer.id(b);
  });
  std::string text;
  for (std::size_t i = 0; i < by_size.size() && i < count; ++i) {
    std::string points = without_fraction(signed_number(by_size[i].value));
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", scorer.id(by_size[i]), points);
  }
  return text;
}

std::string leads_table(const std::vector<LeadLine>& lines, bool colours) {
  Table table({{"lead", true}, {"name"}, {"score", true}, {"tier"}, {"7 days", true}, {"because"}});
  for (const LeadLine& line : lines)
    table.add({{std::to_string(line.lead.value)},
               {fitted(line.name, 32), Colour::bold},
               {report_number(line.score)},
               {line.tier.empty() ? "-" : line.tier},
               {signed_number(line.change), colour_of(line.change)},
               {line.reasons}});
  return table.text(colours);
}

std::string lead_page(const LeadPage& page, const core::Scorer& scorer, bool colours) {
  const core::RuleBook& book = scorer.book();
  std::string out =
      painted(fmt::format("lead {}  {}", page.lead.value, display_name(page.lead, page.identity)), Colour::bold, colours) + "\n";
  if (page.asked != page.lead) out += fmt::format("lead {} was merged into lead {}\n", page.asked.value, page.lead.value);
  out += fmt::format("score {}   tier {}   in 7 days {}   rule book {}\n",
                     painted(report_number(page.scored.score.value), Colour::green, colours),
                     page.scored.tier.empty() ? "-" : page.scored.tier, signed_number(page.change),
                     book.version == 0 ? "none published" : std::to_string(book.version));
  out += page.next_change_on ? fmt::format("next change by time alone on {}\n", base::format_date(*page.next_change_on))
                             : "nothing changes by time alone\n";
  out += "\nidentifiers\n";
  for (const std::string& identifier : sorted_identifiers(page.identity)) out += fmt::format("  {}\n", fitted(identifier, 120));
  Table traits({{"trait"}, {"value"}});
  for (const core::Trait& trait : page.identity.traits)
    if (trait.json != "null") traits.add({{fitted(trait.key, 40)}, {fitted(trait.json, 90)}});
  if (!traits.empty()) out += "\n" + traits.text(colours);
  if (!book.categories.empty()) {
    Table categories({{"category"}, {"points", true}});
    for (std::size_t i = 0; i < book.categories.size(); ++i)
      categories.add({{book.categories[i].id}, {report_number(page.scored.score.categories[i])}});
    out += "\n" + categories.text(colours);
  }
  if (const std::string reasons = top_reasons(scorer, page.scored.score, 8); !reasons.empty())
    out += fmt::format("\nbecause  {}\n", reasons);
  out += lead_sections(page.parts, book, colours);
  Table recent({{"when"}, {"what"}, {"source"}, {""}});
  for (auto i = page.history.activities.rbegin(); i != page.history.activities.rend() && i - page.history.activities.rbegin() < 12; ++i)
    recent.add({{base::format_rfc3339(i->activity.at).substr(0, 19) + "Z"},
                {fitted(i->activity.name, 48)},
                {fitted(i->activity.source, 24)},
                {std::string(to_text(i->standing)), Colour::yellow}});
  if (!recent.empty()) out += "\n" + recent.text(colours);
  return out + fmt::format("\nwhy: scoreline explain {0}; its whole story: scoreline timeline {0}\n", page.lead.value);
}

}  // namespace scoreline::app
