/// Any bytes as records of lead.firings.
#include "wire/firing_record.hpp"

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/record_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scoreline::fuzz::check_record({reinterpret_cast<const char*>(data), size}, scoreline::wire::decode_firing_record);
  return 0;
}
