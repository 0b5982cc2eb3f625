#pragma once
/// Private to http: Beast's parser, made strict (facts: security 2). Beast 1.81 takes some requests that a proxy in
/// front of us may cut elsewhere; whatever leaves room for a second opinion about where a request ends is refused:
/// any Transfer-Encoding but exactly "chunked", more than one Content-Length or one that is not digits only, not exactly
/// one Host, folded header lines.
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace scoreline::http {

struct ParserLimits {
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
};

/// Why a request is refused. All of these end the connection.
struct Refusal {
  unsigned status;
  std::string_view code, message;
};

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// Fills `request`, which outlives the parser. One parser per request.
  RequestParser(Request& request, const ParserLimits& limits);

  /// Takes what it can from `bytes` and returns how many it took. Look at refused(), is_done() and is_header_done()
  /// afterwards; stops once behind the header. Zero taken and none of these: more bytes are needed.
  std::size_t take(std::string_view bytes);
  const std::optional<Refusal>& refused() const { return refusal_; }
  /// The head is complete and lawful; path, query and header() may be used.
  bool head_settled() const { return head_settled_; }
  /// Content-Length, 0 for none or chunked.
  std::size_t announced_bytes() const { return announced_bytes_; }

 private:
  using error_code = boost::beast::error_code;
  using text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb method, text method_text, text target, int version, error_code& ec) override;
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field name, text name_text, text value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
  std::size_t on_body_impl(text body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, text extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, text body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  void refuse(unsigned status, std::string_view code, std::string_view message, error_code& ec);
  void refuse_by(error_code ec);

  Request& request_;
  ParserLimits limits_;
  std::optional<Refusal> refusal_;
  std::size_t head_bytes_ = 0, announced_bytes_ = 0;
  bool head_settled_ = false, transfer_encoding_ = false;
  int hosts_ = 0, lengths_ = 0;
};

}  // namespace scoreline::http
