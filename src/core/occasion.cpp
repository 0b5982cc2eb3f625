#include "core/occasion.hpp"

#include <algorithm>

#include "core/tier.hpp"

namespace scoreline::core {
namespace {

bool rises_to(const std::string& wanted, const Signal& signal, const std::vector<Level>& levels) {
  const int place = find_level(levels, wanted);
  return place >= 0 && find_level(levels, signal.from) < place && find_level(levels, signal.to) >= place;
}

bool rises_to(const Occasion& wanted, const Signal& signal, const std::vector<Intent>& intents) {
  const auto intent =
      std::find_if(intents.begin(), intents.end(), [&](const Intent& one) { return one.id == wanted.subject; });
  return intent != intents.end() && rises_to(wanted.text, signal, intent->levels);
}

}  // namespace

std::vector<OccasionView> occasions(const LeadChange& change) {
  std::vector<OccasionView> out;
  out.reserve(change.signals.size() + 1);
  if (change.activity) out.push_back({nullptr, 0});
  for (std::uint32_t i = 0; i < change.signals.size(); ++i) out.push_back({&change.signals[i], i + 1});
  return out;
}

bool meets(const Occasion& wanted, const OccasionView& occasion, std::span<const std::uint32_t> matches,
           const RuleBook& book) {
  const Signal* signal = occasion.signal;
  if (wanted.kind == Occasion::Kind::activity) {
    return signal == nullptr && std::binary_search(matches.begin(), matches.end(), wanted.match);
  }
  if (signal == nullptr) return false;
  switch (wanted.kind) {
    case Occasion::Kind::tier:
      return signal->kind == Signal::Kind::tier && rises_to(wanted.text, *signal, book.tiers);
    case Occasion::Kind::intent:
      return signal->kind == Signal::Kind::intent && signal->subject == wanted.subject &&
             rises_to(wanted, *signal, book.intents);
    case Occasion::Kind::stage:
      return signal->kind == Signal::Kind::stage && signal->subject == wanted.subject && signal->to == wanted.text;
    case Occasion::Kind::churn_risk:
      return signal->kind == Signal::Kind::churn_risk;
    default:
      return false;
  }
}

}  // namespace scoreline::core
