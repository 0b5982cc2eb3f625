#include "producers/erp_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "producers/erp_encoding.hpp"

namespace scoreline::producers {
namespace {

using Ending = ErpReader::Ending;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// What became of a stream, one line an item: the value, or "line where code".
struct Read {
  std::vector<std::string> items;
  std::vector<ErpItem> all;
  std::uint64_t offset = 0;
  std::string broken;
};

Read read(ErpReader& reader, const std::string& text, Ending ending = Ending::whole, std::size_t chunk = SIZE_MAX) {
  Read out;
  ErpItem item;
  const auto drain = [&] {
    while (reader.next(item)) {
      if (item.kind == ErpItem::Kind::change) out.items.push_back(item.change.value(1));
      if (item.kind == ErpItem::Kind::fault)
        out.items.push_back(std::to_string(item.fault.line) + " " + item.fault.where + " " + item.fault.code);
      if (item.kind == ErpItem::Kind::unfinished) out.items.push_back("unfinished at " + std::to_string(item.begin));
      out.all.push_back(item);
    }
  };
  for (std::size_t at = 0; at < text.size(); at += std::min(chunk, text.size() - at)) {
    reader.feed(std::string_view(text).substr(at, chunk));
    drain();
  }
  reader.finish(ending);
  drain();
  out.offset = reader.offset();
  if (reader.broken()) out.broken = reader.broken()->message;
  return out;
}

ErpReader::Options options(ErpFormat format, const ErpMapping* mapping = nullptr) {
  ErpReader::Options out;
  out.format = format;
  out.mapping = mapping == nullptr ? nullptr : &mapping->files.front();
  if (mapping != nullptr) out.money.rates = &mapping->rates;
  out.now = *base::parse_rfc3339("2026-06-01T12:00:00Z");
  return out;
}
Read csv(const std::string& text, const ErpMapping* mapping = nullptr, Ending ending = Ending::whole,
         std::size_t chunk = SIZE_MAX) {
  ErpReader reader(options(ErpFormat::csv, mapping));
  return read(reader, text, ending, chunk);
}
Read json(const std::string& text, const ErpMapping* mapping = nullptr, bool history = false) {
  auto o = options(ErpFormat::ndjson, mapping);
  o.history = history;
  ErpReader reader(o);
  return read(reader, text);
}

ErpMapping mapping(const std::string& text) {
  auto loaded = load_erp_mapping("m.toml", "source = 'jtl'\ndates = 'DD.MM.YYYY'\ndecimals = 'comma'\n" + text);
  if (!loaded.mapping) FAIL(wire::to_text(loaded.problems.front()));
  return *loaded.mapping;
}
const ErpMapping& invoices() {
  static const ErpMapping made = mapping(
      "rates.CHF = '1.05'\n[[file]]\npattern = '*'\nkind = 'invoice'\nid = 'Nr'\ncustomer = 'Kunde'\nversion = "
      "'V'\ncurrency = 'W'\n"
      "[file.data]\nissuedOn = 'Datum'\nnetCents = 'Netto'\ncancelled = { column = 'Status', yes = ['storniert'] }\n");
  return made;
}
const std::string kInvoiceHead = "Nr;Kunde;V;Datum;Netto;W;Status\n";
const ErpMapping& orders() {
  static const ErpMapping made = mapping(
      "[[file]]\npattern = '*'\nkind = 'order'\nid = 'Nr'\ncustomer = 'Kunde'\n"
      "[file.data]\nplacedOn = 'Datum'\nnetCents = { sum = 'lines' }\n[file.lines]\nsku = 'Artikel'\nquantity = "
      "'Menge'\nnetCents = 'Netto'\n");
  return made;
}
const std::string kOrderHead = "Nr;Kunde;Datum;Artikel;Menge;Netto\n";

}  // namespace

TEST_CASE("reader: CSV by a mapping") {
  const auto got = csv("\xEF\xBB\xBF" + kInvoiceHead +
                           "R1;1001;3;01.05.2026;\"1.234,565\";;bezahlt\r\nR2;1002;1;2.5.2026;-0,5;eur;STORNIERT\r\n",
                       &invoices(), Ending::whole, 7);
  REQUIRE(got.items.size() == 2);
  CHECK(
      got.items[0] ==
      R"({"source":"jtl","customer":"1001","kind":"invoice","id":"R1","version":3,"data":{"issuedOn":"2026-05-01","netCents":123457,"cancelled":false}})");
  CHECK(
      got.items[1] ==
      R"({"source":"jtl","customer":"1002","kind":"invoice","id":"R2","version":1,"data":{"issuedOn":"2026-05-02","netCents":-50,"cancelled":true}})");
  CHECK(got.all[0].event.message_id == "jtl:1001:invoice:R1:3");
}

TEST_CASE("reader: other currencies are converted by their rate, or refused") {
  const auto got = csv(
      kInvoiceHead +
          "R1;1;1;01.05.2026;100,01 "
          "CHF;CHF;\nR2;1;1;01.05.2026;100;USD;\nR3;1;1;01.05.2026;100;Euro;\nR4;1;1;01.05.2026;9,99 \xE2\x82\xAC;;\n",
      &invoices());
  REQUIRE(got.items.size() == 4);
  CHECK(has(got.items[0], "\"netCents\":10501,"));
  CHECK(got.items[1] == "3 W currency");
  CHECK(has(got.all[1].fault.message, "add USD to [rates]"));
  CHECK(got.items[2] == "4 W currency");
  CHECK(has(got.items[3], "\"netCents\":999,"));
}

TEST_CASE("reader: a bad row names its line and column, and does not stop the others") {
  const auto got = csv(kInvoiceHead +
                           "R1;1;1;30.02.2026;1;;\n"
                           "R2;1;1;01.05.2026;1.5;;\n"
                           "R3;;1;01.05.2026;1;;\n"
                           ";1;1;01.05.2026;1;;\n"
                           "R5;1;x;01.05.2026;1;;\n"
                           "R6;1;;01.05.2026;1;;\n"
                           "R7;1;1;01.05.2026;1;\n"
                           "R8;1;1;01.05.2026;1;;;;\n"
                           "R9;1;1;01.05.2026;1;;;x\n"
                           "R10;0;1;01.05.2026;1;;\n"
                           "\n"
                           "\"R11;1;1;01.05.2026;1;;\n"
                           "R12;1;\"1\"x;01.05.2026;1;;\n"
                           "R13;1;1;01.05.2026;99.999.999.999.999,00;;\n"
                           "R\xFF;1;1;01.05.2026;1;;\n"
                           "R14;1;1;01.05.2026;1;;\n",
                       &invoices());
  const std::vector<std::string> expected{"2 Datum invalid_time",
                                          "3 Netto invalid_amount",
                                          "4 Kunde missing_id",
                                          "5 Nr missing_value",
                                          "6 V invalid_value",
                                          "7 V missing_value",
                                          "8  columns",
                                          "",
                                          "10  columns",
                                          "11 Kunde missing_id",
                                          "13  csv",
                                          "14 V csv",
                                          "15 Netto invalid_amount",
                                          "16 Nr invalid_string",
                                          ""};
  REQUIRE(got.items.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].empty())
      CHECK(got.all[i].kind == ErpItem::Kind::change);
    else
      CHECK(got.items[i] == expected[i]);
  }
  CHECK(has(got.all[13].fault.message, "windows-1252"));
}

TEST_CASE("reader: a header that does not fit stops the file with what was meant") {
  CHECK(has(csv("Nr;Kunde;V;Datum;netto;W;Status\nR1;1;1;01.05.2026;1;;\n", &invoices()).broken,
            "there is no column `Netto`; did you mean `netto`?"));
  CHECK(has(csv("Nr;Nr;Kunde;V;Datum;Netto;W;Status\n", &invoices()).broken, "two columns `Nr`"));
  CHECK(has(csv("source,customer,kind,id,version,netcents\n").broken, "did you mean `netCents`?"));
  CHECK(has(csv("source,customer,kind,id,netCents\n").broken, "there is no column `version`"));
  CHECK(has(csv(std::string("\xFF\xFEN\0r\0", 6)).broken, "UTF-16"));
  CHECK(has(csv("Nr;Kunde;V;Datum;Netto;W;Status;W\xE4hrung\n", &invoices()).broken, "windows-1252"));
  CHECK(csv("").broken.empty());
}

TEST_CASE("reader: CSV without a mapping has the names of the fields") {
  const auto got =
      csv("source,kind,customer,id,version,history,email,issuedOn,netCents,netPrices\n"
          "jtl,customer,1,1,1,true,a@b.example,,,false\n"
          "jtl,invoice,1,R1,2,,,2026-05-01,1250,\n"
          "jtl,invoice,1,R2,2,,,2026-05-01,12.50,\n"
          "jtl,quote,1,R3,2,,,2026-05-01,12,\n");
  REQUIRE(got.items.size() == 4);
  CHECK(
      got.items[0] ==
      R"({"source":"jtl","customer":"1","kind":"customer","id":"1","version":1,"history":true,"data":{"email":"a@b.example","netPrices":false}})");
  CHECK(
      got.items[1] ==
      R"({"source":"jtl","customer":"1","kind":"invoice","id":"R1","version":2,"data":{"issuedOn":"2026-05-01","netCents":1250}})");
  CHECK(got.items[2] == "4 netCents invalid_amount");
  CHECK(got.items[3] == "5 kind unknown_kind");
}

TEST_CASE("reader: whole values pass as they are; --history marks them") {
  const std::string value =
      R"({"source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"data":{"placedOn":"2026-05-01","netCents":1000},"extra":[1]})";
  CHECK(json(value + "\n").items == std::vector{value});
  const auto marked = json(value + "\n", nullptr, true);
  REQUIRE(marked.items.size() == 1);
  CHECK(marked.all[0].event.history);
  CHECK(has(json(R"({"source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"history":false,"data":{}})",
                 nullptr, true)
                .items[0],
            R"("history":true})"));
}

TEST_CASE("reader: whole values are refused as identity would") {
  const auto fault = [](const std::string& members) { return json("{" + members + "}\n").items.at(0); };
  CHECK(fault(R"("source":"jtl","customer":7,"kind":"quote","id":"A1","version":2,"data":{})") ==
        "1 /kind unknown_kind");
  CHECK(fault(R"("source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"data":{"placedOn":"2026-02-30"})") ==
        "1 /data/placedOn invalid_time");
  CHECK(fault(R"("source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"data":{"netCents":"10"})") ==
        "1 /data/netCents invalid_value");
  CHECK(fault(R"("source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"data":{"currency":"USD"})") ==
        "1 /data/currency currency");
  CHECK(fault(R"("source":"jtl","customer":7,"kind":"order","id":"A1","data":{})") == "1 /version missing_value");
  CHECK(fault(R"("source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"data":{"lines":[)" +
              std::string(300'000, ' ') + "]}") == "1  too_large");
  CHECK(json("[1]\n7\nx\n").items == std::vector<std::string>{"1  invalid_json", "2  invalid_json", "3  invalid_json"});
}

TEST_CASE("reader: plain rows of JSON have the fields beside the id") {
  const auto got = json(
      R"({"source":"jtl","customer":7,"kind":"order","id":"A1","version":2,"placedOn":"2026-05-01","netCents":1000,"lines":[{"sku":"x","netCents":1000}]})"
      "\n"
      R"({"source":"jtl","customer":7,"kind":"orders","id":"A1","version":2,"placedOn":"2026-05-01"})"
      "\n");
  REQUIRE(got.items.size() == 2);
  CHECK(
      got.items[0] ==
      R"({"source":"jtl","customer":"7","kind":"order","id":"A1","version":2,"data":{"placedOn":"2026-05-01","netCents":1000,"lines":[{"sku":"x","netCents":1000}]}})");
  CHECK(got.items[1] == "2 /kind unknown_kind");
}

TEST_CASE("reader: JSON by a mapping, members below others and lines within") {
  const ErpMapping shop = mapping(
      "timezone = 'Europe/Berlin'\n[[file]]\npattern = '*'\nkind = 'order'\nid = 'nr'\ncustomer = "
      "'customer.number'\ntimestamp = 'changed'\ndates = 'YYYY-MM-DD'\nhistory = true\n"
      "[file.data]\nplacedOn = 'at'\nnetCents = 'total'\nchannel = { column = 'shop', map = { '1' = 'web' } "
      "}\ncancelled = 'storno'\n"
      "[file.lines]\narray = 'positions'\nsku = 'article.sku'\nquantity = 'n'\nnetCents = 'sum'\n");
  const auto got = json(
      R"({"nr":17,"customer":{"number":"K1"},"changed":"2026-05-01 10:00","at":"2026-05-01T22:30:00Z","total":12.345,"shop":1,"storno":true,)"
      R"("positions":[{"article":{"sku":"a"},"n":1.50,"sum":"12,34"},{"n":null}]})"
      "\n"
      R"({"nr":18,"customer":{"number":"K1"},"total":{"net":1}})"
      "\n"
      R"({"nr":19,"customer":{"number":"K1"},"positions":[7]})"
      "\n",
      &shop);
  REQUIRE(got.items.size() == 3);
  CHECK(
      got.items[0] ==
      R"({"source":"jtl","customer":"K1","kind":"order","id":"17","version":1,"timestamp":"2026-05-01T08:00:00Z","history":true,)"
      R"("data":{"placedOn":"2026-05-02","netCents":1235,"channel":"web","cancelled":true,"lines":[{"sku":"a","quantity":1.5,"netCents":1234}]}})");
  CHECK(got.items[1] == "2 total invalid_value");
  CHECK(got.items[2] == "3 positions invalid_value");
}

TEST_CASE("reader: a member that no row has is named, because it may be misspelt") {
  ErpReader reader(options(ErpFormat::ndjson, &invoices()));
  CHECK(reader.unseen_columns().empty());
  read(reader,
       "{\"Nr\":1,\"Kunde\":2,\"V\":1,\"Netto\":null}\n{\"Nr\":2,\"Kunde\":2,\"V\":1,\"Datum\":\"01.05.2026\"}\n");
  CHECK(reader.unseen_columns() == std::vector<std::string>{"W", "Netto", "Status"});
}

TEST_CASE("reader: rows of one order become its lines") {
  const auto got =
      csv(kOrderHead + "A1;7;01.05.2026;x;1;10,00\nA1;7;01.05.2026;y;2,5;5,50\nA2;8;02.05.2026;z;1;1\n", &orders());
  REQUIRE(got.items.size() == 2);
  CHECK(
      got.items[0] ==
      R"({"source":"jtl","customer":"7","kind":"order","id":"A1","version":1,"data":{"placedOn":"2026-05-01","netCents":1550,)"
      R"("lines":[{"sku":"x","quantity":1,"netCents":1000},{"sku":"y","quantity":2.5,"netCents":550}]}})");
  CHECK(got.all[0].begin == kOrderHead.size());
  CHECK_FALSE(got.all[0].open);
  CHECK(got.all[1].line == 4);
  CHECK(got.all[1].open);
}

TEST_CASE("reader: an order is whole or refused") {
  const std::string a1 = "A1;7;01.05.2026;x;1;10,00\n", a2 = "A2;7;01.05.2026;x;1;10,00\n",
                    a3 = "A3;7;01.05.2026;x;1;10,00\n";
  SUBCASE("rows that differ in what belongs to the order") {
    const auto got = csv(kOrderHead + a1 + "A1;8;01.05.2026;y;1;1\n" + a2, &orders());
    CHECK(got.items[0] == "2 Kunde lines");
    CHECK(got.all[1].kind == ErpItem::Kind::change);
  }
  SUBCASE("a line that cannot be read") {
    CHECK(csv(kOrderHead + a1 + "A1;7;01.05.2026;y;1;1.5\n" + a2, &orders()).items[0] == "2 Netto invalid_amount");
  }
  SUBCASE("a row that is no row may have belonged to either neighbour") {
    const auto got = csv(kOrderHead + a1 + "A?;7\n" + a2 + a3, &orders());
    REQUIRE(got.items.size() == 4);
    CHECK(got.items[0] == "2  lines");
    CHECK(got.items[1] == "3  columns");
    CHECK(got.items[2] == "4  lines");
    CHECK(got.all[3].kind == ErpItem::Kind::change);
  }
  SUBCASE("rows that are torn apart") {
    const auto got = csv(kOrderHead + a1 + a2 + a1, &orders());
    CHECK(got.items[2] == "4 Nr lines");
    CHECK(has(got.all[2].fault.message, "sort the export"));
  }
}

TEST_CASE("reader: the end of a stream that may grow") {
  const std::string a1 = "A1;7;01.05.2026;x;1;10,00\n";
  SUBCASE("growing: neither the last document nor half a row") {
    const auto got = csv(kOrderHead + a1, &orders(), Ending::growing);
    CHECK(got.items.empty());
    CHECK(got.offset == kOrderHead.size());
    CHECK(csv(kOrderHead + a1 + "A2;7", &orders(), Ending::growing).items.empty());
  }
  SUBCASE("settled: the last document, but not with half a row behind it") {
    CHECK(csv(kOrderHead + a1, &orders(), Ending::settled).items.size() == 1);
    CHECK(csv(kOrderHead + a1 + "A1;7", &orders(), Ending::settled).items.empty());
  }
  SUBCASE("whole: a row without a line end counts when it is one") {
    const auto got = csv(kInvoiceHead + "R1;1;1;01.05.2026;1;;", &invoices());
    REQUIRE(got.items.size() == 1);
    CHECK(got.all[0].kind == ErpItem::Kind::change);
    CHECK(got.all[0].open);
    CHECK(csv(kInvoiceHead + "R1;1;1;01.05", &invoices()).items == std::vector<std::string>{"unfinished at 32"});
    CHECK(csv(kInvoiceHead + "R1;1;1;01.05.2026;1;;\"abc", &invoices()).items ==
          std::vector<std::string>{"unfinished at 32"});
    CHECK(csv(kInvoiceHead + "R1;1;1;31.02.2026;1;;", &invoices()).items ==
          std::vector<std::string>{"2 Datum invalid_time"});
    CHECK(json(R"({"source":"jtl","cust)").items == std::vector<std::string>{"unfinished at 0"});
    CHECK(json(R"({"source":"jtl"})").items == std::vector<std::string>{"1 /customer missing_id"});
  }
  SUBCASE("whole: half a row leaves the order before it alone, too") {
    const auto got = csv(kOrderHead + a1 + "A1;7", &orders());
    CHECK(got.items == std::vector<std::string>{"unfinished at " + std::to_string(kOrderHead.size())});
  }
}

TEST_CASE("reader: goes on in the middle") {
  const std::string text = kInvoiceHead + "R1;1;1;01.05.2026;1;;\nR2;1;1;01.05.2026;2;;\nR3;1;1;01.05.2026;x;;\n";
  const auto whole = csv(text, &invoices());
  ErpReader reader(options(ErpFormat::csv, &invoices()));
  reader.feed(text.substr(0, 40));
  ErpItem item;
  CHECK_FALSE(reader.next(item));
  REQUIRE(reader.header_known());
  reader.resume(whole.all[0].end, 3);
  const auto rest = read(reader, text.substr(whole.all[0].end));
  REQUIRE(rest.items.size() == 2);
  CHECK(rest.items[0] == whole.items[1]);
  CHECK(rest.items[1] == "4 Netto invalid_amount");
  CHECK(rest.all[0].begin == whole.all[1].begin);
}

TEST_CASE("reader: exports of Windows") {
  const ErpMapping customers = mapping(
      "encoding = 'windows-1252'\n[[file]]\npattern = '*'\nkind = 'customer'\ncustomer = 'Nr'\n[file.data]\ncompany = "
      "'K\u00fcrzel'\n");
  const auto got = csv("Nr;K\xFCrzel\n1;M\xFCller \x80\n", &customers);
  REQUIRE(got.items.size() == 1);
  CHECK(has(got.items[0], "\"company\":\"M\u00fcller \u20ac\""));
  CHECK(from_windows_1252("\x81") == "\uFFFD");
}

TEST_CASE("reader: booleans, dates and constants of a mapping") {
  const ErpMapping customers = mapping(
      "no = ['nein', '']\n[[file]]\npattern = '*'\nkind = 'customer'\ncustomer = 'Nr'\n"
      "[file.data]\nnetPrices = 'N'\nbusinessType = { value = 'hotel' }\nchurnDays = { value = 45 }\ncreatedOn = { "
      "column = 'Seit', map = { '00.00.0000' = '' } }\n");
  const auto got = csv("Nr;N;Seit\n1;Ja;01.02.2020\n2;;00.00.0000\n3;vielleicht;\n", &customers);
  REQUIRE(got.items.size() == 3);
  CHECK(
      has(got.items[0], R"("data":{"netPrices":true,"businessType":"hotel","churnDays":45,"createdOn":"2020-02-01"})"));
  CHECK(has(got.items[1], R"("data":{"netPrices":false,"businessType":"hotel","churnDays":45})"));
  CHECK(got.items[2] == "4 N invalid_value");
}

}  // namespace scoreline::producers
