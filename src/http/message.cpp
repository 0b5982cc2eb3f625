#include "http/message.hpp"

#include <exception>

namespace scoreline::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  const std::string_view head = head_;
  for (const Place& p : places_)
    if (same_name(head.substr(p.name_at, p.name_size), name)) return head.substr(p.value_at, p.value_size);
  return {};
}

std::size_t Request::header_count(std::string_view name) const {
  const std::string_view head = head_;
  std::size_t count = 0;
  for (const Place& p : places_) count += same_name(head.substr(p.name_at, p.name_size), name) ? 1 : 0;
  return count;
}

std::string_view Request::forwarded_for() const {
  const std::string_view head = head_;
  std::string_view last;
  for (const Place& p : places_)
    if (same_name(head.substr(p.name_at, p.name_size), "x-forwarded-for")) last = head.substr(p.value_at, p.value_size);
  const std::size_t comma = last.rfind(',');
  if (comma != std::string_view::npos) last.remove_prefix(comma + 1);
  while (!last.empty() && (last.front() == ' ' || last.front() == '\t')) last.remove_prefix(1);
  return last;
}

void Request::clear() {
  method = Method::other;
  path = query = {};
  body.clear();
  head_.clear();
  target_size_ = 0;
  places_.clear();
}

void Request::set_target(std::string_view target) {
  head_ = target;
  target_size_ = static_cast<std::uint32_t>(target.size());
}

void Request::add_header(std::string_view name, std::string_view value) {
  Place place{};
  place.name_at = static_cast<std::uint32_t>(head_.size());
  place.name_size = static_cast<std::uint32_t>(name.size());
  head_ += name;
  place.value_at = static_cast<std::uint32_t>(head_.size());
  place.value_size = static_cast<std::uint32_t>(value.size());
  head_ += value;
  places_.push_back(place);
}

void Request::settle() {
  const std::string_view target = std::string_view(head_).substr(0, target_size_);
  const std::size_t mark = target.find('?');
  path = target.substr(0, mark);
  query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return status < 400 ? "OK" : "Error";
  }
}

Response refusal(unsigned status, std::string_view code, std::string_view message) {
  Response response;
  response.status = status;
  response.body = "{\"success\":false,\"code\":\"";
  response.body += code;
  response.body += "\",\"message\":\"";
  response.body += message;
  response.body += "\"}";
  return response;
}

Respond::~Respond() {
  if (!exchange_) return;
  // Dropped by an exception: the world is down (base::Unavailable), which is worth another try.
  const bool thrown = std::uncaught_exceptions() > 0;
  exchange_->answer(serial_, refusal(thrown ? 503 : 500, thrown ? "unavailable" : "internal", "the request was not answered"));
}

void Respond::operator()(Response response) {
  if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->answer(serial_, std::move(response));
}

}  // namespace scoreline::http
