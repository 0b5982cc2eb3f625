#include "producers/erp_import.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "wire/json.hpp"

namespace scoreline::producers {
namespace {

namespace fs = std::filesystem;
using Ending = ErpReader::Ending;

constexpr std::size_t kChunkBytes = 256 * 1024;
// A batch is published when it has one of these.
constexpr std::size_t kBatchRecords = 10'000, kBatchBytes = 8 * 1024 * 1024, kBatchInputBytes = 16 * 1024 * 1024;
constexpr std::size_t kAnchorBytes = 4'096;

/// A file that is read, closed at the end.
class InputFile {
 public:
  explicit InputFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (fd_ >= 0) close(fd_);
  }
  bool opened() const { return fd_ >= 0; }
  bool status(struct stat& out) const { return fstat(fd_, &out) == 0 && S_ISREG(out.st_mode); }
  void seek(std::uint64_t offset) { lseek(fd_, static_cast<off_t>(offset), SEEK_SET); }
  // 0: at the end, or it cannot be read.
  std::size_t read(std::span<char> room) {
    ssize_t count = 0;
    while ((count = ::read(fd_, room.data(), room.size())) < 0 && errno == EINTR) continue;
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

 private:
  int fd_;
};

ErpFormat format_of(std::string_view name) {
  for (const std::string_view ending : {".ndjson", ".jsonl", ".json"})
    if (name.ends_with(ending)) return ErpFormat::ndjson;
  for (const std::string_view ending : {".csv", ".tsv", ".txt"})
    if (name.ends_with(ending)) return ErpFormat::csv;
  return ErpFormat::by_ending;
}

}  // namespace

/// One pass over a file or stream.
struct ErpImport::Run {
  explicit Run(std::string name) : path(std::move(name)) {}

  std::string path;  // as messages name it
  std::string key;   // absolute, for positions; "" for streams
  std::unique_ptr<InputFile> input;
  std::optional<ErpReader> reader;
  ErpPosition position;
  base::Sha256Stream hash;  // of the bytes before position.offset
  std::string not_hashed;   // bytes read behind it
  std::uint64_t inode = 0;
  std::uint64_t size = 0, read = 0;
  std::vector<ErpRecord> batch;
  std::vector<base::Hash128> claimed;
  std::size_t batch_bytes = 0;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> open;  // offset and line of an item that may go on
  bool from_begin = false;
  bool half = false;  // the rest of the stream is left alone
};

ErpImport::ErpImport(ErpImportOptions options, ErpOutlet& outlet, ErpWatch& watch, ErpVersions& versions,
                     ErpPositions* positions)
    : options_(std::move(options)), outlet_(outlet), watch_(watch), versions_(versions), positions_(positions) {}

bool ErpImport::reads(const std::string& name) const {
  if (options_.mapping != nullptr) return options_.mapping->find(name) != nullptr;
  return options_.format != ErpFormat::by_ending || format_of(name) != ErpFormat::by_ending;
}

void ErpImport::refuse_file(const std::string& path, std::string code, std::string message) {
  ++totals_.broken;
  watch_.refused(path, {0, "", std::move(code), std::move(message)});
}

std::optional<ErpReader::Options> ErpImport::reader_options(const std::string& path, const std::string& name) {
  ErpReader::Options out;
  out.money = {options_.base_currency, nullptr};
  out.history = options_.history;
  out.now = options_.clock();
  if (options_.mapping != nullptr) {
    out.mapping = options_.mapping->find(name);
    out.money.rates = &options_.mapping->rates;
    if (out.mapping == nullptr && name == "-" && options_.mapping->files.size() == 1)
      out.mapping = &options_.mapping->files.front();
    if (out.mapping == nullptr) {
      refuse_file(path, "mapping", "no [[file]] of the mapping has a pattern for this name");
      return std::nullopt;
    }
  }
  out.format = out.mapping != nullptr ? out.mapping->format : ErpFormat::by_ending;
  if (options_.format != ErpFormat::by_ending) out.format = options_.format;
  if (out.format == ErpFormat::by_ending) out.format = format_of(name);
  if (out.format == ErpFormat::by_ending && name == "-") out.format = ErpFormat::ndjson;
  if (out.format != ErpFormat::by_ending) return out;
  refuse_file(path, "format", "neither .ndjson, .jsonl, .json nor .csv: say --format csv or ndjson");
  return std::nullopt;
}

// Leaves run.hash where the position is.
bool ErpImport::still_begins_with(Run& run, const ErpPosition& position) const {
  if (position.setup != options_.setup || position.offset > run.size) return false;
  std::array<char, kAnchorBytes> anchor;
  if (const auto seen = seen_.find(run.key);
      seen != seen_.end() && seen->second.inode == run.inode && seen->second.offset == position.offset) {
    const std::string& end = seen->second.anchor;
    run.input->seek(position.offset - end.size());
    const std::size_t got = run.input->read(std::span(anchor).first(end.size()));
    if (std::string_view(anchor.data(), got) != end) return false;
    run.hash = seen->second.hash;
    return true;
  }
  std::string chunk(kChunkBytes, '\0');
  base::Sha256Stream hash;
  run.input->seek(0);
  for (std::uint64_t left = position.offset; left > 0;) {
    const std::size_t got = run.input->read(std::span(chunk).first(std::min<std::uint64_t>(left, chunk.size())));
    if (got == 0) return false;
    hash.add(std::string_view(chunk).substr(0, got));
    left -= got;
  }
  if (base::to_hex(hash.value()) != position.sha256) return false;
  run.hash = hash;
  return true;
}

// Where to begin; false: there is nothing new.
bool ErpImport::go_on(Run& run) {
  std::optional<ErpPosition> position;
  // What this object has read itself is no reason for --again.
  if (positions_ != nullptr && (!options_.again || seen_.contains(run.key))) position = positions_->find(run.key);
  run.position.setup = options_.setup;
  if (!position || !still_begins_with(run, *position)) {
    run.input->seek(0);
    return run.size > 0;
  }
  run.position = *position;
  if (run.size == position->offset + position->tail_bytes) {
    std::string tail(position->tail_bytes, '\0');
    run.input->seek(position->offset);
    if (tail.empty() ||
        (run.input->read(tail) == tail.size() && base::to_hex(base::sha256(tail)) == position->tail_sha256))
      return false;
  }
  // The header is read again, whatever follows.
  run.input->seek(0);
  std::string chunk(kChunkBytes, '\0');
  ErpItem item;
  while (position->offset > 0 && !run.reader->header_known() && !run.reader->broken()) {
    const std::size_t got = run.input->read(chunk);
    if (got == 0) break;
    run.reader->feed(std::string_view(chunk).substr(0, got));
    run.reader->next(item);
  }
  if (position->offset > 0) run.reader->resume(position->offset, position->line);
  run.input->seek(position->offset);
  return true;
}

ErpImport::Left ErpImport::file(const std::string& path, Ending ending) {
  if (paths_.insert(path).second) ++totals_.files;
  Run run(path);
  const auto options = reader_options(path, fs::path(path).filename().string());
  if (!options) return Left::nothing;
  run.input = std::make_unique<InputFile>(path);
  struct stat status {};
  if (!run.input->opened() || !run.input->status(status)) {
    refuse_file(path, "unreadable",
                fmt::format("the file cannot be read ({}); check its name and permissions",
                            run.input->opened() ? "it is not a file" : std::strerror(errno)));
    return Left::nothing;
  }
  std::error_code error;
  run.key = fs::weakly_canonical(path, error).string();
  run.inode = status.st_ino;
  run.size = static_cast<std::uint64_t>(status.st_size);
  run.reader.emplace(*options);
  if (!go_on(run)) {
    ++totals_.untouched;
    if (run.position.refused > 0)
      watch_.noticed(path, fmt::format("nothing new; {} of its rows were refused earlier, --again shows them",
                                       run.position.refused));
    return Left::nothing;
  }
  return read_all(
      run, [&](std::span<char> room) { return run.input->read(room); }, ending);
}

ErpImport::Left ErpImport::stream(const std::string& name, const std::function<std::size_t(std::span<char>)>& read) {
  ++totals_.files;
  Run run(name);
  const auto options = reader_options(name, name);
  if (!options) return Left::nothing;
  run.reader.emplace(*options);
  return read_all(run, read, Ending::whole);
}

ErpImport::Left ErpImport::read_all(Run& run, const Source& source, Ending ending) {
  std::string chunk(kChunkBytes, '\0');
  run.read = run.position.offset;
  run.from_begin = run.read == 0;
  bool stopped = false;
  while (!run.reader->broken() && !(stopped = watch_.stopped())) {
    const std::size_t got = source(chunk);
    if (got == 0) {
      stopped = watch_.stopped();
      break;
    }
    const std::string_view bytes = std::string_view(chunk).substr(0, got);
    run.read += got;
    if (positions_ != nullptr && !run.key.empty()) run.not_hashed += bytes;
    run.reader->feed(bytes);
    drain(run);
    const bool idle = run.key.empty() && got < chunk.size();
    if (idle || run.not_hashed.size() >= kBatchInputBytes) publish(run, run.reader->offset(), run.reader->line());
    watch_.moved(run.path, {run.read, run.size, totals_.documents});
  }
  if (!stopped) {
    run.reader->finish(ending);
    drain(run);
  }
  if (const auto& broken = run.reader->broken()) {
    refuse_file(run.path, broken->code, broken->message);
    return Left::nothing;
  }
  if (!stopped && run.from_begin && ending == Ending::whole) {
    for (const std::string& column : run.reader->unseen_columns())
      watch_.noticed(run.path, fmt::format("no row has a member `{}`: is its name in the mapping right?", column));
  }
  const auto [offset, line] = run.open.value_or(std::pair(run.reader->offset(), run.reader->line()));
  publish(run, offset, line);
  watch_.moved(run.path, {run.read, run.size, totals_.documents});
  if (stopped) return Left::stopped;
  return ending == Ending::growing && !run.half && run.reader->offset() < run.read ? Left::document : Left::nothing;
}

void ErpImport::drain(Run& run) {
  ErpItem item;
  while (run.reader->next(item)) {
    take(run, item);
    const bool full = run.batch.size() >= kBatchRecords || run.batch_bytes >= kBatchBytes;
    if (full && !run.open && !run.reader->waiting()) publish(run, run.reader->offset(), run.reader->line());
  }
}

void ErpImport::take(Run& run, ErpItem& item) {
  if (item.open) run.open = std::pair(item.begin, item.line);
  if (item.kind == ErpItem::Kind::unfinished) {
    ++totals_.unfinished;
    run.half = true;
    watch_.noticed(run.path, fmt::format("line {} is not finished: left for the next run", item.line));
    return;
  }
  if (item.kind == ErpItem::Kind::fault) {
    ++totals_.refused;
    ++run.position.refused;
    watch_.refused(run.path, item.fault);
    return;
  }
  std::int64_t version = 1;
  if (item.change.derived) {
    const core::ErpDocument& document = *item.event.document;
    const base::Hash128 name =
        base::keyed_hash(options_.hash_key,
                         fmt::format("{}\n{}\n{}\n{}", document.source, document.customer, document.kind, document.id));
    const std::uint64_t content = base::keyed_hash(options_.hash_key, wire::canonical_json(item.event.properties)).low;
    const ErpVersions::Claim claim = versions_.claim(name, content);
    if (claim.known && !options_.again) {
      ++totals_.unchanged;
      return;
    }
    version = claim.version;
    run.claimed.push_back(name);
  }
  std::string value = item.change.value(version);
  if (item.change.derived) {
    auto event = read_erp_value(value, options_.clock(), options_.base_currency);
    SCORELINE_CHECK(event.ok(), "a document is refused because of its version");
    item.event = std::move(*event);
  }
  run.batch_bytes += value.size();
  run.batch.push_back(erp_record(std::move(value), item.event, options_.hash_key));
}

// `offset`: everything before it is in this batch or was in one before.
void ErpImport::publish(Run& run, std::uint64_t offset, std::uint64_t line) {
  if (!run.batch.empty()) {
    if (!run.claimed.empty()) versions_.sync();
    outlet_.publish(run.batch);
    versions_.acknowledge(run.claimed);
    totals_.documents += run.batch.size();
    run.position.documents += run.batch.size();
    run.batch.clear();
    run.claimed.clear();
    run.batch_bytes = 0;
  }
  if (positions_ == nullptr || run.key.empty()) return;
  const std::size_t done = static_cast<std::size_t>(offset - run.position.offset);
  run.hash.add(std::string_view(run.not_hashed).substr(0, done));
  Seen& seen = seen_[run.key];
  seen.anchor = run.not_hashed.substr(done - std::min(done, kAnchorBytes), std::min(done, kAnchorBytes));
  run.not_hashed.erase(0, done);
  run.position.offset = offset;
  run.position.line = line;
  run.position.sha256 = base::to_hex(run.hash.value());
  const bool tail = run.open && !run.half;
  run.position.tail_bytes = tail ? run.not_hashed.size() : 0;
  run.position.tail_sha256 = tail ? base::to_hex(base::sha256(run.not_hashed)) : "";
  positions_->save(run.key, run.position);
  seen.inode = run.inode;
  seen.offset = offset;
  seen.hash = run.hash;
}

}  // namespace scoreline::producers
