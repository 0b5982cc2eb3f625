#include "wire/activity_text.hpp"
#include "wire/derived_text.hpp"
#include "wire/lead_change.hpp"
#include "wire/lead_change_kinds.hpp"

namespace scoreline::wire {
namespace {

using core::LeadChange;
using core::Signal;
using record::Reader;
using Kind = core::LeadChange::Kind;

/// One record on its way in; members may come in any order.
class Decoder {
 public:
  explicit Decoder(std::string_view json) : reader_(json), activity_(reader_, seen_activity_) {}
  base::Result<LeadChange> run();

 private:
  bool top(std::string_view key);
  void activity();
  void signal();
  void facts();
  void did();
  void pairs(std::vector<std::pair<std::string, std::string>>& pairs, std::string_view where);
  bool personal(std::string_view key);
  void require();
  void require(const Signal& signal);

  Reader reader_;
  LeadChange change_;
  record::Seen seen_;
  core::Activity seen_activity_;
  record::ActivityReader activity_;
  bool has_activity_ = false, has_log_time_ = false, has_facts_ = false;
};

base::Result<LeadChange> Decoder::run() {
  const bool read = reader_.whole([this](std::string_view key) {
    return record::read_derived(reader_, change_, record::kChangeKinds, seen_, key) || top(key);
  });
  if (!read) return reader_.error();
  record::settle_derived(reader_, change_, seen_);
  require();
  if (!reader_.ok()) return reader_.error();
  activity_.finish();
  if (has_activity_) change_.activity = std::move(seen_activity_);
  return std::move(change_);
}

bool Decoder::top(std::string_view key) {
  if (key == "cause_key")
    reader_.text(change_.cause_key, "/cause_key");
  else if (key == "log_time")
    reader_.instant(change_.log_time, "/log_time"), has_log_time_ = true;
  else if (key == "rulebook")
    reader_.natural(change_.rulebook, "/rulebook");
  else if (key == "suppressed")
    reader_.text(change_.suppressed, "/suppressed");
  else if (key == "depth")
    reader_.natural31(change_.depth, "/depth");
  else if (key == "activity")
    activity();
  else if (key == "signals")
    reader_.array("/signals", [this] { signal(); });
  else if (key == "facts")
    facts();
  else if (key == "refused")
    reader_.text(change_.refused, "/refused");
  else if (key == "merge_id")
    reader_.text(change_.merge_id, "/merge_id");
  else if (key == "personal")
    reader_.object("/personal", [this](std::string_view member) { return personal(member); });
  else
    return false;
  return true;
}

void Decoder::activity() {
  has_activity_ = true;
  const Reader::Within within(reader_, "/activity");
  reader_.object("", [this](std::string_view key) { return activity_.fact(key); });
}

void Decoder::signal() {
  Signal& signal = change_.signals.emplace_back();
  const Reader::Within within(reader_, "/signals");
  bool kind = false;
  reader_.object("", [&](std::string_view key) {
    if (key == "kind")
      reader_.kind(signal.kind, record::kSignalKinds), kind = true;
    else if (key == "subject")
      reader_.text(signal.subject, "/subject");
    else if (key == "from")
      reader_.text_or_null(signal.from, "/from");
    else if (key == "to")
      reader_.text_or_null(signal.to, "/to");
    else if (key == "value")
      reader_.text(signal.value, "/value");
    else if (key == "deal")
      reader_.text(signal.deal, "/deal");
    else if (key == "by")
      reader_.text(signal.by, "/by");
    else if (key == "manual")
      reader_.flag(signal.manual, "/manual");
    else
      return false;
    return true;
  });
  reader_.require(kind, "a signal does not say what it is", "/kind");
  require(signal);
}

void Decoder::require(const Signal& signal) {
  const bool stage = signal.kind == Signal::Kind::stage;
  if (stage || signal.kind == Signal::Kind::intent)
    reader_.require(!signal.subject.empty(), "a signal does not say of which intent or pipeline", "/subject");
  reader_.require(!stage || !signal.to.empty(), "a stage entry names no stage", "/to");
  reader_.require(!stage || !signal.deal.empty(), "a stage entry names no deal", "/deal");
}

void Decoder::facts() {
  has_facts_ = true;
  core::ChangeFacts& facts = change_.facts;
  const Reader::Within within(reader_, "/facts");
  reader_.object("", [&](std::string_view key) {
    if (key == "tier")
      reader_.text(facts.tier, "/tier");
    else if (key == "levels")
      pairs(facts.levels, "/levels");
    else if (key == "stages")
      pairs(facts.stages, "/stages");
    else if (key == "customer")
      reader_.raw_object_or_null(facts.customer, "/customer");
    else if (key == "did")
      reader_.array("/did", [this] { did(); });
    else
      return false;
    return true;
  });
}

void Decoder::pairs(std::vector<std::pair<std::string, std::string>>& pairs, std::string_view where) {
  reader_.object(where, [&](std::string_view key) {
    reader_.text(pairs.emplace_back(key, std::string()).second, where);
    return true;
  });
}

void Decoder::did() {
  auto& [match, within_days] = change_.facts.did.emplace_back();
  bool named = false;
  reader_.object("/did", [&](std::string_view key) {
    if (key == "match")
      reader_.hex64(match, "/did/match"), named = true;
    else if (key == "within_days")
      reader_.natural31(within_days, "/did/within_days");
    else
      return false;
    return true;
  });
  reader_.require(named, "what the lead did has no match", "/did/match");
}

bool Decoder::personal(std::string_view key) {
  const Reader::Within within(reader_, "/personal");
  if (key == "activity") {
    const Reader::Within activity(reader_, "/activity");
    reader_.object("", [this](std::string_view member) { return activity_.personal(member); });
  } else if (key == "facts") {
    const Reader::Within facts(reader_, "/facts");
    reader_.object("", [this](std::string_view member) {
      if (member != "traits") return false;
      record::read_traits(reader_, change_.facts.traits, "/traits");
      return true;
    });
  } else if (key == "payload") {
    reader_.base64(change_.payload, "/payload");
  } else {
    return false;
  }
  return true;
}

void Decoder::require() {
  const Kind kind = change_.kind;
  const bool merge = kind == Kind::merged || kind == Kind::taken;
  if (kind == Kind::changed || kind == Kind::retracted)
    reader_.require(!change_.cause_key.empty(), "the record does not name its cause for ever", "/cause_key");
  reader_.require(kind == Kind::mark || has_log_time_, "the record has no log time", "/log_time");
  reader_.require(kind != Kind::changed || has_facts_, "the record does not say what stood then", "/facts");
  reader_.require(!merge || change_.other, "the merge names no other lead", "/other");
  if (!has_activity_) return;
  const Reader::Within within(reader_, "/activity");
  activity_.require();
}

}  // namespace

base::Result<LeadChange> decode_lead_change(std::string_view json) { return Decoder(json).run(); }

}  // namespace scoreline::wire
