#include "http/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace scoreline::http {
namespace {

constexpr int kGzip = MAX_WBITS + 16, kZlib = MAX_WBITS, kRaw = -MAX_WBITS;

using Stream = std::unique_ptr<z_stream, int (*)(z_stream*)>;

base::Error damaged() { return {"invalid_encoding", "the body is not what Content-Encoding says, or it is damaged", ""}; }

// RFC 9110 means zlib's envelope by "deflate", but some clients send the bare stream.
int window_of(bool gzip, std::string_view body) {
  if (gzip) return kGzip;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(body[i]); };
  return body.size() >= 2 && (byte(0) & 0x0f) == 8 && (byte(0) * 256 + byte(1)) % 31 == 0 ? kZlib : kRaw;
}

base::Result<std::string> run(bool gzip, std::string_view body, std::size_t bytes_max) {
  z_stream state{};
  if (inflateInit2(&state, window_of(gzip, body)) != Z_OK) throw std::bad_alloc();
  const Stream stream(&state, [](z_stream* s) { return inflateEnd(s); });
  std::string out(std::min(bytes_max + 1, std::max<std::size_t>(body.size() * 4, 1024)), '\0');
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream->avail_in = static_cast<uInt>(body.size());
  std::size_t size = 0;
  for (;;) {
    stream->next_out = reinterpret_cast<Bytef*>(out.data() + size);
    stream->avail_out = static_cast<uInt>(out.size() - size);
    const int outcome = ::inflate(stream.get(), Z_NO_FLUSH);
    size = out.size() - stream->avail_out;
    if (size > bytes_max) return base::Error{"too_large", "the inflated body is larger than this server takes", ""};
    if (outcome == Z_STREAM_END) {
      if (stream->avail_in == 0) break;
      if (!gzip || inflateReset(stream.get()) != Z_OK) return damaged();  // gzip: members may follow each other
    } else if (outcome != Z_OK) {
      return damaged();  // Z_BUF_ERROR included: nothing to read although there is room, it was cut short
    } else if (stream->avail_out == 0) {
      out.resize(std::min(bytes_max + 1, out.size() * 4));
    } else if (stream->avail_in == 0) {
      return damaged();
    }
  }
  out.resize(size);
  return out;
}

}  // namespace

base::Result<std::string> inflate(std::string_view encoding, std::string body, std::size_t bytes_max) {
  std::string word(encoding);
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (word.empty() || word == "identity") return body;
  if (word == "gzip" || word == "x-gzip") return run(true, body, bytes_max);
  if (word == "deflate") return run(false, body, bytes_max);
  return base::Error{"unknown_encoding", "Content-Encoding must be gzip or deflate", ""};
}

}  // namespace scoreline::http
