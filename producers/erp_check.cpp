#include "producers/erp_check.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "producers/erp_record.hpp"
#include "producers/erp_value.hpp"
#include "wire/erp_fields.hpp"
#include "wire/json.hpp"

namespace scoreline::producers {
namespace {

using base::Hash128;
using core::ErpDocument;

// Lengths keep the parts apart, whatever they hold.
Hash128 hash_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += fmt::format("{} {}", part.size(), part);
  return base::keyed_hash({}, text);
}

std::uint64_t content_of(std::string_view data) {
  return base::stable_hash(wire::canonical_json(data.empty() ? "{}" : data));
}

std::string_view raw_member(std::string_view object, std::string_view name) {
  std::string_view found;
  wire::json_members(object, [&](std::string_view key, std::string_view raw) {
    if (key == name) found = raw;
  });
  return found;
}

std::string text_member(std::string_view object, std::string_view name) {
  std::string text;
  const std::string_view raw = raw_member(object, name);
  core::Number number;
  if (!wire::json_string(raw, text)) text = wire::json_number(raw, number) ? std::string(raw) : "";
  return text;
}

std::int64_t integer_member(std::string_view object, std::string_view name) {
  core::Number number;
  return wire::json_number(raw_member(object, name), number) && number.is_integer ? number.integer : 0;
}

// A line of `scoreline tail --values` has the value within.
std::string_view unwrapped(std::string_view line) {
  const std::string_view value = raw_member(line, "value");
  return value.starts_with('{') && !raw_member(line, "topic").empty() ? value : line;
}

// The fields without which a document says little.
std::vector<std::string_view> wanted(std::string_view kind) {
  if (kind == "order") return {"placedOn", "netCents"};
  if (kind == "invoice") return {"issuedOn", "netCents", "grossCents"};
  if (kind == "payment") return {"invoice", "paidOn", "grossCents"};
  if (kind == "credit") return {"issuedOn", "netCents", "grossCents"};
  return {};
}

// A key as a part of a JSON pointer.
std::string pointer_part(std::string_view key) {
  std::string out;
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

}  // namespace

void ErpCheck::error(std::string_view code, std::string_view pointer, std::string message) {
  ++errors_;
  findings_.push_back({lines_, std::string(pointer), true, std::string(code), std::move(message)});
}

void ErpCheck::warn(std::uint64_t line, std::string_view code, std::string_view pointer, std::string message,
                    const std::string& group) {
  ++warnings_;
  const auto [place, first] = told_.try_emplace(fmt::format("{} {} {}", code, pointer, group), findings_.size());
  if (first)
    findings_.push_back({line, std::string(pointer), false, std::string(code), std::move(message)});
  else
    ++findings_[place->second].times;
}

void ErpCheck::line(std::string_view text) {
  ++lines_;
  text = trimmed(text);
  if (text.empty()) return;
  const std::string_view value = unwrapped(text);
  ++values_;
  const auto event = read_erp_value(value, now_, base_currency_);
  if (!event) return error(event.error().code, event.error().where, event.error().message);
  customers_.insert(hash_of({event->document->source, event->document->customer}));
  check_versions(*event);
  check_ids(*event);
  check_dates(value, *event);
  check_fields(*event);
}

void ErpCheck::check_versions(const core::InputEvent& event) {
  const ErpDocument& document = *event.document;
  Document& known = documents_[hash_of({document.source, document.customer, document.kind, document.id})];
  const std::uint64_t content = content_of(event.properties);
  const auto same = std::find_if(known.versions.begin(), known.versions.end(),
                                 [&](const Version& one) { return one.version == document.version; });
  if (same != known.versions.end()) {
    if (same->content != content)
      error("version_reused", "/version",
            "this version of the document was there with other content; whichever comes first stays");
    else if (same->history != event.history)
      error("history_differs", "/history",
            "this version of the document was there with another `history`; whichever comes first decides");
    return;
  }
  if (!known.versions.empty() && document.version < known.highest)
    error("version_falls", "/version", "a higher version of the document was there before: this one changes nothing");
  if (known.live && event.history)
    warn(lines_, "history_after_live", "/history",
         "the document was live before and is history now: what changes starts nothing", "");
  known.highest = known.versions.empty() ? document.version : std::max(known.highest, document.version);
  known.live = known.live || !event.history;
  known.versions.push_back({document.version, content, event.history});
}

void ErpCheck::check_ids(const core::InputEvent& event) {
  const ErpDocument& document = *event.document;
  const auto [owner, first] =
      owners_.try_emplace(hash_of({document.source, document.kind, document.id}), document.customer);
  if (!first && owner->second != document.customer)
    error("customer_changed", "/customer",
          "the document was another customer's before: it is counted for both; ids name one document for ever");
  const std::int64_t net = integer_member(event.properties, "netCents"),
                     gross = integer_member(event.properties, "grossCents");
  const Named named{document.kind, content_of(event.properties), net != 0 ? net : gross};
  auto& others = named_[hash_of({document.source, document.customer, document.id})];
  for (const Named& other : others) {
    if (other.kind == named.kind || document.kind == "customer" || other.kind == "customer") continue;
    if (other.data == named.data && event.properties.size() > 2)
      error("two_kinds", "/kind", fmt::format("the same document was there as kind `{}`", other.kind));
    else if (other.amount == named.amount && named.amount != 0)
      warn(lines_, "same_amounts", "/kind",
           fmt::format("a document of kind `{}` has this id and amount, too: are they two?", other.kind),
           document.kind + other.kind);
  }
  if (std::none_of(others.begin(), others.end(),
                   [&](const Named& one) { return one.kind == named.kind && one.data == named.data; }))
    others.push_back(named);
  if (document.kind != "payment" && document.kind != "credit") return;
  if (const std::string invoice = text_member(event.properties, "invoice"); !invoice.empty())
    references_.push_back({lines_, hash_of({document.source, document.customer, "invoice", invoice})});
}

void ErpCheck::check_dates(std::string_view value, const core::InputEvent& event) {
  const ErpDocument& document = *event.document;
  const base::Day today = base::day_of(now_), epoch{0};
  for (const wire::ErpField& field : wire::erp_kind(document.kind)->fields) {
    if (field.type != wire::ErpType::date) continue;
    const auto day = base::parse_date(text_member(event.properties, field.key));
    if (!day) continue;
    if (*day > today + 1 && field.key != "dueOn")
      warn(lines_, "future_date", field.where, "the date is in the future: the day of arrival is taken instead",
           document.kind);
    if (*day < epoch)
      warn(lines_, "old_date", field.where, "the date is before 1970: the day of arrival is taken instead",
           document.kind);
  }
  if (const auto at = base::parse_rfc3339(text_member(value, "timestamp"));
      at && *at > base::Instant{now_.us + base::kDayUs})
    warn(lines_, "future_date", "/timestamp",
         "the time is more than a day in the future: the time of arrival is taken instead", document.kind);
  const auto issued = base::parse_date(text_member(event.properties, "issuedOn")),
             due = base::parse_date(text_member(event.properties, "dueOn"));
  if (issued && due && *due < *issued)
    warn(lines_, "due_before_issued", "/data/dueOn", "the invoice is due before it is issued", "");
}

void ErpCheck::check_fields(const core::InputEvent& event) {
  const wire::ErpKind& kind = *wire::erp_kind(event.document->kind);
  std::vector<std::string_view> known;
  for (const wire::ErpField& field : kind.fields) known.push_back(field.key);
  wire::json_members(event.properties, [&](std::string_view key, std::string_view) {
    if (std::find(known.begin(), known.end(), key) != known.end()) return;
    const std::string near = base::suggest(key, known);
    warn(lines_, "unknown_field", "/data/" + pointer_part(key),
         fmt::format("no field of kind `{}`: nothing reads it{}", kind.name,
                     near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
         event.document->kind);
  });
  for (const std::string_view name : wanted(kind.name)) {
    const std::string_view raw = raw_member(event.properties, name);
    if (raw.empty() || raw == "null" || raw == "\"\"")
      warn(lines_, "missing_field", fmt::format("/data/{}", name),
           fmt::format("{} without it: amounts count as 0, dates are those of `timestamp`, payments settle no invoice",
                       kind.name),
           event.document->kind);
  }
}

void ErpCheck::finish() {
  for (const Reference& reference : references_) {
    if (documents_.contains(reference.invoice)) continue;
    warn(reference.line, "unknown_invoice", "/data/invoice",
         "there is no invoice with that id of this source and customer", "");
  }
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const ErpFinding& a, const ErpFinding& b) { return a.line < b.line; });
}

}  // namespace scoreline::producers
