#pragma once
/// Lane rows (migrations: lanes). See flow::LaneTable.
#include <string>
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgLanes final : public flow::LaneTable {
 public:
  explicit PgLanes(PgSession& session);
  flow::LaneRow take_over(const std::string& consumer, std::int32_t lane) override;
  std::vector<std::int32_t> claim(const std::string& consumer, std::span<const flow::LaneMove> moves) override;
  std::vector<flow::LaneRow> look(const std::string& consumer, std::span<const std::int32_t> lanes) override;
  void note_halt(const std::string& consumer, std::int32_t lane, std::uint64_t epoch,
                 const std::string& reason) override;

 private:
  flow::LaneRow try_take_over(const std::string& consumer, std::int32_t lane);
  PgSession& session_;
};

}  // namespace scoreline::pg
