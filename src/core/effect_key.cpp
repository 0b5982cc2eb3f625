#include "core/effect_key.hpp"

#include <initializer_list>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace scoreline::core {
namespace {

/// Parts go in with their lengths, so that no two lists of parts look alike. No secret: the parts are ids of rules and
/// hashes that are keyed already.
std::string key_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  base::ByteWriter bytes(text);
  for (const std::string_view part : parts) bytes.text(part);
  return base::to_hex(base::keyed_hash(base::HashKey{}, text));
}

}  // namespace

std::string firing_key(std::string_view trigger, std::string_view cause_key, std::uint32_t occasion) {
  return key_of({"firing", trigger, cause_key, std::to_string(occasion)});
}

std::string action_key(std::string_view firing_key, std::uint32_t number) {
  return key_of({"action", firing_key, std::to_string(number)});
}

std::string enrolment_key(std::string_view sequence, std::string_view cause_key) {
  return key_of({"enrolment", sequence, cause_key});
}

std::string mail_key(std::string_view sequence, std::string_view cause_key, std::string_view step) {
  return key_of({"mail", sequence, cause_key, step});
}

}  // namespace scoreline::core
