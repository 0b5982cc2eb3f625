#include "consumers/cause.hpp"

namespace scoreline::consumers {
namespace {

/// A fact that our own actions caused comes back with the depth of its cause + 1: so loops end.
constexpr std::int32_t kDeepest = 8;

std::string key_of(const flow::LeadContext& context, const std::string& founding) {
  if (context.activity != nullptr)
    return context.retraction ? core::retraction_key(*context.activity) : core::cause_key(*context.activity);
  if (context.place.phase == core::Place::Phase::day) return core::midnight_key(founding, context.place.day);
  return core::rulebook_key(founding, context.rulebook);
}

std::string suppressed(const flow::LeadContext& context) {
  if (context.activity != nullptr && context.activity->history) return "history";
  if (context.activity != nullptr && context.activity->depth >= kDeepest) return "loop";
  if (context.activity == nullptr && context.place.phase != core::Place::Phase::day && !context.fire) return "rulebook";
  return context.replay ? "replay" : "";
}

}  // namespace

core::LeadChange change_of(const flow::LeadContext& context, std::string& founding) {
  core::LeadChange change;
  change.cause_key = key_of(context, founding);
  if (founding.empty()) founding = change.cause_key;
  change.suppressed = suppressed(context);
  change.depth = context.activity == nullptr ? 0 : context.activity->depth;
  return change;
}

}  // namespace scoreline::consumers
