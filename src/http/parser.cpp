#include "http/parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>

namespace scoreline::http {
namespace bh = boost::beast::http;
namespace {

std::string_view std_view(boost::beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(bh::verb verb) {
  switch (verb) {
    case bh::verb::get: return Method::get;
    case bh::verb::head: return Method::head;
    case bh::verb::post: return Method::post;
    case bh::verb::options: return Method::options;
    case bh::verb::put: return Method::put;
    case bh::verb::delete_: return Method::remove;
    default: return Method::other;
  }
}

bool says_chunked(std::string_view value) {
  static constexpr std::string_view kChunked = "chunked";
  return value.size() == kChunked.size() &&
         std::equal(value.begin(), value.end(), kChunked.begin(), [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool digits_only(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Beast joins folded lines silently; others end the header line there.
bool folded(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1))
    if (at + 1 < bytes.size() && (bytes[at + 1] == ' ' || bytes[at + 1] == '\t')) return true;
  return false;
}

}  // namespace

RequestParser::RequestParser(Request& request, const ParserLimits& limits) : request_(request), limits_(limits) {
  header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  body_limit(boost::none);  // ours, see on_header_impl: it answers after the other checks
  request_.clear();
}

std::size_t RequestParser::take(std::string_view bytes) {
  error_code ec;
  const bool in_head = !is_header_done();
  const std::size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (in_head) {
    head_bytes_ += taken;
    if (!refusal_ && folded(bytes.substr(0, taken))) refuse(400, "bad_header", "folded header lines are not accepted", ec);
    // Beast's limit begins anew whenever it has taken some complete lines: a slow sender would pass it.
    if (!refusal_ && head_bytes_ > limits_.header_bytes_max) refuse_by(bh::error::header_limit);
  }
  if (ec && ec != bh::error::need_more && !refusal_) refuse_by(ec);
  return taken;
}

void RequestParser::refuse(unsigned status, std::string_view code, std::string_view message, error_code& ec) {
  refusal_ = Refusal{status, code, message};
  ec = bh::error::bad_value;
}

void RequestParser::refuse_by(error_code ec) {
  if (ec == bh::error::header_limit)
    refusal_ = Refusal{431, "header_too_large", "the request header is larger than this server takes"};
  else
    refusal_ = Refusal{400, "bad_request", "the request is not valid HTTP/1.1"};
}

void RequestParser::on_request_impl(bh::verb method, text, text target, int, error_code&) {
  request_.method = method_of(method);
  request_.set_target(std_view(target));
}

void RequestParser::on_field_impl(bh::field name, text name_text, text value, error_code& ec) {
  if (head_settled_) return;  // a trailer: may not add to what has been judged
  const std::string_view content = std_view(value);
  if (name == bh::field::host) {
    ++hosts_;
  } else if (name == bh::field::content_length) {
    ++lengths_;
    if (!digits_only(content)) return refuse(400, "bad_content_length", "Content-Length must be one number", ec);
  } else if (name == bh::field::transfer_encoding) {
    transfer_encoding_ = true;
    if (!says_chunked(content)) return refuse(400, "bad_transfer_encoding", "the only Transfer-Encoding is chunked", ec);
  }
  request_.add_header(std_view(name_text), content);
}

void RequestParser::on_header_impl(error_code& ec) {
  request_.settle();
  if (hosts_ != 1) return refuse(400, "bad_host", "exactly one Host header is needed", ec);
  if (lengths_ > 1) return refuse(400, "bad_content_length", "Content-Length must be one number", ec);
  if (lengths_ == 1 && transfer_encoding_)
    return refuse(400, "bad_content_length", "Content-Length and Transfer-Encoding exclude each other", ec);
  head_settled_ = true;
  const auto length = content_length();
  if (!length) return;
  if (*length > limits_.body_bytes_max) return refuse(413, "too_large", "the request body is larger than this server takes", ec);
  announced_bytes_ = static_cast<std::size_t>(*length);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) {
  // Not more ahead than a modest body: the length is only announced.
  request_.body.reserve(std::min<std::size_t>(announced_bytes_, 64 * 1024));
}

std::size_t RequestParser::on_body_impl(text body, error_code&) {
  request_.body += std_view(body);
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, text, error_code& ec) {
  if (size > limits_.body_bytes_max - request_.body.size())
    refuse(413, "too_large", "the request body is larger than this server takes", ec);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, text body, error_code&) {
  request_.body += std_view(body);
  return body.size();
}

}  // namespace scoreline::http
