#pragma once
/// Records of the input topics as collectors and connectors write them.
#include <string>

#include "base/time.hpp"
#include "flow/topics.hpp"

namespace scoreline::test::house {

/// One record of an input topic, as a collector or connector would append it.
struct Fed {
  flow::Topic topic = flow::Topic::tracking_events;
  std::string key, value;
  base::Instant time;
};

base::Instant at(const std::string& rfc3339);
/// Calls of the tracking API; `ids` are members such as R"("userId":"u")", `more` any further members.
Fed page(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
         const std::string& more = "");
Fed track(const std::string& name, const std::string& message, const std::string& key, const std::string& ids,
          base::Instant time, const std::string& more = "");
Fed identify(const std::string& message, const std::string& key, const std::string& ids, base::Instant time,
             const std::string& traits = "{}");
Fed retraction(const std::string& message, const std::string& of, base::Instant time);
/// A fact of crm.events about a user.
Fed fact(const std::string& event, const std::string& message, const std::string& user, base::Instant time,
         const std::string& more = "");
Fed deal_moved(const std::string& message, const std::string& user, const std::string& pipeline, const std::string& to,
               base::Instant time);
Fed erasure(const std::string& message, const std::string& user, base::Instant time);
/// A version of any document; `data` is a JSON object.
Fed erp_document(const std::string& number, const std::string& kind, const std::string& id, int version,
                 const std::string& data, base::Instant time, const std::string& more = "");
Fed erp_customer(const std::string& number, const std::string& email, int version, base::Instant time);
/// Belongs into every partition.
Fed clock_tick(base::Instant time);
Fed erp_order(const std::string& number, const std::string& id, int version, bool cancelled, base::Instant time);

}  // namespace scoreline::test::house
