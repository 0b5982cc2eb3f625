/// Any bytes as an export: what is cut covers the stream whatever the chunks are, and what comes out is what the
/// decoder takes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "producers/erp_reader.hpp"
#include "producers/erp_record.hpp"

namespace producers = scoreline::producers;
using producers::ErpFormat;

namespace {

const producers::ErpMapping& mapping() {
  static const producers::ErpMapping made = *producers::load_erp_mapping("fuzz", R"(
    source = "s"
    decimals = "comma"
    dates = "DD.MM.YYYY"
    timezone = "Europe/Berlin"
    rates.CHF = "1.05"
    [[file]]
    pattern = "*"
    kind = "order"
    id = ["a", "b"]
    customer = "c"
    currency = "w"
    timestamp = "t"
    [file.data]
    placedOn = "d"
    netCents = { sum = "lines" }
    cancelled = "x"
    [file.lines]
    sku = "s"
    quantity = "q"
    netCents = "n"
  )")
                                                 .mapping;
  return made;
}

// What became of the stream, as one text.
std::string read(std::string_view text, ErpFormat format, const producers::ErpFileMapping* file, std::size_t chunk) {
  producers::ErpReader::Options options;
  options.format = format;
  options.mapping = file;
  options.money.rates = &mapping().rates;
  producers::ErpReader reader(options);
  std::string out;
  producers::ErpItem item;
  std::uint64_t at = 0;
  const auto drain = [&] {
    while (reader.next(item)) {
      if (item.begin < at || item.end < item.begin) std::abort();
      at = item.begin;
      out += std::to_string(item.begin) + " " + std::to_string(item.end) + " ";
      if (item.kind == producers::ErpItem::Kind::change) {
        const std::string value = item.change.value(2);
        if (!producers::read_erp_value(value, {}, "EUR")) std::abort();
        out += value;
      } else {
        out += item.fault.code;
      }
      out += "\n";
    }
  };
  for (std::size_t i = 0; i < text.size(); i += chunk) {
    reader.feed(text.substr(i, chunk));
    drain();
  }
  reader.finish(producers::ErpReader::Ending::whole);
  drain();
  return out + (reader.broken() ? reader.broken()->code : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string head = "a;b;c;w;t;d;x;s;q;n\n";
  for (const ErpFormat format : {ErpFormat::csv, ErpFormat::ndjson}) {
    for (const producers::ErpFileMapping* file :
         {static_cast<const producers::ErpFileMapping*>(nullptr), &mapping().files.front()}) {
      const std::string stream =
          format == ErpFormat::csv && file != nullptr ? head + std::string(text) : std::string(text);
      if (read(stream, format, file, stream.size() + 1) != read(stream, format, file, 7)) std::abort();
    }
  }
  return 0;
}
