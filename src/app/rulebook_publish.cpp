#include "app/rulebook_publish.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "app/commands.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"

namespace scoreline::app {
namespace {

using State = flow::StoredRuleBook::State;

const RuleBookVersion* find_version(const std::vector<RuleBookVersion>& books, std::uint64_t version) {
  const auto found = std::find_if(books.begin(), books.end(), [&](const RuleBookVersion& book) { return book.version == version; });
  return found == books.end() ? nullptr : &*found;
}

const RuleBookVersion* newest(const std::vector<RuleBookVersion>& books, State state) {
  const RuleBookVersion* best = nullptr;
  for (const RuleBookVersion& book : books)
    if (book.state == state && (best == nullptr || book.version > best->version)) best = &book;
  return best;
}

const RuleBookVersion& must_find(const std::vector<RuleBookVersion>& books, std::uint64_t version) {
  const RuleBookVersion* book = find_version(books, version);
  if (book == nullptr) throw base::UsageError(fmt::format("there is no rule book version {}; scoreline rulebook show lists them", version));
  return *book;
}

void cancel(std::uint64_t version, PublishWorld& world) {
  const auto books = world.desk.list();
  const RuleBookVersion& book = must_find(books, version);
  if (book.state == State::cancelled) return world.say(fmt::format("version {} was cancelled before", version));
  if (book.state == State::activated || book.switching)
    throw base::UsageError(
        fmt::format("version {} is in force or about to be and cannot be cancelled; publish what shall decide instead", version));
  world.desk.set_state(version, State::cancelled);
  world.say(fmt::format("version {} is cancelled", version));
}

/// How far the lanes are with one step, and whether that has changed for long enough to lose patience.
class Watch {
 public:
  explicit Watch(PublishWorld& world) : world_(world), moved_us_(world.steady_us()) {}

  /// Waits until `look` says that all is done. False: stopped, out of patience, or halted; a line says which.
  struct Look {
    bool done = false;
    std::string state;  // for people; another one means that something moved
  };
  bool until(const std::function<Look()>& look) {
    for (std::string last;;) {
      const Look now = look();
      if (now.done) return true;
      if (now.state != last) {
        last = now.state;
        moved_us_ = world_.steady_us();
        world_.progress(now.state);
      }
      if (const std::string halted = halt(); !halted.empty()) return stop("a lane is halted: " + halted);
      if (world_.steady_us() - moved_us_ > world_.patience_us) return stop(why_still());
      if (!world_.wait()) return stop("stopped on request");
    }
  }

 private:
  bool stop(const std::string& why) {
    world_.say(why);
    return false;
  }
  std::string halt() {
    for (const std::string& consumer : world_.consumers)
      for (const LaneStanding& lane : world_.window.lanes(consumer))
        if (!lane.halted.empty()) return lane.halted;
    return {};
  }
  std::string why_still() {
    for (const std::string& consumer : world_.consumers) {
      const auto lanes = world_.window.lanes(consumer);
      const bool all = std::all_of(lanes.begin(), lanes.end(), [](const LaneStanding& lane) { return lane.owned; });
      if (all && lanes.size() >= static_cast<std::size_t>(world_.partitions)) continue;
      return fmt::format("nothing moves: not every lane of {} has a process; start `scoreline up` or `scoreline consume {}`", consumer,
                         consumer);
    }
    return "nothing moves; scoreline status says where the lanes are";
  }

  PublishWorld& world_;
  std::int64_t moved_us_;
};

Watch::Look look_at_preparation(PublishWorld& world, std::uint64_t version) {
  std::int64_t done = 0, total = 0;
  std::set<std::pair<std::string, std::int32_t>> ready;
  std::size_t seen = 0;
  for (const flow::CountBackProgress& lane : world.window.progress(version)) {
    if (std::find(world.consumers.begin(), world.consumers.end(), lane.consumer) == world.consumers.end()) continue;
    ++seen;
    done += lane.done;
    total += lane.total;
    if (lane.ready) ready.insert({lane.consumer, lane.lane});
  }
  const std::size_t wanted = world.consumers.size() * static_cast<std::size_t>(world.partitions);
  // A lane that has not begun has an unknown share: its part of the percentage is 0.
  const double read = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const auto percent = static_cast<int>(100.0 * read * static_cast<double>(seen) / static_cast<double>(wanted));
  return {ready.size() >= wanted,
          fmt::format("counting back: {} % ({} of {}), {} of {} ready", percent, grouped(done), counted(total, "record", "records"),
                      ready.size(), counted(static_cast<std::int64_t>(wanted), "lane", "lanes"))};
}

Watch::Look look_at_switch(PublishWorld& world, std::uint64_t version) {
  std::size_t there = 0;
  for (const std::string& consumer : world.consumers)
    for (const LaneStanding& lane : world.window.lanes(consumer)) there += lane.rulebook_version >= version ? 1 : 0;
  const std::size_t wanted = world.consumers.size() * static_cast<std::size_t>(world.partitions);
  return {there >= wanted, fmt::format("switching: {} of {}", there, counted(static_cast<std::int64_t>(wanted), "lane", "lanes"))};
}

int half_way(PublishWorld& world, std::uint64_t version) {
  world.say(fmt::format("version {} is not in force yet; go on with: scoreline rulebook publish --resume {}", version, version));
  return kProblem;
}

int bring_into_force(const RuleBookVersion& book, PublishWorld& world) {
  const std::uint64_t version = book.version;
  Watch watch(world);
  if (!book.switching) {
    // First the table, then the log: no lane meets a version that it cannot load, and an interruption is resumed.
    world.desk.set_state(version, State::prepared);
    world.announce(core::RecordKind::rulebook_prepared, version);
  }
  if (!watch.until([&] { return look_at_preparation(world, version); })) return half_way(world, version);
  world.desk.note_switching(version);
  world.announce(core::RecordKind::rulebook_activated, version);
  if (!watch.until([&] { return look_at_switch(world, version); })) return half_way(world, version);
  world.desk.set_state(version, State::activated);
  world.say(fmt::format("version {} decides now", version));
  return kDone;
}

// The version to go on with: the same content that was begun before, or a new draft.
RuleBookVersion draft(const PublishRequest& request, const std::vector<RuleBookVersion>& books, PublishWorld& world) {
  // An older one would be passed over by lanes that know a newer version.
  const auto last = std::max_element(books.begin(), books.end(), [](const auto& a, const auto& b) { return a.version < b.version; });
  if (last != books.end() && last->state == State::draft && last->sha256 == request.sha256) return *last;
  RuleBookVersion book;
  book.sha256 = request.sha256;
  book.version = world.desk.insert(*request.files, request.sha256, request.author, request.note);
  world.say(fmt::format("stored as version {}", book.version));
  return book;
}

int resume(std::uint64_t version, PublishWorld& world) {
  const auto books = world.desk.list();
  const RuleBookVersion& book = must_find(books, version);
  if (book.state == State::cancelled) throw base::UsageError(fmt::format("version {} was cancelled; publish its folder again", version));
  if (book.state == State::activated) {
    world.say(fmt::format("version {} is in force already", version));
    return kDone;
  }
  if (const RuleBookVersion* other = newest(books, State::prepared); other != nullptr && other->version != version)
    throw base::UsageError(
        fmt::format("version {} is being prepared; --resume {} or --cancel {} first", other->version, other->version, other->version));
  if (const RuleBookVersion* active = newest(books, State::activated); active != nullptr && active->version > version)
    throw base::UsageError(
        fmt::format("version {} is older than version {}, which decides; publish its folder again", version, active->version));
  return bring_into_force(book, world);
}

}  // namespace

int publish(const PublishRequest& request, PublishWorld& world) {
  if (request.cancel) cancel(*request.cancel, world);
  if (request.resume) return resume(*request.resume, world);
  if (request.files == nullptr) return kDone;
  const auto books = world.desk.list();
  if (const RuleBookVersion* prepared = newest(books, State::prepared)) {
    if (prepared->sha256 == request.sha256) {
      world.say(fmt::format("version {} is this rule book and was begun before; going on with it", prepared->version));
      return bring_into_force(*prepared, world);
    }
    throw base::UsageError(fmt::format("version {} ({}) is being prepared; finish it with --resume {}, or give it up with --cancel {}",
                                       prepared->version, prepared->note.empty() ? "no note" : prepared->note, prepared->version,
                                       prepared->version));
  }
  if (const RuleBookVersion* active = newest(books, State::activated); active != nullptr && active->sha256 == request.sha256) {
    world.say(fmt::format("nothing to do: version {} is this rule book, and it decides", active->version));
    return kDone;
  }
  if (!request.confirm("publish this rule book?")) {
    world.say("nothing was done");
    return kProblem;
  }
  return bring_into_force(draft(request, books, world), world);
}

}  // namespace scoreline::app
