/// A case as a whole: people, times, and what stands at the top of the file.
#include "wire/rulebook_case.hpp"

#include <date/tz.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/activity.hpp"
#include "wire/rulebook_case_reader.hpp"

namespace scoreline::wire {
namespace {

constexpr std::string_view kHowToWriteTimes =
    "write 2026-05-04T09:00:00, with Z or an offset where it is not in the case's `timezone`, or \"day 3 09:00\"";

base::Instant from_local(const std::string& zone, base::Day day, std::int64_t second_us) {
  using LocalUs = date::local_time<std::chrono::microseconds>;
  const LocalUs local{std::chrono::microseconds(day.n * base::kDayUs + second_us)};
  const auto utc = date::locate_zone(zone)->to_sys(local, date::choose::earliest);
  return base::Instant{utc.time_since_epoch().count()};
}

/// "2026-05-04", "2026-05-04T09:00:00" or with an offset.
std::optional<base::Instant> parse_instant(const CaseReading& reading, const std::string& text) {
  if (const auto exact = base::parse_rfc3339(text)) return exact;
  if (const auto day = base::parse_date(text)) return from_local(reading.zone, *day, 0);
  const auto as_utc = base::parse_rfc3339(text + "Z");
  if (!as_utc) return std::nullopt;
  const base::Day day = base::day_of(*as_utc);
  return from_local(reading.zone, day, as_utc->us - base::midnight(day).us);
}

/// "day 3", "day 3 09:00".
std::optional<base::Instant> parse_day(const CaseReading& reading, std::string_view text) {
  constexpr std::string_view kDay = "day ";
  if (!text.starts_with(kDay) || !reading.start) return std::nullopt;
  text.remove_prefix(kDay.size());
  const std::size_t blank = std::min(text.find(' '), text.size());
  std::int32_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + blank, number);
  if (end.ec != std::errc() || end.ptr != text.data() + blank || number < -10'000 || number > 10'000)
    return std::nullopt;
  std::string clock = blank == text.size() ? "00:00" : std::string(text.substr(blank + 1));
  if (clock.size() == 5) clock += ":00";
  return parse_instant(reading, fmt::format("{}T{}", base::format_date(*reading.start + number), clock));
}

void read_people(CaseReading& reading, Table& root) {
  const TomlNode* people = root.find("people", TomlNode::Kind::table);
  if (people == nullptr) return;
  for (const TomlNode& node : people->children) {
    const std::string what = fmt::format("[people.{}]", node.key);
    if (node.kind != TomlNode::Kind::table) {
      reading.problems().at_value(node, fmt::format("{} must be a table, not {}", what, kind_name(node.kind)),
                                  "write `anna = { user = \"anna\", email = \"anna@example.com\" }`");
      continue;
    }
    Table table(reading.problems(), node, what);
    CasePerson person{table.text("anon").value_or(""), table.text("user").value_or(""),
                      table.text("email").value_or(""), table.text("erp").value_or("")};
    table.finish();
    if (identifiers_of(person).empty())
      reading.problems().at_value(node, fmt::format("{} has no identifier", what),
                                  "give at least one of anon, user, email, erp");
    if (!person.erp.empty() && person.erp.find(':') == std::string::npos)
      reading.problems().at_value(*table.find("erp"), fmt::format("`erp` of {} names no system", what),
                                  "write the ERP source and the customer's number: \"jtl:4711\"");
    reading.people[node.key] = person;
  }
}

void read_zone(CaseReading& reading, Table& root) {
  const TomlNode* zone = root.find("timezone", TomlNode::Kind::string);
  if (zone == nullptr) return;
  const auto& zones = date::get_tzdb().zones;
  const bool known =
      std::any_of(zones.begin(), zones.end(), [&](const date::time_zone& one) { return one.name() == zone->text; });
  if (known) {
    reading.zone = zone->text;
  } else {
    reading.problems().at_value(*zone, fmt::format("there is no time zone `{}`", zone->text),
                                "use a name of the IANA list such as \"Europe/Berlin\"");
  }
}

void read_start(CaseReading& reading, Table& root) {
  const TomlNode* start = root.find("start");
  if (start == nullptr) return;
  if (start->kind == TomlNode::Kind::date) reading.start = base::parse_date(start->text);
  if (!reading.start)
    reading.problems().at_value(*start, "`start` is no date",
                                "write `start = 2026-05-04`: the day that \"day 0\" means");
}

bool add_identifier(CasePerson& person, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const std::string_view kind = text.substr(0, colon);
  std::string value(text.substr(colon + 1));
  const bool known = kind == "anon" || kind == "user" || kind == "email" || kind == "erp";
  if (!known || (kind == "erp" && value.find(':') == std::string::npos)) return false;
  (kind == "anon"    ? person.anon
   : kind == "user"  ? person.user
   : kind == "email" ? person.email
                     : person.erp) = std::move(value);
  return true;
}

void add_person(CasePerson& person, const CasePerson& more) {
  for (const auto member : {&CasePerson::anon, &CasePerson::user, &CasePerson::email, &CasePerson::erp}) {
    if (!(more.*member).empty()) person.*member = more.*member;
  }
}

}  // namespace

std::optional<base::Instant> read_case_instant(CaseReading& reading, const TomlNode& node, const std::string& what) {
  std::optional<base::Instant> at;
  if (node.kind == TomlNode::Kind::date) at = parse_instant(reading, node.text);
  if (node.kind == TomlNode::Kind::string) {
    at = parse_day(reading, node.text);
    if (!at) at = parse_instant(reading, node.text);
    if (!at && node.text.starts_with("day ") && !reading.start) {
      reading.problems().at_value(node, fmt::format("{} counts days, but the case has no `start`", what),
                                  "write `start = 2026-05-04` at the top");
      return std::nullopt;
    }
  }
  if (!at) reading.problems().at_value(node, fmt::format("{} is no instant", what), std::string(kHowToWriteTimes));
  return at;
}

std::optional<CasePerson> read_case_person(CaseReading& reading, const TomlNode& node, const std::string& what) {
  CasePerson person;
  bool good = true;
  const auto add = [&](const TomlNode& one) {
    const auto known = reading.people.find(one.text);
    if (known != reading.people.end()) return add_person(person, known->second);
    if (one.kind == TomlNode::Kind::string && add_identifier(person, one.text)) return;
    std::vector<std::string> names;
    for (const auto& [name, ignored] : reading.people) names.push_back(name);
    std::string suggestion = did_you_mean(one.text, names);
    if (suggestion.empty()) suggestion = "write an identifier such as \"user:anna\", or describe them under [people]";
    reading.problems().at_value(one, fmt::format("{}: nobody is called `{}`", what, one.text), std::move(suggestion));
    good = false;
  };
  if (node.kind == TomlNode::Kind::array) {
    for (const TomlNode& one : node.children) add(one);
  } else {
    add(node);
  }
  if (!good) return std::nullopt;
  return person;
}

std::vector<std::string> identifiers_of(const CasePerson& person) {
  std::vector<std::string> out;
  if (!person.anon.empty()) out.push_back("anon:" + person.anon);
  if (!person.user.empty()) out.push_back("user:" + person.user);
  if (const std::string address = core::normal_address(person.email); !address.empty())
    out.push_back("email:" + address);
  if (!person.erp.empty()) out.push_back("erp:" + person.erp);
  return out;
}

LoadedRuleBookCase load_rulebook_case(const std::string& file, const std::string& text, const core::RuleBook& book) {
  LoadedRuleBookCase out;
  out.value.file = file;
  out.value.name = file.substr(file.rfind('/') + 1);
  out.value.name = out.value.name.substr(0, out.value.name.rfind('.'));
  CaseReading reading(book);
  reading.problems().enter(file);
  const TomlDocument document = parse_toml(text);
  if (!document.readable) {
    reading.problems().add(document.line, document.column, "this is not TOML: " + document.message,
                           "see https://toml.io/en/v1.0.0");
    out.problems = reading.problems().take();
    return out;
  }
  Table root(reading.problems(), document.root, "the case");
  out.value.title = root.text("title").value_or("");
  read_zone(reading, root);
  read_start(reading, root);
  read_people(reading, root);
  read_case_events(reading, root, out.value.events);
  const base::Instant end = out.value.events.empty() ? base::kNever : out.value.events.back().at;
  read_case_expectations(reading, root, end, out.value.expectations);
  root.finish();
  out.problems = reading.problems().take();
  return out;
}

}  // namespace scoreline::wire
