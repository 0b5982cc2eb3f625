#include "flow/stream_check.hpp"

#include <doctest/doctest.h>

using namespace scoreline::flow;

TEST_CASE("stream check: the next one applies, lower ones are repeated, higher ones wait for the gap") {
  std::map<std::string, std::uint64_t, std::less<>> last;
  CHECK(judge({"identity/0", 1}, last) == Arrival::apply);
  CHECK(judge({"identity/0", 2}, last) == Arrival::apply);
  CHECK(judge({"identity/0", 2}, last) == Arrival::repeated);
  CHECK(judge({"identity/0", 4}, last) == Arrival::beyond_gap);
  CHECK(judge({"identity/0", 3}, last) == Arrival::apply);
  CHECK(judge({"identity/0", 4}, last) == Arrival::apply);
  CHECK(judge({"identity/1", 2}, last) == Arrival::beyond_gap);
  CHECK(judge({"identity/1", 1}, last) == Arrival::apply);
}

TEST_CASE("stream check: records outside of any stream always apply") {
  std::map<std::string, std::uint64_t, std::less<>> last;
  CHECK(judge({"", 0}, last) == Arrival::apply);
  CHECK(judge({"", 0}, last) == Arrival::apply);
  CHECK(last.empty());
}

TEST_CASE("gap watch: a gap that nobody fills is named, one that is filled is forgotten") {
  GapWatch watch;
  watch.saw_gap(3, {"identity/0", 7}, 4, 1'000);
  CHECK(watch.overdue(3, 30'000, 60'000).empty());
  const std::string halt = watch.overdue(3, 61'000, 60'000);
  CHECK(halt.find("records 5 to 6 of stream identity/0") != std::string::npos);
  CHECK(watch.overdue(4, 61'000, 60'000).empty());
  watch.moved(3, "identity/0", 5, 60'000);
  CHECK(watch.overdue(3, 61'000, 60'000).empty());
  CHECK(watch.overdue(3, 120'000, 60'000).find("records 6 to 6 of") != std::string::npos);
  watch.moved(3, "identity/0", 6, 130'000);
  watch.moved(3, "identity/0", 7, 130'000);
  CHECK(watch.overdue(3, 999'000, 60'000).empty());
}
