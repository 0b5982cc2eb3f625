#include "consumers/stages.hpp"

#include <doctest/doctest.h>

#include "core/stage_state.hpp"
#include "flow/memory_effects.hpp"

namespace scoreline::consumers {
namespace {

/// Stages with an empty book; each activity in a batch of its own.
struct Batches {
  flow::MemoryDatabase database;
  flow::MemorySession session{database};
  flow::MemoryDeals table{session};
  flow::DealRows rows{table};
  StagesHandler handler{std::make_shared<core::RuleBook>(), nullptr, rows};
  std::string state, personal;

  void title(const char* json, std::int64_t at_us, const char* message_id) {
    flow::LeadData lead;
    lead.state = state;
    lead.personal = personal;
    core::Activity activity;
    activity.name = activity.type = "identify";
    activity.message_id = message_id;
    activity.at = {at_us};
    activity.trait_changes = {{"title", json, activity.at, message_id}};
    handler.count(activity, 1, {}, lead);
    handler.encode(lead);
    state = lead.state;
    personal = lead.personal;
  }
  std::string title() const {
    core::StageState kept;
    REQUIRE(kept.decode_personal(personal));
    return kept.traits.all().front().json;
  }
};

TEST_CASE("stages: a trait said again later wins against what was true in between, in whatever batch that comes") {
  Batches stages;
  stages.title("\"CEO\"", 1, "m1");
  stages.title("\"CEO\"", 3, "m3");
  stages.title("\"CTO\"", 2, "m2");
  CHECK(stages.title() == "\"CEO\"");
  stages.title("\"CTO\"", 4, "m4");
  CHECK(stages.title() == "\"CTO\"");
}

}  // namespace
}  // namespace scoreline::consumers
