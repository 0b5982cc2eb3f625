#include "producers/erp_mapping.hpp"

#include <doctest/doctest.h>

#include <string>

namespace scoreline::producers {
namespace {

std::string problems(const std::string& text) {
  std::string out;
  for (const auto& problem : load_erp_mapping("m.toml", text).problems) out += wire::to_text(problem) + "\n";
  return out;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string kFile =
    "source = 'jtl'\n[[file]]\npattern = '*.csv'\nkind = 'order'\nid = 'Nr'\ncustomer = 'Kunde'\n";

}  // namespace

TEST_CASE("mapping: a whole one") {
  const auto loaded = load_erp_mapping("m.toml", R"(
    source = "jtl"
    dates = "DD.MM.YYYY"
    decimals = "comma"
    [rates]
    CHF = "1.0421"
    USD = 0.9134
    [[file]]
    pattern = "kunden*.csv"
    kind = "customer"
    customer = "Kundennummer"
    history = true
    [file.data]
    email = "E-Mail"
    netPrices = { column = "Netto", yes = ["Ja"] }
    businessType = { value = "hotel" }
    [[file]]
    pattern = "auftrag?.csv"
    kind = "order"
    id = ["Shop", "Nummer"]
    customer = { column = "Kunde" }
    version = "Version"
    currency = "Waehrung"
    [file.data]
    netCents = { sum = "lines" }
    [file.lines]
    sku = "Artikel"
    netCents = { column = "Betrag", decimals = "point", negate = true }
  )");
  REQUIRE_MESSAGE(loaded.mapping, problems(""));
  const ErpMapping& mapping = *loaded.mapping;
  CHECK(to_text(mapping.rates.at("CHF")) == "1.0421");
  CHECK(to_text(mapping.rates.at("USD")) == "0.9134");
  const ErpFileMapping* customers = mapping.find("kunden-2026.csv");
  REQUIRE(customers != nullptr);
  CHECK(customers->source == "jtl");
  CHECK(customers->history);
  CHECK_FALSE(customers->version);
  CHECK(customers->column_of("/id") == "Kundennummer");
  CHECK(customers->column_of("/data/email") == "E-Mail");
  CHECK(customers->column_of("/data/businessType") == "/data/businessType");
  const ErpFileMapping* orders = mapping.find("auftrag1.csv");
  REQUIRE(orders != nullptr);
  CHECK(orders->version);
  CHECK(orders->id.columns.size() == 2);
  CHECK(orders->lines.mode == ErpLines::Mode::rows);
  CHECK(orders->lines.fields[1].value.decimals == DecimalStyle::point);
  CHECK(orders->lines.fields[1].value.negate);
  CHECK(mapping.find("auftrag10.csv") == nullptr);
}

TEST_CASE("mapping: what is wrong is named with its place and what was meant") {
  CHECK(has(problems("x = "), "m.toml:1:"));
  CHECK(has(problems(""), "has no [[file]]"));
  CHECK(has(problems("[[file]]\nkind = 'order'\nid = 'a'\ncustomer = 'b'\n[file.data]\n"), "has no `pattern`"));
  CHECK(has(problems("[[file]]\npattern = '*'\nkind = 'order'\nid = 'a'\ncustomer = 'b'\n[file.data]\n"),
            "has no `source`"));
  CHECK(has(problems("[[file]]\npattern = '*'\nkind = 'orders'\n"), "did you mean `order`?"));
  CHECK(has(problems(kFile + "[file.data]\nnetcents = 'Netto'\n"), "did you mean `netCents`?"));
  CHECK(has(problems(kFile + "version = 'V'\ndecimal = 'comma'\n[file.data]\n"), "did you mean `decimals`?"));
  CHECK(has(problems(kFile + "dates = 'DD.MM.YY'\n[file.data]\n"), "m.toml:7:9: a date format has YYYY"));
  CHECK(has(problems(kFile + "timezone = 'Europe/Berlinn'\n[file.data]\n"), "no such time zone"));
  CHECK(has(problems(kFile + "[file.data]\nnetCents = 7\n"), "must be the name of a column"));
  CHECK(has(problems(kFile + "[file.data]\nnetCents = { column = 'a', value = 1 }\n"), "needs one of"));
  CHECK(has(problems(kFile + "[file.data]\nnetCents = { sum = 'lines' }\n"), "needs [file.lines] with `netCents`"));
  CHECK(has(problems(kFile + "[file.data]\ncurrency = 'W'\n"), "beside [file.data]"));
  CHECK(has(problems(kFile + "[file.data]\nplacedOn = { column = 'D', unit = 'cents' }\n"), "unknown key `unit`"));
  CHECK(has(
      problems("[[file]]\npattern = '*'\nsource = 'a:b'\nkind = 'invoice'\nid = 'a'\ncustomer = 'b'\n[file.data]\n"),
      "must not contain a colon"));
  CHECK(has(problems("[[file]]\npattern = '*'\nsource = 'a'\nkind = 'invoice'\nid = 'a'\ncustomer = "
                     "'b'\n[file.data]\n[file.lines]\nsku = 'x'\n"),
            "only orders have lines"));
}

TEST_CASE("mapping: rates that are none") {
  for (const char* rate : {"'1,04'", "-1", "0", "'abc'", "1.2345678901234", "true"}) {
    CAPTURE(rate);
    CHECK(has(problems(kFile + "[file.data]\n[rates]\nCHF = " + rate + "\n"), "a rate is a positive number"));
  }
  CHECK(has(problems(kFile + "[file.data]\n[rates]\nchf = 1\n"), "`chf` is no currency"));
}

TEST_CASE("mapping: all problems at once") {
  const std::string all = problems("[[file]]\npattern = '*.csv'\nkind = 'quote'\ncolour = 1\n[rates]\nCHF = 0\n");
  CHECK(has(all, "`quote`"));
  CHECK(has(all, "`colour`"));
  CHECK(has(all, "a rate is"));
}

TEST_CASE("mapping: patterns of names") {
  CHECK(matches_pattern("*.csv", "a.csv"));
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("a*b*c", "aXbYbZc"));
  CHECK(matches_pattern("a?c", "abc"));
  CHECK_FALSE(matches_pattern("a?c", "ac"));
  CHECK_FALSE(matches_pattern("*.csv", "a.csv.bak"));
  CHECK_FALSE(matches_pattern("a*b", "aXc"));
  CHECK(matches_pattern("**a", "bca"));
}

}  // namespace scoreline::producers
