#include "base/config_value.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace scoreline::base::config {

TEST_CASE("config values: durations and sizes carry their units") {
  CHECK(*parse_duration_ms("s", "250ms") == 250);
  CHECK(*parse_duration_ms("s", " 10 s ") == 10'000);
  CHECK(*parse_duration_ms("s", "30d") == 2'592'000'000);
  CHECK(*parse_duration_ms("s", "7") == 7);
  CHECK(*parse_size_bytes("s", "64k") == 65536);
  CHECK(*parse_size_bytes("s", "1MiB") == 1048576);
  for (const char* bad : {"", "s", "-1s", "1 fortnight", "9223372036854775807d", "1.5s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration_ms("s", bad).ok());
  }
  CHECK(parse_size_bytes("http.body_max", "secret").error().where == "http.body_max");
  CHECK(parse_size_bytes("http.body_max", "secret").error().message.find("secret") == std::string::npos);
}

TEST_CASE("config values: integers, booleans, lists") {
  CHECK(*parse_integer("n", "12", 1, 12) == 12);
  CHECK_FALSE(parse_integer("n", "13", 1, 12).ok());
  CHECK_FALSE(parse_integer("n", "1x", 1, 12).ok());
  CHECK(*parse_boolean("b", "On") == true);
  CHECK_FALSE(parse_boolean("b", "maybe").ok());
  CHECK(parse_list(" a, b ,,c ") == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("config values: the environment, directly or by file") {
  CHECK(environment_name("kafka.bootstrap_servers") == "SCORELINE_KAFKA__BOOTSTRAP_SERVERS");
  CHECK_FALSE(environment_value("test.absent")->has_value());
  ::setenv("SCORELINE_TEST__PLAIN", "v", 1);
  CHECK(environment_value("test.plain")->value() == "v");
  const std::string path = (std::filesystem::temp_directory_path() / ("scoreline-config-" + std::to_string(::getpid()))).string();
  std::ofstream(path) << "from file\n";
  ::setenv("SCORELINE_TEST__SECRET_FILE", path.c_str(), 1);
  CHECK(environment_value("test.secret")->value() == "from file");
  ::setenv("SCORELINE_TEST__SECRET", "both", 1);
  CHECK_FALSE(environment_value("test.secret").ok());
  ::unsetenv("SCORELINE_TEST__SECRET");
  std::remove(path.c_str());
  CHECK_FALSE(environment_value("test.secret").ok());
}

TEST_CASE("config values: a misspelt name finds its neighbour") {
  static constexpr std::array<std::string_view, 3> kKnown{"poll_ms", "batch_records_max", "lanes"};
  CHECK(suggestion("pol_ms", kKnown) == "; did you mean `poll_ms`?");
  CHECK(suggestion("batch_record_max", kKnown) == "; did you mean `batch_records_max`?");
  CHECK(suggestion("colour", kKnown).empty());
}

}  // namespace scoreline::base::config
