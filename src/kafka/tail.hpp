#pragma once
/// Reads a topic for people: everything that `scoreline tail` shows in kcat -J's form. Outside of any group; bounded
/// memory.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "kafka/settings.hpp"

namespace scoreline::kafka {

/// Where to begin or to end. An instant means the first record at or after it (by the record's time).
struct TailPlace {
  enum class Kind : std::uint8_t { begin, end, offset, time } kind = Kind::begin;
  std::int64_t offset = 0;
  base::Instant time;
};

struct TailHeader {
  std::string_view name;
  std::optional<std::string_view> value;
};

/// One record as it stands in the log; valid during the callback.
struct TailRecord {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string_view time_type;  // "create", "logappend" or "unknown", as kcat says
  std::int64_t time_ms = -1;
  std::int32_t broker = -1;
  std::vector<TailHeader> headers;
  std::optional<std::string_view> key, payload;
};

struct TailRequest {
  std::string topic;                     // full name, prefix included
  std::vector<std::int32_t> partitions;  // empty: all
  TailPlace from{TailPlace::Kind::begin, 0, {}};
  TailPlace to{TailPlace::Kind::end, 0, {}};  // exclusive; ignored with follow
  bool follow = false;
};

/// Calls `show` for each record, in order within a partition, until `to` is reached everywhere (`end`: as it is now),
/// or `show` returns false. `idle` is called at least twice a second while following; false ends it. Throws
/// base::Unavailable (also when nothing comes for 30 s without follow) and base::UsageError (no such partition).
void tail(const Settings& settings, const TailRequest& request, const std::function<bool(const TailRecord&)>& show,
          const std::function<bool()>& idle);

}  // namespace scoreline::kafka
