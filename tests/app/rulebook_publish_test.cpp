#include "app/rulebook_publish.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "app/commands.hpp"
#include "base/errors.hpp"

using namespace scoreline;
using namespace scoreline::app;
using State = flow::StoredRuleBook::State;
using core::RecordKind;

namespace {

/// Two lanes that get ready when a version was announced, and switch when it was activated; unless they sleep.
struct Desk final : RuleBookDesk, LaneWindow {
  std::vector<RuleBookVersion> books;
  std::vector<std::pair<RecordKind, std::uint64_t>> log;
  std::vector<LaneStanding> standings{{0, true, ""}, {0, true, ""}};
  bool awake = true;

  std::vector<RuleBookVersion> list() override { return books; }
  std::uint64_t insert(const wire::RuleBookFiles&, const std::string& sha256, const std::string& author, const std::string& note) override {
    RuleBookVersion book;
    book.version = books.size() + 1;
    book.sha256 = sha256;
    book.author = author;
    book.note = note;
    books.push_back(book);
    return book.version;
  }
  void set_state(std::uint64_t version, State state) override { books.at(version - 1).state = state; }
  void note_switching(std::uint64_t version) override { books.at(version - 1).switching = true; }
  bool announced(RecordKind kind, std::uint64_t version) const {
    return std::find(log.begin(), log.end(), std::pair(kind, version)) != log.end();
  }
  std::vector<flow::CountBackProgress> progress(std::uint64_t version) override {
    if (!awake || !announced(RecordKind::rulebook_prepared, version)) return {};
    return {{"scoring", 0, 10, 10, true}, {"scoring", 1, 5, 5, true}};
  }
  std::vector<LaneStanding> lanes(const std::string&) override {
    if (awake)
      for (const auto& [kind, version] : log)
        if (kind == RecordKind::rulebook_activated)
          for (LaneStanding& lane : standings) lane.rulebook_version = std::max(lane.rulebook_version, version);
    return standings;
  }
};

struct House {
  Desk desk;
  std::vector<std::string> said;
  std::int64_t clock_us = 0;
  PublishWorld world{desk, desk, {}, {}, {}, {}, {}, 2, {"scoring"}, 60'000'000};
  wire::RuleBookFiles files{{"book.toml", ""}};

  House() {
    world.announce = [this](RecordKind kind, std::uint64_t version) { desk.log.emplace_back(kind, version); };
    world.say = [this](const std::string& line) { said.push_back(line); };
    world.progress = [](const std::string&) {};
    world.wait = [this] { return (clock_us += 1'000'000) > 0; };
    world.steady_us = [this] { return clock_us; };
  }
  PublishRequest request(const std::string& sha) {
    PublishRequest out;
    out.files = &files;
    out.sha256 = sha;
    return out;
  }
  int publish_sha(const std::string& sha) { return publish(request(sha), world); }
};

}  // namespace

TEST_CASE("a rule book is announced, waited for, activated, and decides") {
  House house;
  CHECK(house.publish_sha("a") == kDone);
  CHECK(house.desk.log ==
        std::vector<std::pair<RecordKind, std::uint64_t>>{{RecordKind::rulebook_prepared, 1}, {RecordKind::rulebook_activated, 1}});
  CHECK(house.desk.books[0].state == State::activated);
}

TEST_CASE("the same rule book again does nothing") {
  House house;
  CHECK(house.publish_sha("a") == kDone);
  const auto log = house.desk.log;
  CHECK(house.publish_sha("a") == kDone);
  CHECK(house.desk.log == log);
  CHECK(house.said.back().find("nothing to do") != std::string::npos);
  CHECK(house.publish_sha("b") == kDone);
  CHECK(house.desk.books.size() == 2);
}

TEST_CASE("lanes that sleep: it is left half-way, and can be resumed") {
  House house;
  house.desk.awake = false;
  for (LaneStanding& lane : house.desk.standings) lane.owned = false;
  CHECK(house.publish_sha("a") == kProblem);
  CHECK(house.desk.books[0].state == State::prepared);
  CHECK(house.said[house.said.size() - 2].find("scoreline consume scoring") != std::string::npos);
  CHECK(house.said.back().find("--resume 1") != std::string::npos);
  CHECK(!house.desk.announced(RecordKind::rulebook_activated, 1));

  house.desk.awake = true;
  PublishRequest resume;
  resume.resume = 1;
  CHECK(publish(resume, house.world) == kDone);
  CHECK(house.desk.books[0].state == State::activated);
  CHECK(publish(resume, house.world) == kDone);  // once more: nothing to do
}

TEST_CASE("the same folder goes on with what was begun") {
  House house;
  house.desk.awake = false;
  CHECK(house.publish_sha("a") == kProblem);
  house.desk.awake = true;
  CHECK(house.publish_sha("a") == kDone);
  CHECK(house.desk.books.size() == 1);
}

TEST_CASE("one at a time: another version is refused until the first is resumed or cancelled") {
  House house;
  house.desk.awake = false;
  CHECK(house.publish_sha("a") == kProblem);
  CHECK_THROWS_AS(house.publish_sha("b"), base::UsageError);
  house.desk.awake = true;
  PublishRequest request = house.request("b");
  request.cancel = 1;
  CHECK(publish(request, house.world) == kDone);
  CHECK(house.desk.books[0].state == State::cancelled);
  CHECK(house.desk.books[1].state == State::activated);
  PublishRequest resume;
  resume.resume = 1;
  CHECK_THROWS_AS(publish(resume, house.world), base::UsageError);
}

TEST_CASE("what is about to switch cannot be cancelled") {
  House house;
  house.world.wait = [] { return false; };
  house.desk.standings.resize(1);  // one lane never switches
  CHECK(house.publish_sha("a") == kProblem);
  CHECK(house.desk.books[0].switching);
  PublishRequest request;
  request.cancel = 1;
  CHECK_THROWS_AS(publish(request, house.world), base::UsageError);
}

TEST_CASE("a halted lane ends the wait with its reason") {
  House house;
  house.desk.awake = false;
  house.desk.standings[1].halted = "the log was cut";
  CHECK(house.publish_sha("a") == kProblem);
  CHECK(house.said[house.said.size() - 2].find("the log was cut") != std::string::npos);
}

TEST_CASE("nothing happens without consent, or for versions that are not there") {
  House house;
  PublishRequest request = house.request("a");
  request.confirm = [](const std::string&) { return false; };
  CHECK(publish(request, house.world) == kProblem);
  CHECK(house.desk.books.empty());
  CHECK(house.desk.log.empty());
  request.files = nullptr;
  request.resume = 9;
  CHECK_THROWS_AS(publish(request, house.world), base::UsageError);
}
