#pragma once
/// The parts that read one case together (private to wire/rulebook_case*.cpp).
#include <map>
#include <string>
#include <vector>

#include "wire/rulebook_case.hpp"
#include "wire/rulebook_toml_reader.hpp"

namespace scoreline::wire {

/// Identifiers of one person, without their kinds.
struct CasePerson {
  std::string anon, user, email, erp;
};

struct CaseReading {
  Reading reading;  // problems, and what conditions need
  const core::RuleBook& book;
  std::string zone = "UTC";                      // of times without an offset
  std::optional<base::Day> start;                // what "day 0" means
  std::map<std::string, CasePerson> people;      // by name
  std::map<std::string, std::int64_t> versions;  // of ERP documents, the last one given

  explicit CaseReading(const core::RuleBook& rulebook) : book(rulebook) {}
  Problems& problems() { return reading.problems; }
};

/// An instant: TOML's date and time, or "day 3 09:00". A problem where it is none.
std::optional<base::Instant> read_case_instant(CaseReading& reading, const TomlNode& node, const std::string& what);
/// The value of `who`: names of people, identifiers ("user:anna"), or a list of them. A problem where it is none.
std::optional<CasePerson> read_case_person(CaseReading& reading, const TomlNode& node, const std::string& what);
/// "anon:a1", ...
std::vector<std::string> identifiers_of(const CasePerson& person);

void read_case_events(CaseReading& reading, Table& root, std::vector<CaseEvent>& out);
/// `end`: the instant of expectations that name none.
void read_case_expectations(CaseReading& reading, Table& root, base::Instant end, std::vector<CaseExpectation>& out);

}  // namespace scoreline::wire
