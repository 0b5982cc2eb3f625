#pragma once
/// Derived records between commit and acknowledgement, and refused inputs (migrations: lanes). Both keep what may be
/// personal as bytes in one column each: the place where sealing will happen.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pg/session.hpp"

namespace scoreline::pg {

class PgOutbox final : public flow::OutboxTable {
 public:
  explicit PgOutbox(PgSession& session);
  ~PgOutbox() override;
  void append(const std::string& consumer, std::span<const flow::OutboxRow> rows) override;
  void remove(const std::string& consumer, std::span<const flow::BatchId> up_to) override;
  std::vector<std::pair<std::uint64_t, flow::OutBatch>> pending(const std::string& consumer, std::int32_t lane,
                                                                std::uint64_t acked_batch) override;

 private:
  class Compressor;
  PgSession& session_;
  std::unique_ptr<Compressor> compressor_;
};

class PgDeadLetters final : public flow::DeadLetterTable {
 public:
  explicit PgDeadLetters(PgSession& session);
  void append(std::span<const flow::DeadLetter> letters) override;

 private:
  PgSession& session_;
};

}  // namespace scoreline::pg
