/// Any bytes as a mapping: a mapping or problems, and what is a mapping reads a row without harm.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "producers/erp_document.hpp"
#include "producers/erp_record.hpp"

namespace producers = scoreline::producers;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = producers::load_erp_mapping("fuzz", text);
  if (loaded.mapping.has_value() != loaded.problems.empty()) std::abort();
  if (!loaded.mapping) return 0;
  for (const producers::ErpFileMapping& file : loaded.mapping->files) {
    for (const char* cell : {"", "1", "01.05.2026", "1.234,56", "ja", "CHF"}) {
      const producers::ErpCells cells(file.columns.size(), {producers::ErpCell::Kind::text, cell});
      const std::vector<producers::ErpCells> lines{
          producers::ErpCells(file.lines.columns.size(), {producers::ErpCell::Kind::text, cell})};
      const producers::ErpDocumentWriter writer(file, {"EUR", &loaded.mapping->rates}, false);
      const auto rows = file.lines.mode == producers::ErpLines::Mode::rows;
      if (const auto change = writer.write(cells, rows ? lines : std::vector<producers::ErpCells>()); change)
        (void)producers::read_erp_value(change->value(1), {}, "EUR");
    }
  }
  return 0;
}
