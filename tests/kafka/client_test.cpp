#include "kafka/client.hpp"

#include <doctest/doctest.h>

#include "base/errors.hpp"

namespace scoreline::kafka {
namespace {

Settings settings_with(std::map<std::string, std::string> options) {
  Settings settings;
  settings.bootstrap = "127.0.0.1:1";
  settings.prefix = "acme.";
  settings.options = std::move(options);
  return settings;
}

std::string value_of(const Conf& conf, const char* name) {
  char text[256];
  std::size_t size = sizeof text;
  REQUIRE(rd_kafka_conf_get(conf.get(), name, text, &size) == RD_KAFKA_CONF_OK);
  return text;
}

TEST_CASE("topics and groups carry the prefix") {
  const Settings settings = settings_with({});
  CHECK(topic_name(settings, flow::Topic::lead_activities) == "acme.lead.activities");
  CHECK(group_name(settings, "identity") == "acme.scoreline.identity");
}

TEST_CASE("the offset never comes from Kafka, records are checked, topics are not made by themselves") {
  const Conf conf = make_conf(settings_with({}), Role::consumer, {});
  CHECK(value_of(conf, "enable.auto.commit") == "false");
  CHECK(value_of(conf, "enable.auto.offset.store") == "false");
  CHECK(value_of(conf, "auto.offset.reset") == "error");
  CHECK(value_of(conf, "check.crcs") == "true");
  CHECK(value_of(conf, "allow.auto.create.topics") == "false");
  CHECK(value_of(conf, "isolation.level") == "read_committed");
}

TEST_CASE("other options pass through and may overrule defaults") {
  const Conf conf =
      make_conf(settings_with({{"security.protocol", "sasl_ssl"}, {"fetch.wait.max.ms", "50"}}), Role::consumer, {});
  CHECK(value_of(conf, "security.protocol") == "sasl_ssl");
  CHECK(value_of(conf, "fetch.wait.max.ms") == "50");
}

TEST_CASE("what exactly-once stands on cannot be changed, unknown options are refused by name") {
  for (const char* name :
       {"acks", "enable.idempotence", "auto.offset.reset", "enable.auto.commit", "partitioner", "group.id"})
    CHECK_THROWS_WITH_AS(make_conf(settings_with({{name, "1"}}), Role::producer, {}), doctest::Contains(name),
                         base::UsageError);
  CHECK_THROWS_WITH_AS(make_conf(settings_with({{"lingerms", "1"}}), Role::producer, {}), doctest::Contains("lingerms"),
                       base::UsageError);
  CHECK_THROWS_WITH_AS(make_conf(settings_with({{"linger.ms", "soon"}}), Role::producer, {}),
                       doctest::Contains("linger.ms"), base::UsageError);
}

TEST_CASE("no broker named") {
  CHECK_THROWS_WITH_AS(make_conf(Settings{}, Role::producer, {}), doctest::Contains("kafka.bootstrap"),
                       base::UsageError);
}

TEST_CASE("errors say what to do") {
  CHECK(meaning(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART).find("scoreline topics apply") != std::string::npos);
  CHECK(meaning(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN).find("kafka.bootstrap") != std::string::npos);
}

}  // namespace
}  // namespace scoreline::kafka
