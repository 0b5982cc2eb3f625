/// Interleavings 16 to 19 and 22: what was decided for somebody who is merged into somebody else.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "support/house_lanes.hpp"

using namespace scoreline;
using namespace scoreline::test::house;

namespace {

/// B, a login in partition 0, and A, who left an address, in partition 1; B is the older one. The lanes are stepped in
/// the order of the bits of `handle` once the merging event has been fed.
struct Two : Lanes {
  Two() : Lanes(2), b(lead_in(0, 1, user)), a(lead_in(1, 1, anon)) {
    feed_into(0, identify("address", a, anon(a), minutes(0), R"({"email":"a@x.de"})"));
    settle();
  }
  /// A fact of user B that names A's address, too.
  Fed merging_fact(const std::string& event, base::Instant time, const std::string& more = "") const {
    return fact(event, "merging", b, time, R"("email":"a@x.de")" + (more.empty() ? "" : "," + more));
  }
  void merge_by(const Fed& event, int handle) {
    feed_into(0, event);
    identify_all();
    for (int k = handle; k > 1; k /= 2) follow_lane(k % 2, 1);
    finish();
    REQUIRE(lead_of("email:a@x.de") == lead_of("user:" + b));
  }
  Fed form(const std::string& who, const std::string& ids, const std::string& name, base::Instant time) const {
    return track("Form Submitted", "form " + name, who, ids, time,
                 fmt::format(R"("properties":{{"form":"{}"}})", name));
  }
  void feed_forms(const std::string& who, const std::string& ids, int count, base::Instant time) {
    for (int i = 0; i < count; ++i) feed_into(0, form(who, ids, fmt::format("{} {}", who, i), time));
  }
  std::uint64_t survivor() const { return lead_of("user:" + b).value; }

  std::string b, a;
};

std::size_t enrolments_in(const World& world, const std::string& sequence) {
  std::size_t count = 0;
  for (const auto& [key, row] : world.house.database.enrolments.all())
    count += row.sequence == sequence && row.suppressed.empty() ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE(
    "16: A is enrolled; the merging event is an exit of that sequence: the enrolment is ended, its mails do not "
    "leave") {
  for (int handle = 1; handle < 64; ++handle) {
    Two world;
    world.feed_into(0, world.form(world.a, anon(world.a), "1", minutes(1)));
    world.settle();
    const auto a = world.lead_of("anon:" + world.a).value;
    CHECK(world.mails("welcome") == std::vector<std::string>{fmt::format("hello queued '' {}", a),
                                                             fmt::format("last queued '' {}", a),
                                                             fmt::format("more queued '' {}", a)});
    world.merge_by(world.merging_fact("booking.created", minutes(2)), handle);
    const auto b = world.survivor();
    CHECK(world.mails("welcome") == std::vector<std::string>{fmt::format("hello cancelled 'booking.created' {}", b),
                                                             fmt::format("last cancelled 'booking.created' {}", b),
                                                             fmt::format("more cancelled 'booking.created' {}", b)});
    CHECK(enrolments_in(world, "welcome") == 1);
  }
}

TEST_CASE(
    "17: A's trigger is cooling down, and A has been enrolled; the merging event would do both for B: it does not") {
  for (int handle = 1; handle < 32; ++handle) {
    Two world;
    world.feed_into(0, track("Login", "l1", world.a, anon(world.a), minutes(1)));
    world.settle();
    CHECK(world.fired("came_back") == 1);
    CHECK(enrolments_in(world, "welcome") == 1);
    world.feed_into(0, fact("booking.created", "ends it", "x", minutes(2), R"("email":"a@x.de","userId":"")"));
    world.settle();
    const std::string both = fmt::format(R"({},"properties":{{"email":"a@x.de"}})", user(world.b));
    world.merge_by(track("Login", "l2", world.b, both, minutes(3)), handle);
    CHECK(world.fired("came_back") == 1);
    CHECK(world.fired("came_back", "cooldown") == 1);
    CHECK(enrolments_in(world, "welcome") == 1);
  }
  for (int handle = 1; handle < 32; ++handle) {
    Two world;
    world.feed_into(0, world.form(world.a, anon(world.a), "1", minutes(1)));
    world.feed_into(0, fact("booking.created", "ends it", "x", minutes(2), R"("email":"a@x.de","userId":"")"));
    world.settle();
    CHECK(enrolments_in(world, "welcome") == 1);
    world.merge_by(track("Form Submitted", "again", world.b, user(world.b), minutes(3),
                         R"("properties":{"form":"2","email":"a@x.de"})"),
                   handle);
    CHECK(enrolments_in(world, "welcome") == 1);
  }
}

TEST_CASE("18: the merging event is history, or deep: what A brings raises no alert; a machine's is handled as usual") {
  const std::vector<std::pair<std::string, std::string>> kinds{
      {R"("history":true)", "history"}, {R"("depth":8)", "loop"}, {R"("machine":true)", ""}, {"", ""}};
  for (const auto& [flag, suppressed] : kinds)
    for (int handle = 1; handle < 32; ++handle) {
      CAPTURE(flag);
      Two world;
      world.feed_forms(world.a, anon(world.a), 6, minutes(1));
      world.feed_forms(world.b, user(world.b), 5, minutes(1));
      world.settle();
      REQUIRE(world.house.database.firings.all().empty());
      world.merge_by(world.merging_fact("note.added", minutes(2), flag), handle);
      CHECK(world.fired("hot_alert", suppressed) == 1);
      CHECK(world.house.database.firings.all().size() == 1);
      CHECK(enrolments_in(world, "nurture") == (suppressed.empty() ? 1 : 0));
    }
}

TEST_CASE("19: A is hot and was told about, B is cold; the merge makes B hot silently") {
  for (int handle = 1; handle < 64; ++handle) {
    Two world;
    world.feed_into(0, track("Login", "l1", world.a, anon(world.a), minutes(1)));
    world.settle();
    REQUIRE(world.fired("hot_alert") == 1);
    const std::size_t changes = world.tier_changes(0).size();
    world.merge_by(world.merging_fact("note.added", minutes(2)), handle);
    CHECK(world.fired("hot_alert") == 1);
    CHECK(world.fired("hot_alert", "cooldown") == 0);
    CHECK(world.tier_changes(0).size() == changes);
    for (const auto& [who, outcome] : world.outcomes(base::day_of(kStart)))
      if (who.find("user:" + world.b) != std::string::npos) CHECK(outcome.tier == "hot");
  }
}

TEST_CASE(
    "22: A's queued mail falls due during the merge: meanwhile it is moving; then it leaves once, as B's state says") {
  for (const bool b_is_enrolled : {false, true}) {
    CAPTURE(b_is_enrolled);
    Two world;
    const auto a = world.lead_of("anon:" + world.a).value, b = world.survivor();
    // Hot leads are nurtured: a mail after half an hour, another one after five hours.
    if (b_is_enrolled) world.feed_into(0, track("Login", "lb", world.b, user(world.b), minutes(1)));
    world.feed_into(0, track("Login", "la", world.a, anon(world.a), minutes(2)));
    world.settle();
    world.feed_into(0, world.merging_fact("note.added", minutes(3)));
    world.identify_all();
    auto& handing_over = world.of("sequences")[1]->sink;
    handing_over.delay_records = true;
    for (int i = 0; i < 6; ++i) world.follow_lane(1, 1);
    const auto has = [&](const std::string& mail) {
      const auto all = world.mails("nurture");
      return std::count(all.begin(), all.end(), mail);
    };
    CHECK(has(fmt::format("one moving '' {}", a)) == 1);
    CHECK(has(fmt::format("two moving '' {}", a)) == 1);
    CHECK(has(fmt::format("one queued '' {}", b)) == (b_is_enrolled ? 1 : 0));
    world.tick(minutes(60));
    world.identify_all();
    handing_over.deliver_delayed();
    handing_over.delay_records = false;
    world.finish();
    // What is due counts as sent: A's first mail may leave under its key, B's own had left before.
    CHECK(has(fmt::format("one queued '' {}", b)) == (b_is_enrolled ? 2 : 1));
    CHECK(has(fmt::format("two queued '' {}", b)) == 1);
    CHECK(has(fmt::format("two cancelled 'merged' {}", b)) == (b_is_enrolled ? 1 : 0));
    CHECK(world.mails("nurture").size() == (b_is_enrolled ? 4 : 2));
  }
}
