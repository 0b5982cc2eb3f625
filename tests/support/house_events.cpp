#include "support/house_events.hpp"

#include <fmt/format.h>

namespace scoreline::test::house {

base::Instant at(const std::string& rfc3339) {
  return base::parse_rfc3339(rfc3339).value();  // no assertion: constants of tests are made before doctest is
}

namespace {

Fed tracking(const std::string& head, const std::string& message, const std::string& key, const std::string& ids,
             base::Instant time, const std::string& more) {
  return {flow::Topic::tracking_events, key,
          fmt::format(R"({{{},"messageId":"{}",{},"receivedAt":"{}"{}{}}})", head, message, ids,
                      base::format_rfc3339(time), more.empty() ? "" : ",", more),
          time};
}

Fed crm(const std::string& key, const std::string& message, const std::string& rest, base::Instant time) {
  return {flow::Topic::crm_events, key,
          fmt::format(R"({{"messageId":"{}","receivedAt":"{}",{}}})", message, base::format_rfc3339(time), rest), time};
}

}  // namespace

Fed page(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
         const std::string& more) {
  return tracking(R"("type":"page")", message, key, ids, time, more);
}

Fed track(const std::string& name, const std::string& message, const std::string& key, const std::string& ids,
          base::Instant time, const std::string& more) {
  return tracking(fmt::format(R"("type":"track","event":"{}")", name), message, key, ids, time, more);
}

Fed identify(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
             const std::string& traits) {
  return tracking(R"("type":"identify")", message, key, ids, time, R"("traits":)" + traits);
}

Fed clock_tick(base::Instant time) { return crm("", "tick", R"("event":"time.tick")", time); }

Fed retraction(const std::string& message, const std::string& of, base::Instant time) {
  return crm(of, message,
             fmt::format(R"("event":"activity.retracted","properties":{{"messageId":"{}","reason":"test"}})", of),
             time);
}

Fed fact(const std::string& event, const std::string& message, const std::string& user, base::Instant time,
         const std::string& more) {
  return crm(user, message,
             fmt::format(R"("event":"{}","userId":"{}"{}{})", event, user, more.empty() ? "" : ",", more), time);
}

Fed deal_moved(const std::string& message, const std::string& user, const std::string& pipeline, const std::string& to,
               base::Instant time) {
  return fact("deal.moved", message, user, time,
              fmt::format(R"("properties":{{"pipeline":"{}","to":"{}","by":"ann"}})", pipeline, to));
}

Fed erasure(const std::string& message, const std::string& user, base::Instant time) {
  return fact("lead.erased", message, user, time);
}

Fed erp_document(const std::string& number, const std::string& kind, const std::string& id, int version,
                 const std::string& data, base::Instant time, const std::string& more) {
  const std::string when = base::format_rfc3339(time);
  return {
      flow::Topic::erp_changes, "jtl:" + number,
      fmt::format(
          R"({{"source":"jtl","customer":"{}","timestamp":"{}","receivedAt":"{}","kind":"{}","id":"{}","version":{},"data":{}{}{}}})",
          number, when, when, kind, id, version, data, more.empty() ? "" : ",", more),
      time};
}

Fed erp_customer(const std::string& number, const std::string& email, int version, base::Instant time) {
  return erp_document(number, "customer", number, version, fmt::format(R"({{"email":"{}"}})", email), time);
}

Fed erp_order(const std::string& number, const std::string& id, int version, bool cancelled, base::Instant time) {
  return erp_document(number, "order", id, version,
                      fmt::format(R"({{"number":"{}","placedOn":"{}","netCents":10000,"cancelled":{}}})", id,
                                  base::format_date(base::day_of(time)), cancelled),
                      time);
}

}  // namespace scoreline::test::house
