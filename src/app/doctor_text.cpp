#include <fmt/core.h>

#include <algorithm>

#include "app/doctor.hpp"
#include "app/table_print.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {

std::string findings_text(const std::vector<Finding>& findings, bool colours) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, width_of(finding.what));
  std::string out;
  std::int64_t problems = 0;
  for (const Finding& finding : findings) {
    const std::string word = finding.ok ? painted("ok     ", Colour::green, colours) : painted("problem", Colour::red, colours);
    const std::string blanks(width - width_of(finding.what), ' ');
    out += fmt::format("{}  {}{}  {}\n", word, finding.what, blanks, finding.detail);
    if (finding.ok) continue;
    ++problems;
    out += fmt::format("         {}  -> {}\n", std::string(width, ' '), finding.mend);
  }
  return out + (problems == 0 ? "\nall is well\n" : fmt::format("\n{}\n", counted(problems, "problem", "problems")));
}

std::string findings_json(const std::vector<Finding>& findings) {
  std::string text;
  wire::JsonWriter json(text);
  const bool ok = std::all_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.ok; });
  json.begin_object().key("ok").boolean(ok).key("checks").begin_array();
  for (const Finding& finding : findings)
    json.begin_object()
        .key("check")
        .string(finding.what)
        .key("ok")
        .boolean(finding.ok)
        .key("detail")
        .string(finding.detail)
        .key("mend")
        .string(finding.mend)
        .end_object();
  json.end_array().end_object();
  return text;
}

}  // namespace scoreline::app
