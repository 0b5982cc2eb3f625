#include "core/cause_key.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace scoreline::core {
namespace {

/// The same in every installation: keys must not change when a log is replayed elsewhere.
std::string named(const std::string& bytes) { return base::to_hex(base::keyed_hash(base::HashKey{}, bytes)); }

}  // namespace

std::string cause_key(const Activity& activity) {
  std::string bytes;
  base::ByteWriter out(bytes);
  out.text("activity");
  out.u64(static_cast<std::uint64_t>(activity.topic));
  out.text(activity.source);
  out.text(activity.record_key);
  out.text(activity.message_id);
  return named(bytes);
}

std::string retraction_key(const Activity& original) { return named("retraction/" + cause_key(original)); }

std::string midnight_key(std::string_view founding, Day day) {
  return named("midnight/" + std::string(founding) + "/" + base::format_date(day));
}

std::string rulebook_key(std::string_view founding, std::uint64_t version) {
  return named("rulebook/" + std::string(founding) + "/" + std::to_string(version));
}

}  // namespace scoreline::core
