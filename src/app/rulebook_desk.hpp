#pragma once
/// What publishing a rule book needs, on PostgreSQL and Kafka.
#include "app/rulebook_publish.hpp"
#include "kafka/settings.hpp"
#include "pg/admin_views.hpp"

namespace scoreline::app {

class StoredRuleBookDesk final : public RuleBookDesk, public LaneWindow {
 public:
  explicit StoredRuleBookDesk(pg::AdminViews& views) : views_(views) {}
  std::vector<RuleBookVersion> list() override;
  std::uint64_t insert(const wire::RuleBookFiles& files, const std::string& sha256, const std::string& author,
                       const std::string& note) override;
  void set_state(std::uint64_t version, flow::StoredRuleBook::State state) override { views_.set_rulebook_state(version, state); }
  void note_switching(std::uint64_t version) override { views_.note_switching(version); }
  std::vector<flow::CountBackProgress> progress(std::uint64_t version) override { return views_.progress(version); }
  std::vector<LaneStanding> lanes(const std::string& consumer) override;

 private:
  pg::AdminViews& views_;
};

/// Writes the record into every partition of lead.activities. Throws base::Unavailable.
void announce_rulebook(const kafka::Settings& settings, core::RecordKind kind, std::uint64_t version, std::int32_t partitions, bool fire);

}  // namespace scoreline::app
