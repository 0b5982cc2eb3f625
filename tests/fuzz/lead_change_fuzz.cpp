/// Any bytes as records of lead.changes.
#include "wire/lead_change.hpp"

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/record_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scoreline::fuzz::check_record({reinterpret_cast<const char*>(data), size}, scoreline::wire::decode_lead_change);
  return 0;
}
