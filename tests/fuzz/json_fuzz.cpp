/// Any bytes through the JSON parts; what the strict check lets through, all others must understand.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/json.hpp"

namespace wire = scoreline::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto checked = wire::check_json(text);
  const bool object = wire::json_members(text, [](std::string_view, std::string_view) {});
  const bool array = wire::json_elements(text, [](std::string_view) {});
  const std::string canonical = wire::canonical_json(text);
  if (!checked) return 0;
  if (canonical.empty() || wire::canonical_json(canonical) != canonical) std::abort();
  if ((checked->kind == '{') != object || (checked->kind == '[') != array) std::abort();
  return 0;
}
