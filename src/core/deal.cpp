#include "core/deal.hpp"

#include <algorithm>
#include <tuple>

#include "core/state_bytes.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;

bool created_before(const Deal& a, const Deal& b) {
  return std::tie(a.created_at, a.created_by, a.id) < std::tie(b.created_at, b.created_by, b.id);
}

int place_of(const Deal& deal, const RuleBook& book) {
  const Pipeline* pipeline = find_pipeline(book, deal.pipeline);
  return pipeline == nullptr ? -1 : find_stage(*pipeline, deal.stage);
}

/// Does `a` keep `b` from staying open when leads are merged?
bool outdoes(const Deal& a, const Deal& b, const RuleBook& book) {
  if (!a.open || !b.open || a.pipeline != b.pipeline) return false;
  const int place_a = place_of(a, book), place_b = place_of(b, book);
  return place_a != place_b ? place_a > place_b : created_before(a, b);
}

void encode_deal(base::ByteWriter& out, const Deal& deal) {
  out.text(deal.id);
  out.text(deal.pipeline);
  out.text(deal.stage);
  write_instant(out, deal.created_at);
  write_place(out, deal.created_by);
  write_instant(out, deal.moved_at);
  out.boolean(deal.closed_on.has_value());
  if (deal.closed_on) write_day(out, *deal.closed_on);
  out.u64(deal.used.size());
  for (const std::string& advance : deal.used) out.text(advance);
}

bool decode_deal(base::ByteReader& in, Deal& deal) {
  deal.id = in.text();
  deal.pipeline = in.text();
  deal.stage = in.text();
  if (!read_instant(in, deal.created_at) || !read_place(in, deal.created_by) || !read_instant(in, deal.moved_at)) return false;
  deal.open = !in.boolean();
  if (!deal.open && !read_day(in, deal.closed_on.emplace())) return false;
  const std::size_t used = in.count();
  for (std::size_t i = 0; in.ok() && i < used; ++i) deal.used.emplace_back(in.text());
  return in.ok();
}

}  // namespace

std::optional<std::size_t> Deals::newest(std::string_view pipeline) const {
  for (std::size_t i = deals_.size(); i > 0; --i) {
    if (deals_[i - 1].pipeline == pipeline) return i - 1;
  }
  return std::nullopt;
}

std::vector<std::size_t> Deals::open() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < deals_.size(); ++i) {
    if (deals_[i].open) out.push_back(i);
  }
  return out;
}

std::size_t Deals::add(Deal deal) {
  const auto at = deals_.insert(std::upper_bound(deals_.begin(), deals_.end(), deal, created_before), std::move(deal));
  const auto index = static_cast<std::size_t>(at - deals_.begin());
  refresh_stages();
  return index;
}

void Deals::move(std::size_t index, std::string stage, bool closes, Instant now) {
  Deal& deal = deals_[index];
  deal.stage = std::move(stage);
  deal.moved_at = now;
  deal.open = !closes;
  deal.closed_on = closes ? std::optional(base::day_of(now)) : std::nullopt;
  refresh_stages();
}

void Deals::use_up(std::size_t index, const std::string& advance) {
  std::vector<std::string>& used = deals_[index].used;
  if (std::find(used.begin(), used.end(), advance) == used.end()) used.push_back(advance);
}

std::vector<Deal> Deals::merge(const Deals& other, const RuleBook& book) {
  std::vector<Deal> all = std::move(deals_);
  all.insert(all.end(), other.deals_.begin(), other.deals_.end());
  std::sort(all.begin(), all.end(), created_before);
  deals_.clear();
  std::vector<Deal> merged;
  for (const Deal& deal : all) {
    const bool stays =
        std::none_of(all.begin(), all.end(), [&](const Deal& another) { return outdoes(another, deal, book); });
    (stays ? deals_ : merged).push_back(deal);
  }
  for (Deal& deal : merged) deal.open = false;
  refresh_stages();
  return merged;
}

void Deals::clear() {
  deals_.clear();
  stages_.clear();
}

void Deals::refresh_stages() {
  stages_.clear();
  for (const Deal& deal : deals_) {
    const auto at = std::lower_bound(stages_.begin(), stages_.end(), deal.pipeline,
                                     [](const auto& pair, const std::string& id) { return pair.first < id; });
    if (at != stages_.end() && at->first == deal.pipeline) {
      at->second = deal.stage;
    } else {
      stages_.emplace(at, deal.pipeline, deal.stage);
    }
  }
}

void Deals::encode(std::string& out) const {
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.u64(deals_.size());
  for (const Deal& deal : deals_) encode_deal(bytes, deal);
}

bool Deals::decode(std::string_view in) {
  clear();
  if (in.empty()) return true;
  base::ByteReader bytes(in);
  bool good = bytes.u64() == kEncoding;
  const std::size_t size = good ? bytes.count() : 0;
  for (std::size_t i = 0; good && i < size; ++i) {
    Deal deal;
    good = decode_deal(bytes, deal) && (deals_.empty() || !created_before(deal, deals_.back()));
    deals_.push_back(std::move(deal));
  }
  good = good && bytes.ok() && bytes.at_end();
  if (!good) deals_.clear();
  refresh_stages();
  return good;
}

const Pipeline* find_pipeline(const RuleBook& book, std::string_view id) {
  const auto found = std::find_if(book.pipelines.begin(), book.pipelines.end(),
                                  [&](const Pipeline& pipeline) { return pipeline.id == id; });
  return found == book.pipelines.end() ? nullptr : &*found;
}

int find_stage(const Pipeline& pipeline, std::string_view id) {
  const auto found =
      std::find_if(pipeline.stages.begin(), pipeline.stages.end(), [&](const Stage& stage) { return stage.id == id; });
  return found == pipeline.stages.end() ? -1 : static_cast<int>(found - pipeline.stages.begin());
}

}  // namespace scoreline::core
