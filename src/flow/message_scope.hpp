#pragma once
/// What makes a message id one that was not accepted before (semantics 3, Duplicates): topic, writer, record key and
/// id.
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "core/activity.hpp"

namespace scoreline::flow {

/// Keyed hash that names an input for ever. `writer`: write key or connector; of crm.events there is one. `scratch`:
/// memory reused from call to call.
inline base::Hash128 message_scope(const base::HashKey& key, core::InputTopic topic, std::string_view writer,
                                   std::string_view record_key, std::string_view message_id, std::string& scratch) {
  scratch.clear();
  base::ByteWriter out(scratch);
  out.u64(static_cast<std::uint64_t>(topic));
  out.text(topic == core::InputTopic::crm ? std::string_view{} : writer);
  out.text(record_key);
  out.text(message_id);
  return base::keyed_hash(key, scratch);
}

}  // namespace scoreline::flow
