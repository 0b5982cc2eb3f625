#include "core/effect_key.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace scoreline::core;

TEST_CASE("effect keys: stand in rows and at receivers, and never change") {
  CHECK(firing_key("burning_alert", "c0ffee", 0) == "d1ff90b92218518e60ade06e9056b915");
  CHECK(action_key("f1", 0) == "3c6a5f7ba81d5dee35a9f3b9ab2f9335");
  CHECK(enrolment_key("checklist", "c0ffee") == "ce563f1c8213e95d58ca0fbf3ab9611e");
  CHECK(mail_key("checklist", "c0ffee", "welcome") == "17905e614fa42bede6abcaf7a5202349");
}

TEST_CASE("effect keys: differ in every part, and where parts only look alike when written together") {
  std::set<std::string> keys;
  const auto is_new = [&](std::string key) { return key.size() == 32 && keys.insert(std::move(key)).second; };
  CHECK(is_new(firing_key("a", "b", 0)));
  CHECK(is_new(firing_key("a", "b", 1)));
  CHECK(is_new(firing_key("a", "b", 10)));
  CHECK(is_new(firing_key("ab", "", 0)));
  CHECK(is_new(firing_key("", "ab", 0)));
  CHECK(is_new(action_key("a", 0)));
  CHECK(is_new(action_key("a", 1)));
  CHECK(is_new(enrolment_key("a", "b")));
  CHECK(is_new(enrolment_key("b", "a")));
  CHECK(is_new(enrolment_key("ab", "")));
  CHECK(is_new(mail_key("a", "b", "c")));
  CHECK(is_new(mail_key("a", "b", "d")));
  CHECK(is_new(mail_key("a", "bc", "")));
  CHECK(is_new(mail_key("ab", "", "c")));
}
