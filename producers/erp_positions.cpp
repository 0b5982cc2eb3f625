#include "producers/erp_positions.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/errors.hpp"
#include "base/hash.hpp"
#include "wire/json.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::producers {
namespace {

namespace fs = std::filesystem;

std::uint64_t natural(std::string_view raw) {
  core::Number number;
  return wire::json_number(raw, number) && number.is_integer && number.integer >= 0
             ? static_cast<std::uint64_t>(number.integer)
             : 0;
}

std::string encoded(const std::string& path, const ErpPosition& position) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object()
      .key("path")
      .string(path)
      .key("offset")
      .integer(position.offset)
      .key("line")
      .integer(position.line);
  json.key("sha256")
      .string(position.sha256)
      .key("tail_bytes")
      .integer(position.tail_bytes)
      .key("tail_sha256")
      .string(position.tail_sha256);
  json.key("setup")
      .string(position.setup)
      .key("documents")
      .integer(position.documents)
      .key("refused")
      .integer(position.refused)
      .end_object();
  return out + "\n";
}

}  // namespace

ErpPositions::ErpPositions(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_ + "/files", error);
  if (error)
    throw base::UsageError(fmt::format("{}: the folder for the state cannot be made ({}); set erp.state_dir or --state",
                                       folder_, error.message()));
  const std::string lock = folder_ + "/lock";
  lock_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0)
    throw base::UsageError(fmt::format("{}: {}; set erp.state_dir or --state to a folder that may be written", lock,
                                       std::strerror(errno)));
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  close(lock_);
  throw base::UsageError(fmt::format(
      "{}: another `scoreline erp file` is running with this state; wait for it, or give this one its own --state",
      folder_));
}

ErpPositions::~ErpPositions() { close(lock_); }

std::string ErpPositions::file_of(const std::string& path) const {
  return folder_ + "/files/" + base::to_hex(base::keyed_hash({}, path)) + ".json";
}

std::optional<ErpPosition> ErpPositions::find(const std::string& path) const {
  std::ifstream in(file_of(path), std::ios::binary);
  if (!in) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!wire::check_json(text)) return std::nullopt;
  ErpPosition position;
  std::string of;
  wire::json_members(text, [&](std::string_view key, std::string_view raw) {
    if (key == "path") wire::json_string(raw, of);
    if (key == "offset") position.offset = natural(raw);
    if (key == "line") position.line = natural(raw);
    if (key == "sha256") wire::json_string(raw, position.sha256);
    if (key == "tail_bytes") position.tail_bytes = natural(raw);
    if (key == "tail_sha256") wire::json_string(raw, position.tail_sha256);
    if (key == "setup") wire::json_string(raw, position.setup);
    if (key == "documents") position.documents = natural(raw);
    if (key == "refused") position.refused = natural(raw);
  });
  if (of != path) return std::nullopt;
  return position;
}

void ErpPositions::save(const std::string& path, const ErpPosition& position) {
  const std::string file = file_of(path), beside = file + ".new";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  out << encoded(path, position);
  out.close();
  if (!out || std::rename(beside.c_str(), file.c_str()) != 0)
    throw base::UsageError(fmt::format(
        "{}: how far a file was published cannot be written ({}); make room or set another --state, and run again",
        file, std::strerror(errno)));
}

}  // namespace scoreline::producers
