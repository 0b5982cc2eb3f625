#pragma once
/// Accepted message ids of identity's lanes (migrations: identity). See flow::MessageIdTable and flow/message_ids.hpp.
#include <string>
#include <utility>
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgMessageIds final : public flow::MessageIdTable {
 public:
  explicit PgMessageIds(PgSession& session);
  void append(std::int32_t lane, std::uint64_t batch_no, std::string_view packed) override;
  std::pair<std::string, std::vector<flow::IdSegment>> open(std::int32_t lane) override;
  void close(std::int32_t lane, const flow::IdSegment& segment, std::string_view sorted, Instant keep_from) override;
  std::vector<std::string> read(std::int32_t lane, std::span<const Slice> slices) override;

 private:
  PgSession& session_;
};

}  // namespace scoreline::pg
