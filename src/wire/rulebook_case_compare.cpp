#include "wire/rulebook_case_compare.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "wire/json.hpp"

namespace scoreline::wire {
namespace {

using core::FieldType;
using core::FieldValue;

std::string_view member_of(std::string_view object, std::string_view name) {
  std::string_view found;
  json_members(object, [&](std::string_view key, std::string_view raw) {
    if (key == name) found = raw;
  });
  return found;
}

std::string text_of(std::string_view raw) {
  std::string text;
  return json_string(raw, text) ? text : std::string(raw);
}

std::string text_of(std::string_view object, std::string_view name) { return text_of(member_of(object, name)); }

/// One value of a report as conditions see it. Not to be copied: the field may look at the text.
class ReportValue {
 public:
  explicit ReportValue(std::string_view raw, bool decimal = false) : shown_(text_of(raw)) {
    if (raw.empty() || raw == "null") {
      field_.type = raw.empty() ? FieldType::missing : FieldType::null;
      shown_ = "none";
    } else if (raw.front() == '"') {
      const bool number = decimal && json_number(shown_, field_.number);
      field_.type = number ? FieldType::number : FieldType::string;
      field_.text = shown_;
    } else if (raw.front() == '{' || raw.front() == '[') {
      field_.type = raw.front() == '{' ? FieldType::object : FieldType::array;
    } else if (json_number(raw, field_.number)) {
      field_.type = FieldType::number;
    } else {
      field_.type = FieldType::boolean;
      field_.boolean = raw == "true";
    }
  }
  ReportValue(const ReportValue&) = delete;
  ReportValue& operator=(const ReportValue&) = delete;

  const std::string& shown() const { return shown_; }
  bool meets(const core::Condition& all) const {
    return std::all_of(all.children.begin(), all.children.end(), [&](const core::Condition& one) {
      // There is no null to be written in TOML.
      const bool none = one.op == core::Operator::is && one.operands.front().text == "none" && !field_.present();
      return none || core::holds(field_, one);
    });
  }

 private:
  std::string shown_;
  FieldValue field_;
};

/// Values that the report writes as texts with two decimals.
bool is_decimal(const std::vector<std::string>& path) {
  if (path[0] == "intents") return path.back() == "value";
  if (path[0] == "customer") return path.back() == "days_to_pay" || path.back() == "days_late";
  return path[0] == "score" || path[0] == "categories" || path[0] == "rules";
}

/// The raw value; a rule that contributes nothing contributes 0.
std::string_view find_value(std::string_view report, const std::vector<std::string>& path) {
  if (path[0] == "rules") {
    std::string_view found = "\"0.00\"";
    json_elements(member_of(report, "contributions"), [&](std::string_view one) {
      if (text_of(one, "rule") == path[1]) found = member_of(one, "value");
    });
    return found;
  }
  std::string_view at = report;
  for (const std::string& step : path) at = member_of(at, step);
  return at;
}

std::string name_of(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& step : path) out += (out.empty() ? "" : ".") + step;
  return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view link = ", ") {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : std::string(link)) + word;
  return out;
}

/// "score 48.00; contributions pricing 20.00, calculator 28.00".
std::string score_in_words(std::string_view report) {
  std::vector<std::string> parts;
  json_elements(member_of(report, "contributions"),
                [&](std::string_view one) { parts.push_back(text_of(one, "rule") + " " + text_of(one, "value")); });
  return fmt::format("score {}; {}", text_of(report, "score"),
                     parts.empty() ? "no contributions" : "contributions " + joined(parts));
}

bool is_about_score(const std::vector<std::string>& path) {
  return path[0] == "score" || path[0] == "tier" || path[0] == "categories" || path[0] == "rules";
}

/// One deal, firing or mail of a report, as people would write it.
std::string entry_in_words(const std::string& list, std::string_view entry) {
  if (list == "deals")
    return fmt::format("{}/{} {}", text_of(entry, "pipeline"), text_of(entry, "stage"),
                       member_of(entry, "open") == "true" ? "open" : "closed");
  if (list == "firings") {
    const std::string reason = text_of(entry, "suppressed");
    return fmt::format("{}{}{} at {}", text_of(entry, "trigger"), reason == "null" ? "" : " suppressed " + reason,
                       member_of(entry, "retracted") == "true" ? " retracted" : "", text_of(entry, "at"));
  }
  if (list == "mails") {
    const std::string reason = text_of(entry, "reason");
    return fmt::format("{}/{} {}{} due {}", text_of(entry, "sequence"), text_of(entry, "step"),
                       text_of(entry, "status"), reason == "null" ? "" : " (" + reason + ")", text_of(entry, "due_at"));
  }
  return text_of(entry);
}

std::vector<std::string_view> entries_of(std::string_view report, const std::string& list) {
  std::vector<std::string_view> out;
  json_elements(member_of(report, list == "mails" ? "emails" : list),
                [&](std::string_view one) { out.push_back(one); });
  return out;
}

bool meets(std::string_view entry, const ExpectedItem& item) {
  return std::all_of(item.fields.begin(), item.fields.end(), [&](const ExpectedField& field) {
    const std::string_view raw = field.path[0].empty() ? entry : member_of(entry, field.path[0]);
    return ReportValue(raw).meets(field.condition);
  });
}

/// Can each item have an entry of its own? `free` are entries that nobody has.
bool each_has_one(const std::vector<ExpectedItem>& items, std::size_t from, std::vector<std::string_view>& free) {
  if (from == items.size()) return true;
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (!meets(free[i], items[from])) continue;
    std::vector<std::string_view> rest = free;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (each_has_one(items, from + 1, rest)) return true;
  }
  return false;
}

bool list_meets(const ExpectedList& list, std::vector<std::string_view> entries) {
  const auto one_by_one = [](std::string_view entry, const ExpectedItem& item) { return meets(entry, item); };
  switch (list.mode) {
    case ExpectedList::Mode::exactly:
      return std::equal(entries.begin(), entries.end(), list.items.begin(), list.items.end(), one_by_one);
    case ExpectedList::Mode::include:
      return each_has_one(list.items, 0, entries);
    case ExpectedList::Mode::exclude:
      break;
  }
  return std::none_of(entries.begin(), entries.end(), [&](std::string_view entry) {
    return std::any_of(list.items.begin(), list.items.end(),
                       [&](const ExpectedItem& item) { return meets(entry, item); });
  });
}

std::string list_difference(const ExpectedList& list, const std::vector<std::string_view>& entries) {
  std::vector<std::string> expected, got;
  for (const ExpectedItem& item : list.items) expected.push_back(item.text);
  for (const std::string_view entry : entries) got.push_back(entry_in_words(list.name, entry));
  const char* how = list.mode == ExpectedList::Mode::exactly   ? "exactly"
                    : list.mode == ExpectedList::Mode::include ? "among others"
                                                               : "none of";
  return fmt::format("{} expected {} [{}], got [{}]", list.name, how, joined(expected, "; "), joined(got, "; "));
}

bool holds_one(std::string_view report, const std::vector<std::string>& identifiers) {
  bool found = false;
  json_elements(member_of(report, "identifiers"), [&](std::string_view one) {
    found = found || std::find(identifiers.begin(), identifiers.end(), text_of(one)) != identifiers.end();
  });
  return found;
}

class Comparison {
 public:
  Comparison(const CaseExpectation& expectation, std::vector<CaseDifference>& out)
      : expectation_(expectation), out_(out) {}

  void lead(std::string_view report) {
    for (const ExpectedField& field : expectation_.fields) {
      const ReportValue value(find_value(report, field.path), is_decimal(field.path));
      if (value.meets(field.condition)) continue;
      add(fmt::format("{} expected {}, got {}{}", name_of(field.path), field.text, value.shown(),
                      is_about_score(field.path) ? " (" + score_in_words(report) + ")" : ""));
    }
    for (const ExpectedList& list : expectation_.lists) {
      const auto entries = entries_of(report, list.name);
      if (!list_meets(list, entries)) add(list_difference(list, entries));
    }
  }
  void add(const std::string& what) {
    const std::string who = expectation_.who.empty() ? "" : "lead " + expectation_.who + ", ";
    out_.push_back({expectation_.toml_line, fmt::format("{}{}: {}", who, base::format_rfc3339(expectation_.at), what)});
  }

 private:
  const CaseExpectation& expectation_;
  std::vector<CaseDifference>& out_;
};

}  // namespace

std::vector<CaseDifference> compare_case(const CaseExpectation& expectation, const std::vector<std::string>& reports) {
  std::vector<CaseDifference> out;
  Comparison comparison(expectation, out);
  if (expectation.leads && *expectation.leads != reports.size())
    comparison.add(fmt::format("leads expected {}, got {}", *expectation.leads, reports.size()));
  if (expectation.identifiers.empty()) return out;
  std::vector<std::string_view> found;
  for (const std::string& report : reports) {
    if (holds_one(report, expectation.identifiers)) found.push_back(report);
  }
  if (expectation.gone) {
    if (!found.empty()) comparison.add("expected to be gone, but is there");
  } else if (found.size() == 1) {
    comparison.lead(found.front());
  } else if (found.empty()) {
    comparison.add(fmt::format("no lead holds {}", joined(expectation.identifiers, " or ")));
  } else {
    comparison.add(fmt::format("{} leads hold {}: name one of its identifiers alone", found.size(),
                               joined(expectation.identifiers, " or ")));
  }
  return out;
}

}  // namespace scoreline::wire
