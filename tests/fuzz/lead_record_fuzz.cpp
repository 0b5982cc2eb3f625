/// Any bytes as records of the house; what is read is written the same way for ever.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/fields_reader.hpp"
#include "wire/lead_record.hpp"

namespace core = scoreline::core;
namespace wire = scoreline::wire;

namespace {

const core::PathTable& paths() {
  static const core::PathTable table = [] {
    core::PathTable made;
    made.add("properties.a.b", true);
    made.add("context.page.path");
    made.add("traits.title");
    return made;
  }();
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto record = wire::decode_lead_record(text)) {
    core::Fields fields;
    const wire::FieldsReader reader(paths());
    reader.read(record->activity, fields);
    reader.read_traits(record->activity.trait_changes, fields);
    const std::string written = wire::encode(*record);
    const auto again = wire::decode_lead_record(written);
    if (!again || wire::encode(*again) != written) std::abort();
  }
  return 0;
}
