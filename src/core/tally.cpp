#include "core/tally.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace scoreline::core {
namespace {

/// Far beyond year 9999 on both sides, near enough that differences of days never overflow.
constexpr std::int64_t kFarthestDay = 10'000'000;

auto place(const DayCount& count) { return std::tuple(count.value, count.day); }

constexpr auto kBefore = [](const auto& group, std::uint64_t match) { return group.match < match; };
constexpr auto kEarlier = [](const DayCount& a, const DayCount& b) { return place(a) < place(b); };

/// Wraps instead of overflowing, so that even absurd sums commute.
std::int32_t sum(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

std::int32_t times(std::int32_t n, std::int32_t sign) { return sign < 0 ? sum(~n, 1) : n; }

}  // namespace

bool any_within(Tally tally, Day today, std::int32_t within_days) {
  return std::any_of(tally.begin(), tally.end(), [&](const DayCount& count) {
    const std::int64_t age = std::int64_t{today.n} - count.day.n;
    return count.n > 0 && age >= 0 && (within_days == 0 || age < within_days);
  });
}

void Tallies::add(std::uint64_t match, std::uint64_t value, Day day, std::int32_t n) {
  if (n == 0) return;
  auto group = std::lower_bound(groups_.begin(), groups_.end(), match, kBefore);
  const std::uint32_t begin = group == groups_.begin() ? 0 : std::prev(group)->end;
  if (group == groups_.end() || group->match != match) group = groups_.insert(group, Group{match, begin});
  const DayCount added{value, day, n};
  const auto last = counts_.begin() + group->end;
  const auto at = std::lower_bound(counts_.begin() + begin, last, added, kEarlier);
  if (at == last || place(*at) != place(added)) {
    counts_.insert(at, added);
    for (auto later = group; later != groups_.end(); ++later) ++later->end;
    return;
  }
  at->n = sum(at->n, n);
  if (at->n != 0) return;
  counts_.erase(at);
  for (auto later = group; later != groups_.end(); ++later) --later->end;
  if (group->end == begin) groups_.erase(group);
}

void Tallies::append(std::uint64_t match, const DayCount& count) {
  if (count.n == 0) return;
  if (groups_.empty() || groups_.back().match != match) groups_.push_back({match, 0});
  counts_.push_back(count);
  groups_.back().end = static_cast<std::uint32_t>(counts_.size());
}

void Tallies::combine(const Tallies& other, std::int32_t sign) {
  if (&other == this) return combine(Tallies(other), sign);
  const Tallies mine = std::exchange(*this, {});
  std::size_t i = 0, j = 0;
  while (i < mine.size() || j < other.size()) {
    const bool take_mine = i < mine.size() && (j == other.size() || mine.groups_[i].match <= other.groups_[j].match);
    const bool take_other = j < other.size() && (i == mine.size() || other.groups_[j].match <= mine.groups_[i].match);
    const std::uint64_t match = take_mine ? mine.groups_[i].match : other.groups_[j].match;
    const Tally a = take_mine ? mine.entry(i++).tally : Tally{};
    const Tally b = take_other ? other.entry(j++).tally : Tally{};
    auto x = a.begin();
    auto y = b.begin();
    while (x != a.end() || y != b.end()) {
      if (y == b.end() || (x != a.end() && place(*x) < place(*y))) {
        append(match, *x++);
      } else if (x == a.end() || place(*y) < place(*x)) {
        append(match, {y->value, y->day, times(y->n, sign)});
        ++y;
      } else {
        append(match, {x->value, x->day, sum(x->n, times(y->n, sign))});
        ++x, ++y;
      }
    }
  }
}

void Tallies::remove(std::uint64_t match) {
  const auto group = std::lower_bound(groups_.begin(), groups_.end(), match, kBefore);
  if (group == groups_.end() || group->match != match) return;
  const std::uint32_t begin = group == groups_.begin() ? 0 : std::prev(group)->end;
  const std::uint32_t length = group->end - begin;
  counts_.erase(counts_.begin() + begin, counts_.begin() + group->end);
  for (auto later = groups_.erase(group); later != groups_.end(); ++later) later->end -= length;
}

void Tallies::clear() {
  groups_.clear();
  counts_.clear();
}

Tally Tallies::of(std::uint64_t match) const {
  const auto group = std::lower_bound(groups_.begin(), groups_.end(), match, kBefore);
  if (group == groups_.end() || group->match != match) return {};
  return entry(static_cast<std::size_t>(group - groups_.begin())).tally;
}

// Per match: its hash, twice the number of counts (+ 1: values are written, too), the counts. Days are written as the
// distance to the one before.
void Tallies::encode(base::ByteWriter& out) const {
  out.u64(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Tally tally = entry(i).tally;
    const bool values = std::any_of(tally.begin(), tally.end(), [](const DayCount& count) { return count.value != 0; });
    out.fixed64(groups_[i].match);
    out.u64(tally.size() * 2 + (values ? 1 : 0));
    std::int64_t before = 0;
    for (const DayCount& count : tally) {
      if (values) out.fixed64(count.value);
      out.i64(count.day.n - before);
      out.i64(count.n);
      before = count.day.n;
    }
  }
}

bool Tallies::decode_group(base::ByteReader& in) {
  const std::uint64_t match = in.fixed64();
  const std::uint64_t header = in.u64();
  if (!in.ok() || header < 2 || (!groups_.empty() && groups_.back().match >= match)) return false;
  const std::size_t first = counts_.size();
  std::int64_t day = 0;
  for (std::uint64_t i = 0; i < header / 2; ++i) {
    const std::uint64_t value = (header & 1) != 0 ? in.fixed64() : 0;
    const std::int64_t distance = in.i64();
    const std::int64_t n = in.i64();
    if (!in.ok() || distance < -2 * kFarthestDay || distance > 2 * kFarthestDay) return false;
    day += distance;
    if (day < -kFarthestDay || day > kFarthestDay || n == 0 || n < INT32_MIN || n > INT32_MAX) return false;
    const DayCount count{value, Day{static_cast<std::int32_t>(day)}, static_cast<std::int32_t>(n)};
    if (counts_.size() > first && place(counts_.back()) >= place(count)) return false;
    counts_.push_back(count);
  }
  groups_.push_back({match, static_cast<std::uint32_t>(counts_.size())});
  return true;
}

bool Tallies::decode(base::ByteReader& in) {
  clear();
  const std::size_t groups = in.count();
  bool good = in.ok();
  for (std::size_t i = 0; good && i < groups; ++i) good = decode_group(in);
  if (!good) clear();
  return good;
}

void CountedTallies::stage(std::uint64_t version, std::uint64_t match, std::uint64_t value, Day day, std::int32_t n) {
  if (staged_version != version) {
    staged.clear();
    staged_version = version;
  }
  staged.add(match, value, day, n);
}

void CountedTallies::merge_tallies(const CountedTallies& other) {
  tallies.merge(other.tallies);
  if (other.staged.empty()) return;
  if (staged.empty() || other.staged_version > staged_version) {
    staged = other.staged;
    staged_version = other.staged_version;
  } else if (other.staged_version == staged_version) {
    staged.merge(other.staged);
  }
}

void CountedTallies::promote_tallies(const RuleBook& book, std::uint64_t keep) {
  std::unordered_set<std::uint64_t> counted{keep};
  for (const Match& match : book.matches) counted.insert(match.hash);
  const bool ready = !staged.empty() && staged_version == book.version;
  std::vector<std::uint64_t> gone;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const std::uint64_t match = tallies.entry(i).match;
    if (!counted.contains(match) || (ready && !staged.of(match).empty())) gone.push_back(match);
  }
  for (const std::uint64_t match : gone) tallies.remove(match);
  if (ready) tallies.merge(staged);
  if (staged_version > book.version) return;  // for a rule book still to come
  staged.clear();
  staged_version = 0;
}

void CountedTallies::clear_tallies() {
  tallies.clear();
  staged.clear();
  staged_version = 0;
}

void CountedTallies::encode_tallies(base::ByteWriter& out) const {
  tallies.encode(out);
  out.boolean(!staged.empty());
  if (staged.empty()) return;
  out.u64(staged_version);
  staged.encode(out);
}

bool CountedTallies::decode_tallies(base::ByteReader& in) {
  clear_tallies();
  if (!tallies.decode(in)) return false;
  if (!in.boolean()) return in.ok();
  staged_version = in.u64();
  return staged.decode(in);
}

}  // namespace scoreline::core
