#include "pg/admin.hpp"

#include "pg/pqxx_connection.hpp"

namespace scoreline::pg {
namespace {

constexpr const char* kApplication = "scoreline admin";
using Us = std::optional<std::int64_t>;

std::string bytes_of(const pqxx::bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Topics are stored by name: their numbers are the program's own affair.
std::optional<flow::Topic> topic_named(std::string_view name) {
  for (const flow::TopicDeclaration& topic : flow::kTopics)
    if (topic.name == name) return topic.topic;
  return std::nullopt;
}

std::vector<std::int64_t> numbers_of(std::string_view array_text, const pqxx::connection& connection) {
  const pqxx::array<std::int64_t> array(array_text, connection);
  return {array.cbegin(), array.cend()};
}

pqxx::params place_of(const flow::DeadLetter& letter) {
  return pqxx::params{letter.consumer, std::string(flow::declaration(letter.topic).name), letter.partition, letter.offset};
}

constexpr const char* kPlace = " WHERE consumer = $1 AND topic = $2 AND partition = $3 AND \"offset\" = $4";

}  // namespace

std::vector<DeadLetterCount> Admin::dead_letter_counts() const {
  return guarded("counting dead letters", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    std::vector<DeadLetterCount> counts;
    for (const auto& [consumer, topic, code, example, letters, first, last] :
         work.query<std::string, std::string, std::string, std::string, std::int64_t, Us, Us>(fmt::format(
             "SELECT consumer, topic, code, example, letters, {}, {} FROM dead_letter_overview ORDER BY 1, 2, 3",
             as_us("first_log_time"), as_us("last_log_time"))))
      counts.push_back({consumer, topic, code, example, letters, read_us(first), read_us(last)});
    return counts;
  });
}

std::vector<StoredDeadLetter> Admin::dead_letters(const DeadLetterFilter& filter) const {
  return guarded("reading dead letters", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const std::string sql = fmt::format(
        "SELECT consumer, topic, partition, \"offset\", {}, code, message, place, key, raw, {}, attempts FROM dead_letters"
        " WHERE ($1 = '' OR consumer = $1) AND ($2 = '' OR topic = $2) AND ($3 = '' OR code = $3)"
        "   AND ($4::int IS NULL OR partition = $4) AND ($5::bigint IS NULL OR \"offset\" = $5)"
        " ORDER BY created_at, consumer, topic, partition, \"offset\" LIMIT $6",
        as_us("log_time"), as_us("created_at"));
    std::vector<StoredDeadLetter> letters;
    for (const auto& [consumer, topic, partition, offset, log_time, code, message, place, key, raw, created_at, attempts] :
         work.query<std::string, std::string, std::int32_t, std::int64_t, Us, std::string, std::string, std::string,
                    pqxx::bytes, pqxx::bytes, Us, std::int32_t>(
             sql, pqxx::params{filter.consumer, filter.topic, filter.code, filter.partition, filter.offset, filter.limit})) {
      const auto known = topic_named(topic);
      if (!known) continue;  // of a newer program
      letters.push_back({{consumer, *known, partition, offset, read_us(log_time), code, message, place, bytes_of(key), bytes_of(raw)},
                         read_us(created_at), attempts});
    }
    return letters;
  });
}

bool Admin::note_retry(const flow::DeadLetter& letter) const {
  return guarded("noting a retry", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const auto changed = work.exec(fmt::format("UPDATE dead_letters SET attempts = attempts + 1{}", kPlace), place_of(letter));
    work.commit();
    return changed.affected_rows() > 0;
  });
}

bool Admin::remove_dead_letter(const flow::DeadLetter& letter) const {
  return guarded("removing a dead letter", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const auto changed = work.exec(fmt::format("DELETE FROM dead_letters{}", kPlace), place_of(letter));
    work.commit();
    return changed.affected_rows() > 0;
  });
}

std::vector<LaneInfo> Admin::lanes() const {
  return guarded("reading lanes", [&] {
    pqxx::connection connection = connect_pqxx(dsn_, kApplication);
    pqxx::work work(connection);
    const std::string sql = fmt::format(
        "SELECT consumer, lane, epoch, batch_no, acked_batch, next_offsets, {}, live_from, rulebook_version,"
        "  coalesce(owner_name, ''), halted, coalesce(owner_pid, 0), a.pid IS NOT NULL, {}, {}"
        " FROM lanes l LEFT JOIN pg_stat_activity a ON a.pid = l.owner_pid AND a.backend_start = l.owner_start"
        " ORDER BY consumer, lane",
        as_us("now_at"), as_us("taken_at"), as_us("moved_at"));
    std::vector<LaneInfo> lanes;
    for (const auto& [consumer, lane, epoch, batch_no, acked, offsets, now_at, live_from, rulebook, owner, halted, pid, connected,
                      taken_at, moved_at] :
         work.query<std::string, std::int32_t, std::uint64_t, std::uint64_t, std::uint64_t, std::string, Us, std::int64_t,
                    std::uint64_t, std::string, std::string, std::int32_t, bool, Us, Us>(sql))
      lanes.push_back({consumer, lane, epoch, batch_no, acked, numbers_of(offsets, connection), read_us(now_at), live_from, rulebook, owner,
                       halted, pid, connected, read_us(taken_at), read_us(moved_at)});
    return lanes;
  });
}

}  // namespace scoreline::pg
