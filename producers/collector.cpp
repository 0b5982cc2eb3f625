#include "producers/collector.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "http/decode.hpp"
#include "producers/collection.hpp"
#include "producers/fact_value.hpp"
#include "producers/json_slices.hpp"
#include "producers/tracking_value.hpp"
#include "wire/input_event.hpp"
#include "wire/json.hpp"

namespace scoreline::producers {
namespace {

using base::Error;
using http::Method;
using http::Request;
using http::Response;

struct Endpoint {
  std::string_view path, type;           // type "": each event has its own
  bool batch = false, import = false;
  bool facts = false;                    // for crm.events; one or a batch, as the body says
  bool trusted_only() const { return import || facts; }
};

constexpr std::array kEndpoints{
    Endpoint{"/v1/track", "track"},       Endpoint{"/v1/t", "track"},    Endpoint{"/v1/identify", "identify"},
    Endpoint{"/v1/i", "identify"},
    Endpoint{"/v1/page", "page"},         Endpoint{"/v1/p", "page"},     Endpoint{"/v1/screen", "screen"},     Endpoint{"/v1/s", "screen"},
    Endpoint{"/v1/group", "group"},       Endpoint{"/v1/g", "group"},    Endpoint{"/v1/alias", "alias"},       Endpoint{"/v1/a", "alias"},
    Endpoint{"/v1/batch", "", true},      Endpoint{"/v1/b", "", true},   Endpoint{"/v1/import", "", true, true},
    Endpoint{"/v1/facts", "", false, false, true}};

const Endpoint* endpoint_of(std::string_view path) {
  const auto* found = std::find_if(kEndpoints.begin(), kEndpoints.end(), [&](const Endpoint& e) { return e.path == path; });
  return found == kEndpoints.end() ? nullptr : found;
}

Response preflight(const Request& request) {
  const std::string_view wanted = request.header("access-control-request-headers");
  Response response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                wanted.empty() ? "authorization, content-type, anonymousid, sentat, x-write-key, x-retry-count" : wanted);
  response.headers.emplace_back("Access-Control-Max-Age", "7200");
  return response;
}

Response method_not_allowed(std::string_view allowed) {
  Response response = http::refusal(405, "method_not_allowed", "this path does not serve that method");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

Response too_many(std::string_view message, std::int64_t wait_ms) {
  Response response = http::refusal(429, "rate_limited", message);
  response.headers.emplace_back("Retry-After", std::to_string((wait_ms + 999) / 1000));
  return response;
}

// What any path but those of events answers.
Response other(const Request& request) {
  const bool get = request.method == Method::get || request.method == Method::head;
  if (request.path == "/health") {
    Response response;
    response.body = "{\"status\":\"ok\"}";
    return get ? response : method_not_allowed("GET, HEAD, OPTIONS");
  }
  if (request.path == "/v1/m" && request.method == Method::post) {
    Response response;
    response.body = "{\"success\":true}";
    return response;
  }
  return http::refusal(404, "not_found", "there is no such path");
}

// The key as the caller presents it outside of the body: Basic, X-Write-Key, query, the first that is there.
std::string presented_key(const Request& request) {
  if (auto user = http::basic_user(request.header("authorization")); user && !user->empty()) return *std::move(user);
  if (const std::string_view header = request.header("x-write-key"); !header.empty()) return std::string(header);
  return http::query_parameter(request.query, "writeKey").value_or("");
}

// It becomes part of JSON texts: nothing but an address passes.
bool plausible_ip(std::string_view text) {
  return !text.empty() && text.size() <= 45 && text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

void count_refused(std::string_view key, std::string_view code) {
  static constexpr std::string_view kName = "collector_refused_total", kHelp = "events and requests refused";
  base::metrics::counter(kName, kHelp, {{"key", std::string(key)}, {"code", std::string(code)}}).add();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Facts: one object, or many.
bool has_batch(std::string_view body) {
  JsonSlices top(body);
  std::string_view key, value;
  if (top.array()) return true;
  while (top.next(key, value))
    if (key == "batch") return true;
  return false;
}

// Raw slice of the message id for the verdict, as far as it is lawful to repeat it.
std::string_view message_id_of(std::string_view event) {
  if (wire::check_json(event).ok()) {
    JsonSlices members(event);
    std::string_view key, value;
    while (members.next(key, value))
      if (key == "messageId" && value.size() <= 256 && value.front() != '{' && value.front() != '[') return value;
  }
  return {};
}

}  // namespace

struct Collector::Keys {
  explicit Keys(std::shared_ptr<const WriteKeys> all) : keys(std::move(all)) {
    for (const WriteKey& key : keys->all())
      accepted.push_back(&base::metrics::counter("collector_events_total", "events handed to the broker", {{"key", key.name}}));
  }
  std::shared_ptr<const WriteKeys> keys;
  std::vector<base::metrics::Counter*> accepted;  // in the order of keys->all()
};

// One request on its way; views point into the request's body.
struct Collector::Call {
  Call(const Request& r, const Endpoint& e) : request(r), endpoint(e), batch(e.batch) {}
  const Request& request;
  const Endpoint& endpoint;
  base::Instant received_at;
  std::string_view ip;
  std::shared_ptr<const Keys> keys;
  const WriteKey* key = nullptr;
  base::metrics::Counter* accepted = nullptr;
  std::string_view body_key;
  std::optional<base::Instant> sent_at;
  std::vector<std::string_view> events;
  bool batch = false;                             // else the body is one event
  std::string_view pointer = "/batch";            // JSON pointer of the batch
  bool check_each = false;                        // the body as a whole did not pass; its events may
};

Collector::Collector(CollectorOptions options, EventSink& sink, std::shared_ptr<const WriteKeys> keys)
    : options_(options),
      sink_(sink),
      key_limit_(options.events_per_key, options.hash_key),
      ip_limit_(options.requests_per_ip, options.hash_key) {
  set_keys(std::move(keys));
}
Collector::~Collector() = default;

void Collector::set_keys(std::shared_ptr<const WriteKeys> keys) {
  auto next = keys ? std::make_shared<const Keys>(std::move(keys)) : nullptr;
  const std::lock_guard lock(keys_mutex_);
  keys_ = std::move(next);
}

bool Collector::has_keys() const {
  const std::lock_guard lock(keys_mutex_);
  return keys_ != nullptr;
}

void Collector::decorate(const Request& request, Response& response) { add_cors(response, request.header("origin")); }

void Collector::handle(Request& request, http::Respond respond) {
  const auto answer = [&](Response response) {
    decorate(request, response);
    respond(std::move(response));
  };
  if (request.method == Method::options) return answer(preflight(request));
  const Endpoint* endpoint = endpoint_of(request.path);
  if (endpoint == nullptr) return answer(other(request));
  if (request.method != Method::post) return answer(method_not_allowed("POST, OPTIONS"));
  Call call(request, *endpoint);
  call.received_at.us = options_.clock().us / 1000 * 1000;
  call.ip = request.peer;
  if (options_.trust_forwarded_for && plausible_ip(request.forwarded_for())) call.ip = request.forwarded_for();
  if (auto refusal = open(call)) {
    // Only names of keys that exist become labels: callers cannot make metrics grow.
    const std::string status = std::to_string(refusal->status);
    count_refused(call.key == nullptr ? "" : call.key->name, "http_" + status);
    return answer(*std::move(refusal));
  }
  send_all(call, std::move(respond));
}

// Everything that concerns the whole request: who calls, how often, and what the events are.
std::optional<Response> Collector::open(Call& call) {
  {
    const std::lock_guard lock(keys_mutex_);
    call.keys = keys_;
  }
  if (!call.keys) {
    Response response = http::refusal(503, "not_ready", "write keys are not loaded yet, send again later");
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  const std::int64_t now_us = base::steady_us();
  if (const auto wait_ms = ip_limit_.take(call.ip, 1, now_us); wait_ms > 0) return too_many("too many requests from this address", wait_ms);
  std::string secret = presented_key(call.request);
  const bool in_body = secret.empty();
  if (!in_body && (call.key = call.keys->keys->find(secret)) == nullptr)
    return http::refusal(401, "unknown_key", "this write key is not known");
  if (auto refusal = read_body(call)) return refusal;
  if (in_body) {
    if (call.body_key.empty())
      return http::refusal(401, "missing_key", "a write key is needed: Basic user name, X-Write-Key, writeKey");
    if ((call.key = call.keys->keys->find(call.body_key)) == nullptr)
      return http::refusal(401, "unknown_key", "this write key is not known");
  }
  if (call.endpoint.trusted_only() && !call.key->trusted)
    return http::refusal(403, "untrusted_key", call.endpoint.facts ? "facts need a trusted write key" : "imports need a trusted write key");
  call.accepted = call.keys->accepted[static_cast<std::size_t>(call.key - call.keys->keys->all().data())];
  const auto wait_ms = key_limit_.take(call.key->name, static_cast<double>(call.events.size()), now_us);
  if (wait_ms > 0) return too_many("too many events with this write key", wait_ms);
  return std::nullopt;
}

// Splits the body into events. JSON is checked as a whole, once; only when that finds something that one event alone may
// be guilty of is each looked at by itself.
std::optional<Response> Collector::read_body(Call& call) const {
  const std::string_view body = trimmed(call.request.body);
  if (call.endpoint.facts) call.batch = has_batch(body);
  if (call.batch && call.request.body.size() > options_.batch_bytes_max)
    return http::refusal(413, "too_large", "the batch is larger than this server takes");
  if (const auto fault = wire::check_json(body); !fault) {
    if (!call.batch || fault.error().code == "invalid_json") return refused(400, fault.error());
    call.check_each = true;
  }
  JsonSlices top(body);
  std::string_view key, value, batch;
  if (!call.batch) {
    call.events.push_back(body);
  } else if (top.array()) {
    batch = body;
    call.pointer = "";
  }
  while (!top.array() && top.next(key, value)) {
    if (key == "writeKey") call.body_key = plain_text(value);
    if (key == "batch" && call.batch) batch = value;
    if (key == "sentAt" && call.batch) call.sent_at = base::parse_rfc3339(plain_text(value));
  }
  if (!call.sent_at) call.sent_at = base::parse_rfc3339(call.request.header("sentat"));
  if (!call.batch) {
    if (!top.ok() || top.array()) return refused(400, Error{"invalid_json", "the body must be one JSON object", ""});
    return std::nullopt;
  }
  JsonSlices elements(batch);
  if (!elements.array()) return refused(400, Error{"invalid_json", "the body must have an array \"batch\"", "/batch"});
  while (elements.next(key, value)) {
    if (call.events.size() >= options_.batch_events_max)
      return http::refusal(413, "too_large", "the batch has more events than this server takes");
    call.events.push_back(value);
  }
  if (!top.ok() || !elements.ok()) return refused(400, Error{"invalid_json", "the body is not JSON", ""});
  return std::nullopt;
}

void Collector::send_all(const Call& call, http::Respond respond) {
  const auto collection =
      std::make_shared<Collection>(std::move(respond), std::string(call.request.header("origin")), call.pointer, !call.batch);
  for (std::size_t i = 0; i < call.events.size(); ++i) {
    const auto fault = send_one(call, call.events[i], collection);
    if (!fault) continue;
    if (fault->code == "unavailable") {
      // Those sent already will be stored; when the caller repeats them they are known.
      collection->begin();
      collection->settle(false);
      break;
    }
    count_refused(call.key->name, fault->code);
    collection->refuse(i, message_id_of(call.events[i]), *fault);
  }
  collection->close();
}

// Appends what is stored to `value`, and reads it as identity will.
base::Result<core::InputEvent> Collector::read_event(const Call& call, std::string_view event, std::string& value) const {
  if (call.endpoint.facts) return append_fact_value(value, event, call.received_at);
  // A server's own address says nothing about the person.
  const std::string_view ip = call.key->trusted ? std::string_view() : call.ip;
  append_tracking_value(value, event, {call.endpoint.type, call.key->name, ip, call.received_at, call.sent_at, call.key->trusted,
                                       call.endpoint.import, options_.hash_key});
  return wire::decode_tracking(value, {call.key->name, call.key->trusted, call.received_at});
}

std::optional<Error> Collector::send_one(const Call& call, std::string_view event, const std::shared_ptr<Collection>& collection) {
  if (event.size() > options_.event_bytes_max) return Error{"too_large", "the event is larger than this server takes", ""};
  if (event.empty() || event.front() != '{') return Error{"invalid_json", "an event must be a JSON object", ""};
  if (call.check_each) {
    if (const auto fault = wire::check_json(event); !fault) return fault.error();
  }
  thread_local std::string value;
  value.clear();
  auto decoded = read_event(call, event, value);
  if (!decoded) return decoded.error();
  const std::string id = base::to_hex(base::keyed_hash(options_.hash_key, call.key->name + "\n" + decoded->message_id));
  const std::string key = base::to_hex(base::keyed_hash(options_.hash_key, decoded->record_key));
  const std::string source = "/scoreline/collector/" + call.key->name;
  const std::array<EventHeader, 7> headers{{{"ce_specversion", "1.0"},
                                            {"ce_id", id},
                                            {"ce_source", source},
                                            {"ce_type", call.endpoint.facts ? "scoreline.crm.event.v1" : "scoreline.tracking.event.v1"},
                                            {"ce_writekey", call.key->name},
                                            {"ce_trusted", call.key->trusted ? "true" : "false"},
                                            {"content-type", "application/json"}}};
  const flow::Topic topic = call.endpoint.facts ? flow::Topic::crm_events : flow::Topic::tracking_events;
  collection->begin();
  const auto sent = sink_.send({key, value, headers, topic}, [collection, accepted = call.accepted](bool stored) {
    if (stored) accepted->add();
    collection->settle(stored);
  });
  if (sent == EventSink::Sent::queued) return std::nullopt;
  collection->take_back();
  if (sent == EventSink::Sent::too_large) return Error{"too_large", "the event is larger than the broker takes", ""};
  return Error{"unavailable", "", ""};
}

}  // namespace scoreline::producers
