#include "core/enrolment.hpp"

#include <algorithm>
#include <tuple>

#include "core/effect_key.hpp"
#include "core/state_bytes.hpp"

namespace scoreline::core {
namespace {

constexpr std::uint64_t kEncoding = 1;
constexpr std::string_view kMerged = "merged";

bool enrolled_before(const Enrolment& a, const Enrolment& b) {
  return std::tie(a.enrolled_at, a.caused_by, a.key) < std::tie(b.enrolled_at, b.caused_by, b.key);
}

bool decided_before(const Enrolment& a, const Enrolment& b) {
  return std::tie(a.decided_at, a.enrolled_at, a.caused_by, a.key) <
         std::tie(b.decided_at, b.enrolled_at, b.caused_by, b.key);
}

bool was_sent(const Enrolment& enrolment, const std::string& step, Instant now) {
  return std::any_of(enrolment.steps.begin(), enrolment.steps.end(), [&](const EnrolledStep& one) {
    return one.id == step && one.cancelled.empty() && one.due_at <= now;
  });
}

/// Cancels the unsent steps of `enrolment` that were sent in `other`. True: there was one.
bool cancel_sent(Enrolment& enrolment, const Enrolment& other, Instant now) {
  bool changed = false;
  for (EnrolledStep& step : enrolment.steps) {
    if (!is_unsent(step, now) || !was_sent(other, step.id, now)) continue;
    step.cancelled = kMerged;
    changed = true;
  }
  return changed;
}

void encode_enrolment(base::ByteWriter& out, const Enrolment& enrolment) {
  out.text(enrolment.sequence);
  out.text(enrolment.cause_key);
  write_instant(out, enrolment.enrolled_at);
  write_instant(out, enrolment.dated);
  write_instant(out, enrolment.decided_at);
  write_place(out, enrolment.caused_by);
  out.text(enrolment.zone);
  out.u64(enrolment.rulebook);
  out.i64(enrolment.depth);
  out.text(enrolment.ended);
  out.u64(enrolment.steps.size());
  for (const EnrolledStep& step : enrolment.steps) {
    out.text(step.id);
    write_instant(out, step.due_at);
    out.text(step.cancelled);
  }
}

bool decode_enrolment(base::ByteReader& in, Enrolment& enrolment) {
  enrolment.sequence = in.text();
  enrolment.cause_key = in.text();
  if (!read_instant(in, enrolment.enrolled_at) || !read_instant(in, enrolment.dated) ||
      !read_instant(in, enrolment.decided_at) || !read_place(in, enrolment.caused_by)) {
    return false;
  }
  enrolment.zone = in.text();
  enrolment.rulebook = in.u64();
  const std::int64_t depth = in.i64();
  if (depth < INT32_MIN || depth > INT32_MAX) return false;
  enrolment.depth = static_cast<std::int32_t>(depth);
  enrolment.ended = in.text();
  const std::size_t steps = in.count();
  for (std::size_t i = 0; in.ok() && i < steps; ++i) {
    EnrolledStep step;
    step.id = in.text();
    if (!read_instant(in, step.due_at)) return false;
    step.cancelled = in.text();
    enrolment.steps.push_back(std::move(step));
  }
  enrolment.key = enrolment_key(enrolment.sequence, enrolment.cause_key);
  return in.ok();
}

}  // namespace

bool is_unsent(const EnrolledStep& step, Instant now) { return step.cancelled.empty() && step.due_at > now; }

bool is_active(const Enrolment& enrolment, Instant now) {
  return std::any_of(enrolment.steps.begin(), enrolment.steps.end(),
                     [&](const EnrolledStep& step) { return is_unsent(step, now); });
}

bool end(Enrolment& enrolment, std::string_view reason, Instant now) {
  if (!is_active(enrolment, now)) return false;
  for (EnrolledStep& step : enrolment.steps) {
    if (is_unsent(step, now)) step.cancelled = reason;
  }
  enrolment.ended = reason;
  return true;
}

std::size_t SequenceState::add(Enrolment enrolment) {
  enrolments_.push_back(std::move(enrolment));
  return enrolments_.size() - 1;
}

std::vector<std::size_t> SequenceState::end_all(std::string_view reason, Instant now) {
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < enrolments_.size(); ++i) {
    if (end(i, reason, now)) changed.push_back(i);
  }
  return changed;
}

std::vector<std::size_t> SequenceState::merge(const SequenceState& other, Instant now) {
  enrolments_.insert(enrolments_.end(), other.enrolments_.begin(), other.enrolments_.end());
  std::sort(enrolments_.begin(), enrolments_.end(), decided_before);
  std::vector<bool> changed(enrolments_.size());
  for (const Enrolment& enrolment : enrolments_) {
    if (is_active(enrolment, now)) keep_one_active(enrolment.sequence, now, changed);
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    if (changed[i]) out.push_back(i);
  }
  return out;
}

void SequenceState::keep_one_active(const std::string& sequence, Instant now, std::vector<bool>& changed) {
  std::vector<std::size_t> active;
  for (std::size_t i = 0; i < enrolments_.size(); ++i) {
    if (enrolments_[i].sequence == sequence && is_active(enrolments_[i], now)) active.push_back(i);
  }
  const std::size_t kept = *std::min_element(active.begin(), active.end(), [&](std::size_t a, std::size_t b) {
    return enrolled_before(enrolments_[a], enrolments_[b]);
  });
  for (const std::size_t i : active) {
    if (i == kept) continue;
    if (cancel_sent(enrolments_[kept], enrolments_[i], now)) changed[kept] = true;
    changed[i] = end(i, kMerged, now);
  }
}

void SequenceState::encode(std::string& out) const {
  base::ByteWriter bytes(out);
  bytes.u64(kEncoding);
  bytes.u64(enrolments_.size());
  for (const Enrolment& enrolment : enrolments_) encode_enrolment(bytes, enrolment);
}

bool SequenceState::decode(std::string_view in) {
  clear();
  if (in.empty()) return true;
  base::ByteReader bytes(in);
  bool good = bytes.u64() == kEncoding;
  const std::size_t size = good ? bytes.count() : 0;
  for (std::size_t i = 0; good && i < size; ++i) good = decode_enrolment(bytes, enrolments_.emplace_back());
  good = good && bytes.ok() && bytes.at_end();
  if (!good) clear();
  return good;
}

std::vector<MailPlace> mails_in_order(const SequenceState& state) {
  std::vector<MailPlace> out;
  for (std::size_t i = 0; i < state.all().size(); ++i) {
    for (std::size_t step = 0; step < state.at(i).steps.size(); ++step) out.push_back({i, step});
  }
  const auto before = [&](const MailPlace& a, const MailPlace& b) {
    const Enrolment &in_a = state.at(a.enrolment), &in_b = state.at(b.enrolment);
    const EnrolledStep &step_a = in_a.steps[a.step], &step_b = in_b.steps[b.step];
    return std::tie(step_a.due_at, in_a.sequence, step_a.id, in_a.enrolled_at, in_a.caused_by, in_a.key) <
           std::tie(step_b.due_at, in_b.sequence, step_b.id, in_b.enrolled_at, in_b.caused_by, in_b.key);
  };
  std::sort(out.begin(), out.end(), before);
  return out;
}

}  // namespace scoreline::core
