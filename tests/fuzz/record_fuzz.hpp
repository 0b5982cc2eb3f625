#pragma once
/// What every decoder of derived records owes: any bytes are safe, what is read is written the same way for ever, and a
/// peek sees the place that the decoder reads.
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/fact_record.hpp"
#include "wire/firing_record.hpp"
#include "wire/lead_change.hpp"
#include "wire/place_text.hpp"

namespace scoreline::fuzz {

template <typename Decode>
void check_record(std::string_view text, const Decode& decode) {
  const auto record = decode(text);
  if (!record) {
    (void)wire::peek_place(text);
    return;
  }
  std::string written, twice;
  wire::encode(*record, written);
  const auto again = decode(written);
  if (!again) std::abort();
  wire::encode(*again, twice);
  if (twice != written) std::abort();
  const auto peek = wire::peek_place(written);
  if (!peek || peek->place != record->cause || (!peek->mark && peek->lead != record->lead)) std::abort();
}

}  // namespace scoreline::fuzz
