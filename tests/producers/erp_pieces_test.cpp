#include "producers/erp_pieces.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace scoreline::producers {
namespace {

using Row = std::vector<std::string>;
using Format = ErpPieces::Format;

struct Cut {
  std::string text;
  std::uint64_t begin, end, line;
  bool terminated;
  std::string fault;
};

// All pieces of a text that comes in chunks.
std::vector<Cut> cut(Format format, const std::string& text, std::size_t chunk = SIZE_MAX, char delimiter = ',') {
  ErpPieces pieces(format);
  pieces.set_delimiter(delimiter);
  std::vector<Cut> out;
  ErpPiece piece;
  const auto drain = [&] {
    while (pieces.next(piece))
      out.push_back(
          {std::string(piece.text), piece.begin, piece.end, piece.line, piece.terminated, std::string(piece.fault)});
  };
  for (std::size_t at = 0; at < text.size(); at += std::min(chunk, text.size() - at)) {
    pieces.feed(std::string_view(text).substr(at, chunk));
    drain();
  }
  pieces.finish();
  drain();
  return out;
}

Row fields(std::string_view record, char delimiter = ',') {
  Row out;
  const auto read = csv_fields(record, delimiter, out);
  if (!read) return {"fault at field " + read.error().where};
  return out;
}

std::string written(const std::vector<Row>& rows, char delimiter, const std::string& line_end, bool quote_all,
                    bool last_end) {
  std::string out;
  for (const Row& row : rows) {
    if (&row != &rows.front()) out += line_end;
    for (const std::string& field : row) {
      if (&field != &row.front()) out.push_back(delimiter);
      if (!quote_all && field.find_first_of("\"\r\n,;\t") == std::string::npos && !(row.size() == 1 && field.empty())) {
        out += field;
        continue;
      }
      out.push_back('"');
      for (const char c : field) out.append(c == '"' ? 2 : 1, c);
      out.push_back('"');
    }
  }
  return last_end ? out + line_end : out;
}

}  // namespace

TEST_CASE("pieces: lines with their places") {
  const auto lines = cut(Format::lines, "a\r\n\nccc\nd");
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].text == "a");
  CHECK(lines[1].text.empty());
  CHECK(lines[1].begin == 3);
  CHECK(lines[2].text == "ccc");
  CHECK(lines[2].begin == 4);
  CHECK(lines[2].end == 8);
  CHECK(lines[2].line == 3);
  CHECK(lines[2].terminated);
  CHECK(lines[3].text == "d");
  CHECK_FALSE(lines[3].terminated);
  CHECK(lines[3].end == 9);
}

TEST_CASE("pieces: a line that is not finished waits for the rest") {
  ErpPieces pieces(Format::lines, 100, 7);
  ErpPiece piece;
  pieces.feed("{\"a\"");
  CHECK_FALSE(pieces.next(piece));
  CHECK(pieces.rest() == "{\"a\"");
  pieces.feed(":1}\n");
  REQUIRE(pieces.next(piece));
  CHECK(piece.text == "{\"a\":1}");
  CHECK(piece.begin == 100);
  CHECK(piece.end == 108);
  CHECK(piece.line == 7);
  CHECK(pieces.rest_offset() == 108);
  CHECK(pieces.rest_line() == 8);
}

TEST_CASE("pieces: a record of CSV goes over lines within quotes") {
  const auto records = cut(Format::csv, "a,\"b\n\"\"c\"\"\r\n\",d\r\ne,5\" pipe,f\n\"g\"");
  REQUIRE(records.size() == 3);
  CHECK(records[0].text == "a,\"b\n\"\"c\"\"\r\n\",d");
  CHECK(records[1].text == "e,5\" pipe,f");
  CHECK(records[1].line == 4);
  CHECK(records[2].text == "\"g\"");
  CHECK_FALSE(records[2].terminated);
}

TEST_CASE("pieces: a quote that never closes costs its own line, not the rest") {
  const auto records = cut(Format::csv, "a,b\n\"c,d\ne,f\ng,h\n");
  REQUIRE(records.size() == 4);
  CHECK(records[1].fault == "open_quote");
  CHECK(records[1].text == "\"c,d");
  CHECK(records[1].line == 2);
  CHECK(records[2].text == "e,f");
  CHECK(records[2].fault.empty());
  CHECK(records[3].text == "g,h");
  const auto tail = cut(Format::csv, "a,b\n\"c,d");
  REQUIRE(tail.size() == 2);
  CHECK(tail[1].fault == "open_quote");
  CHECK_FALSE(tail[1].terminated);
}

TEST_CASE("pieces: what is too long is one fault, and memory stays bounded") {
  const std::string large(ErpPieces::kPieceBytesMax + 1, 'x');
  for (const Format format : {Format::lines, Format::csv}) {
    for (const std::string& text : {large, large + large, "\"" + large, "a,\"" + large}) {
      CAPTURE(static_cast<int>(format));
      const auto pieces = cut(format, "1\n" + text + "\n2\n", 100'000);
      REQUIRE(pieces.size() == 3);
      CHECK(pieces[1].fault == "too_long");
      CHECK(pieces[1].begin == 2);
      CHECK(pieces[1].end == 2 + text.size() + 1);
      CHECK(pieces[1].line == 2);
      CHECK(pieces[2].text == "2");
      CHECK(pieces[2].line == 3);
      CHECK(pieces[2].begin == pieces[1].end);
    }
  }
  const auto exactly = cut(Format::lines, std::string(ErpPieces::kPieceBytesMax - 1, 'x') + "\n");
  REQUIRE(exactly.size() == 1);
  CHECK(exactly[0].fault.empty());
}

TEST_CASE("pieces: a quote that opens before much text ends at its line") {
  std::string text = "\"open,1\n";
  while (text.size() < ErpPieces::kPieceBytesMax + 100) text += "row,2\n";
  const auto records = cut(Format::csv, text, 50'000);
  CHECK(records[0].fault == "open_quote");
  CHECK(records[1].text == "row,2");
  CHECK(records.size() > 100'000);
}

TEST_CASE("csv: fields") {
  CHECK(fields("a,b,,d") == Row{"a", "b", "", "d"});
  CHECK(fields("") == Row{""});
  CHECK(fields("a,") == Row{"a", ""});
  CHECK(fields("\"a,\"\"b\"\"\",\"\"") == Row{"a,\"b\"", ""});
  CHECK(fields("5\" pipe,b") == Row{"5\" pipe", "b"});
  CHECK(fields("a;b,c", ';') == Row{"a", "b,c"});
  CHECK(fields("a,\"b") == Row{"fault at field 2"});
  CHECK(fields("\"a\"b,c") == Row{"fault at field 1"});
}

TEST_CASE("csv: the delimiter is seen in the first line") {
  CHECK(csv_delimiter("id;name;net\n1,5;x;2,5\n") == ';');
  CHECK(csv_delimiter("id,name\n") == ',');
  CHECK(csv_delimiter("id\tname, first\tnet\n") == '\t');
  CHECK(csv_delimiter("\"a,b,c\";d\n") == ';');
  CHECK(csv_delimiter("id\n1;2;3\n") == ',');
  CHECK(csv_delimiter("") == ',');
}

TEST_CASE("csv: what is written is read again, however it is cut into chunks") {
  rc::check([] {
    const char delimiter = *rc::gen::element(';', ',', '\t');
    const auto cell = rc::gen::container<std::string>(rc::gen::weightedElement<char>(
        {{8, 'a'}, {3, '"'}, {3, '\n'}, {2, '\r'}, {2, ','}, {2, ';'}, {1, '\t'}, {1, ' '}}));
    const auto columns = *rc::gen::inRange<std::size_t>(1, 5);
    auto rows = *rc::gen::nonEmpty(rc::gen::container<std::vector<Row>>(rc::gen::container<Row>(columns, cell)));
    const std::string text = written(rows, delimiter, *rc::gen::element<std::string>("\n", "\r\n"),
                                     *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>());
    const auto records = cut(Format::csv, text, *rc::gen::inRange<std::size_t>(1, 20), delimiter);
    RC_ASSERT(records.size() == rows.size());
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(records[i].fault.empty());
      RC_ASSERT(fields(records[i].text, delimiter) == rows[i]);
      RC_ASSERT(records[i].begin == at);
      at = records[i].end;
    }
    RC_ASSERT(at == text.size());
  });
}

TEST_CASE("csv: any text is cut into pieces that cover it, with the same result for every chunk size") {
  rc::check([] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::weightedElement<char>({{5, 'a'}, {3, '"'}, {3, '\n'}, {1, '\r'}, {3, ','}}));
    const auto whole = cut(Format::csv, text);
    const auto chunked = cut(Format::csv, text, *rc::gen::inRange<std::size_t>(1, 9));
    RC_ASSERT(whole.size() == chunked.size());
    std::uint64_t at = 0, line = 1;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      RC_ASSERT(whole[i].text == chunked[i].text);
      RC_ASSERT(whole[i].fault == chunked[i].fault);
      RC_ASSERT(whole[i].begin == at);
      RC_ASSERT(whole[i].line == line);
      for (std::uint64_t byte = at; byte < whole[i].end; ++byte) line += text[byte] == '\n' ? 1 : 0;
      at = whole[i].end;
    }
    RC_ASSERT(at == text.size());
  });
}

}  // namespace scoreline::producers
