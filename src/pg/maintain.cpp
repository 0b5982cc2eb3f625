#include "pg/activities.hpp"
#include "pg/pqxx_connection.hpp"

namespace scoreline::pg {

std::vector<std::string> maintain_activities(const std::string& dsn, const PartLimits& limits) {
  return guarded("upkeep of activities", [&] {
    pqxx::connection connection = connect_pqxx(dsn, "scoreline upkeep");
    std::vector<std::string> done;
    // Each step is a transaction of its own, so that no lock is held longer than it must be.
    while (true) {
      pqxx::work work(connection);
      const auto [step] =
          work.query1<std::string>("SELECT activities_maintain($1, $2)", pqxx::params{limits.rows, limits.bytes});
      work.commit();
      if (step.empty()) return done;
      done.push_back(step);
    }
  });
}

}  // namespace scoreline::pg
