#pragma once
/// One HTTP request and its answer, as handlers see them. No Boost in here.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scoreline::http {

enum class Method : std::uint8_t { get, head, post, options, put, remove, other };

/// A request, complete and within all limits, its body already inflated. Owned by the connection: it and all views into
/// it live until the answer is given (or the Respond is gone), whatever happens to the peer.
class Request {
 public:
  Method method = Method::other;
  /// "/v1/track" and "writeKey=..." (without the question mark, still percent-encoded).
  std::string_view path, query;
  /// The peer's address as text, "::ffff:" removed; never a forwarded one (see forwarded_for()).
  std::string_view peer;
  std::string body;

  /// Value of the first field of that name (ASCII case aside), "" when there is none.
  std::string_view header(std::string_view name) const;
  /// How many fields of that name there are.
  std::size_t header_count(std::string_view name) const;
  /// Last entry of X-Forwarded-For: what the nearest proxy saw. Only to be believed behind a proxy of one's own.
  std::string_view forwarded_for() const;

  // For the parser: fields lie in one text, so that a connection's next request allocates nothing.
  void clear();
  void set_target(std::string_view target);
  void add_header(std::string_view name, std::string_view value);
  /// Makes path and query point into the text, which moves while fields are added.
  void settle();

 private:
  struct Place {
    std::uint32_t name_at, name_size, value_at, value_size;
  };
  std::string head_;              // target, then names and values
  std::uint32_t target_size_ = 0;
  std::vector<Place> places_;
};

struct Response {
  unsigned status = 200;
  std::string_view content_type = "application/json";  // constant text
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool close = false;                                   // end the connection after this answer
};

/// Standard words for a status ("Too Many Requests").
std::string_view reason_phrase(unsigned status);
/// {"success":false,"code":"...","message":"..."}; both are constant texts of ours and are not escaped.
Response refusal(unsigned status, std::string_view code, std::string_view message);

/// Somebody who awaits an answer; implemented by the server's connections and by tests.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// From any thread. `serial` names the request; an answer to one that was answered already is dropped.
  virtual void answer(std::uint64_t serial, Response response) = 0;
};

/// The right to answer one request, once, from any thread, now or later. Dropped unused it answers 500, so that no
/// client waits for ever. Outliving the server is allowed: the answer is then dropped.
class Respond {
 public:
  Respond(std::shared_ptr<Exchange> exchange, std::uint64_t serial) : exchange_(std::move(exchange)), serial_(serial) {}
  Respond(Respond&&) noexcept = default;
  Respond& operator=(Respond&&) = delete;
  ~Respond();
  void operator()(Response response);

 private:
  std::shared_ptr<Exchange> exchange_;
  std::uint64_t serial_;
};

}  // namespace scoreline::http
