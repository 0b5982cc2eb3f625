#include "pg/dead_letter_queries.hpp"

#include "pg/pqxx_connection.hpp"

namespace scoreline::pg {
namespace {

constexpr const char* kApplication = "scoreline dlq";
using Us = std::optional<std::int64_t>;

std::string bytes_of(const pqxx::bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Topics are stored by name: their numbers are the program's own affair.
std::optional<flow::Topic> topic_named(std::string_view name) {
  for (const flow::TopicDeclaration& topic : flow::kTopics)
    if (topic.name == name) return topic.topic;
  return std::nullopt;
}

pqxx::params place_of(const flow::DeadLetter& letter) {
  return pqxx::params{letter.consumer, std::string(flow::declaration(letter.topic).name), letter.partition,
                      letter.offset};
}

constexpr const char* kPlace = " WHERE consumer = $1 AND topic = $2 AND partition = $3 AND \"offset\" = $4";

}  // namespace

std::vector<StoredDeadLetter> DeadLetterQueries::find(const DeadLetterFilter& filter) const {
  return guarded("reading dead letters", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const std::string sql = fmt::format(
        "SELECT consumer, topic, partition, \"offset\", {}, code, message, place, key, raw, {}, attempts FROM "
        "dead_letters"
        " WHERE ($1 = '' OR consumer = $1) AND ($2 = '' OR topic = $2) AND ($3 = '' OR code = $3)"
        "   AND ($4::int IS NULL OR partition = $4) AND ($5::bigint IS NULL OR \"offset\" = $5)"
        " ORDER BY created_at, consumer, topic, partition, \"offset\" LIMIT $6",
        as_us("log_time"), as_us("created_at"));
    std::vector<StoredDeadLetter> letters;
    for (const auto& [consumer, topic, partition, offset, log_time, code, message, place, key, raw, created_at,
                      attempts] : work.query<std::string, std::string, std::int32_t, std::int64_t, Us, std::string,
                                             std::string, std::string, pqxx::bytes, pqxx::bytes, Us, std::int32_t>(
             sql,
             pqxx::params{filter.consumer, filter.topic, filter.code, filter.partition, filter.offset, filter.limit})) {
      const auto known = topic_named(topic);
      if (!known) continue;  // of a newer program
      letters.push_back(
          {{consumer, *known, partition, offset, read_us(log_time), code, message, place, bytes_of(key), bytes_of(raw)},
           read_us(created_at),
           attempts});
    }
    return letters;
  });
}

bool DeadLetterQueries::note_retry(const flow::DeadLetter& letter) const {
  return guarded("noting a retry", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const auto changed =
        work.exec(fmt::format("UPDATE dead_letters SET attempts = attempts + 1{}", kPlace), place_of(letter));
    work.commit();
    return changed.affected_rows() > 0;
  });
}

bool DeadLetterQueries::remove(const flow::DeadLetter& letter) const {
  return guarded("removing a dead letter", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const auto changed = work.exec(fmt::format("DELETE FROM dead_letters{}", kPlace), place_of(letter));
    work.commit();
    return changed.affected_rows() > 0;
  });
}

}  // namespace scoreline::pg
