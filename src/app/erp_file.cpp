#include "app/erp_file.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "app/commands.hpp"
#include "app/erp_console.hpp"
#include "app/process.hpp"
#include "app/signals.hpp"
#include "app/table_print.hpp"
#include "base/errors.hpp"
#include "base/log.hpp"
#include "kafka/record_producer.hpp"
#include "producers/erp_import.hpp"
#include "wire/json_writer.hpp"

namespace scoreline::app {
namespace {

namespace fs = std::filesystem;
using producers::ErpImport;
using Ending = producers::ErpReader::Ending;

constexpr int kPollMs = 1'000;
constexpr auto kPublishLimit = std::chrono::milliseconds(60'000);

/// erp.changes, acknowledged batch by batch.
class KafkaErpOutlet final : public producers::ErpOutlet {
 public:
  explicit KafkaErpOutlet(kafka::Settings settings)
      : producer_(with_linger(std::move(settings)), {flow::Topic::erp_changes}) {}
  void warm_up() { producer_.warm_up(std::chrono::milliseconds(10'000)); }

  void publish(std::span<const producers::ErpRecord> records) override {
    std::vector<kafka::OwnedRecord> out;
    out.reserve(records.size());
    for (const producers::ErpRecord& record : records) {
      kafka::OwnedRecord& one = out.emplace_back();
      one.topic = flow::Topic::erp_changes;
      one.key = record.key;
      one.value = record.value;
      one.headers = record.headers;
    }
    kafka::send_all_and_wait(producer_, out, kPublishLimit);
  }

 private:
  // Whole batches are sent: waiting a little makes fewer, larger requests.
  static kafka::Settings with_linger(kafka::Settings settings) {
    settings.linger_ms = 20;
    return settings;
  }
  kafka::RecordProducer producer_;
};

/// --dry-run.
class PrintErpOutlet final : public producers::ErpOutlet {
 public:
  void publish(std::span<const producers::ErpRecord> records) override {
    for (const producers::ErpRecord& record : records) {
      std::fwrite(record.value.data(), 1, record.value.size(), stdout);
      std::fputc('\n', stdout);
    }
    std::fflush(stdout);
  }
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw base::UsageError(fmt::format("--mapping {}: the file cannot be read", path));
  return text;
}

producers::ErpMapping load_mapping(const std::string& path, const std::string& text) {
  auto loaded = producers::load_erp_mapping(path, text);
  if (loaded.mapping) return std::move(*loaded.mapping);
  std::string all = fmt::format("{} in the mapping",
                                counted(static_cast<std::int64_t>(loaded.problems.size()), "problem", "problems"));
  for (const wire::RuleBookProblem& problem : loaded.problems) all += "\n" + wire::to_text(problem);
  throw base::UsageError(all);
}

producers::ErpFormat format_of(const std::string& name) {
  return name == "csv"      ? producers::ErpFormat::csv
         : name == "ndjson" ? producers::ErpFormat::ndjson
                            : producers::ErpFormat::by_ending;
}

// As much as there is at the moment, at least one byte; 0: the end, or told to stop.
std::size_t read_stdin(std::span<char> room) {
  std::size_t filled = 0;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (filled < room.size() && !stop_requested()) {
    if (filled > 0 && poll(&input, 1, 0) <= 0) break;
    const ssize_t count = ::read(STDIN_FILENO, room.data() + filled, room.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

/// Everything of one run, in the order in which it is made.
struct Work {
  Work(const Settings& settings, const ErpFileOptions& options)
      : state(options.state_dir.empty() ? settings.erp_state_dir : options.state_dir),
        mapping_text(options.mapping.empty() ? "" : read_file(options.mapping)),
        console(options.errors_file, stop_requested) {
    if (!options.mapping.empty()) mapping = load_mapping(options.mapping, mapping_text);
    // What is known of one installation says nothing about another.
    if (!settings.kafka_prefix.empty()) state += "/" + settings.kafka_prefix;
    import_options.hash_key = settings.hash_key;
    import_options.base_currency = settings.erp_base_currency;
    import_options.mapping = mapping ? &*mapping : nullptr;
    import_options.format = format_of(options.format);
    import_options.history = options.history;
    import_options.again = options.again || options.dry_run;
    import_options.setup = base::to_hex(base::sha256(
        fmt::format("{}\n{}\n{}\n{}", options.format, options.history, settings.erp_base_currency, mapping_text)));
    if (options.dry_run) {
      outlet = std::make_unique<PrintErpOutlet>();
    } else {
      positions.emplace(state);
      auto kafka = std::make_unique<KafkaErpOutlet>(kafka_settings_of(settings));
      kafka->warm_up();
      outlet = std::move(kafka);
    }
    const auto mode = options.dry_run ? producers::ErpVersions::Mode::try_out : producers::ErpVersions::Mode::keep;
    versions.emplace(state + "/versions", settings.hash_key, mode, options.versions_from);
    import.emplace(import_options, *outlet, console, *versions, positions ? &*positions : nullptr);
  }

  std::string state, mapping_text;
  std::optional<producers::ErpMapping> mapping;
  ErpConsole console;
  producers::ErpImportOptions import_options;
  std::optional<producers::ErpPositions> positions;
  std::unique_ptr<producers::ErpOutlet> outlet;
  std::optional<producers::ErpVersions> versions;
  std::optional<ErpImport> import;
};

/// Paths as they are now; what in a folder is not for us is said once.
std::vector<std::string> files_of(const ErpFileOptions& options, Work& work, std::map<std::string, bool>& told) {
  std::vector<std::string> files;
  for (const std::string& path : options.paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    for (const std::string& file : erp_files_of(path)) {
      if (work.import->reads(fs::path(file).filename().string()))
        files.push_back(file);
      else if (fs::equivalent(file, options.mapping, error))
        continue;
      else if (!std::exchange(told[file], true))
        work.console.noticed(file, work.mapping ? "left alone: no pattern of the mapping has its name"
                                                : "left alone: neither .ndjson, .jsonl, .json nor .csv");
    }
  }
  return files;
}

bool run_once(const ErpFileOptions& options, Work& work) {
  std::map<std::string, bool> told;
  const std::vector<std::string> files = files_of(options, work, told);
  for (const std::string& file : files) {
    const auto left = file == "-" ? work.import->stream("-", read_stdin) : work.import->file(file, Ending::whole);
    work.console.close_file();
    if (left == ErpImport::Left::stopped || stop_requested()) return false;
  }
  return true;
}

/// A file as it was looked at last.
struct Look {
  std::int64_t size = -1, changed_ns = 0;
  std::uint64_t inode = 0;
  bool document = false;  // at its end there is one that may be complete
  bool operator==(const Look& other) const {
    return size == other.size && changed_ns == other.changed_ns && inode == other.inode;
  }
};

void follow_file(const std::string& path, Work& work, Look& look) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return;
  Look now;
  now.size = status.st_size;
  now.changed_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
  now.inode = status.st_ino;
  const bool same = now == look;
  if (same && !look.document) return;
  const std::uint64_t before = work.import->totals().documents;
  const auto left = work.import->file(path, same ? Ending::settled : Ending::growing);
  work.console.close_file();
  now.document = !same && left == ErpImport::Left::document;
  look = now;
  if (const std::uint64_t published = work.import->totals().documents - before; published > 0)
    work.console.noticed(path,
                         counted(static_cast<std::int64_t>(published), "document published", "documents published"));
}

void run_follow(const ErpFileOptions& options, Work& work) {
  std::map<std::string, Look> looks;
  std::map<std::string, bool> told;
  while (!stop_requested()) {
    try {
      for (const std::string& file : files_of(options, work, told))
        if (!stop_requested()) follow_file(file, work, looks[file]);
    } catch (const base::Unavailable& away) {
      base::log::warn("ERP documents cannot be published; they wait in their files",
                      {{"reason", away.what()}, {"next", "start Kafka; nothing is lost, this goes on by itself"}});
      wait_for_signal(2 * kPollMs);
    }
    if (!stop_requested()) wait_for_signal(kPollMs);
  }
}

std::string summary_json(const producers::ErpTotals& totals, bool whole, double seconds) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object()
      .key("files")
      .integer(totals.files)
      .key("untouched")
      .integer(totals.untouched)
      .key("published")
      .integer(totals.documents);
  json.key("unchanged")
      .integer(totals.unchanged)
      .key("refused")
      .integer(totals.refused)
      .key("unfinished")
      .integer(totals.unfinished);
  json.key("complete").boolean(whole).key("seconds").raw(fmt::format("{:.3f}", seconds)).end_object();
  return text;
}

std::string summary_text(const producers::ErpTotals& totals, bool whole, bool dry_run) {
  const auto many = [](std::uint64_t n, std::string_view one, std::string_view more) {
    return counted(static_cast<std::int64_t>(n), one, more);
  };
  std::string text = fmt::format("{} of {} {}", many(totals.documents, "document", "documents"),
                                 many(totals.files, "file", "files"), dry_run ? "would be published" : "published");
  if (totals.unchanged > 0) text += fmt::format(", {} unchanged", grouped(static_cast<std::int64_t>(totals.unchanged)));
  if (totals.untouched > 0) text += fmt::format(", nothing new in {}", many(totals.untouched, "file", "files"));
  if (totals.refused > 0) text += fmt::format(", {} refused", many(totals.refused, "row", "rows"));
  if (totals.unfinished > 0)
    text += fmt::format(", {} left for the next run", many(totals.unfinished, "unfinished row", "unfinished rows"));
  if (!whole) text += "; stopped: the same command goes on from here";
  return text;
}

}  // namespace

std::vector<std::string> erp_files_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool passing =
        name.starts_with('.') || name.ends_with('~') || name.ends_with(".tmp") || name.ends_with(".part");
    std::error_code ignored;
    if (!passing && fs::is_regular_file(at->path(), ignored)) files.push_back(at->path().string());
  }
  if (error) throw base::UsageError(fmt::format("{}: the folder cannot be read ({})", folder, error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

int run_erp_file(const Settings& settings, const ErpFileOptions& options) {
  catch_stop_signals();
  base::log::set_process("erp file");
  const std::int64_t begin_us = base::steady_us();
  Work work(settings, options);
  bool whole = true;
  try {
    if (options.follow)
      run_follow(options, work);
    else
      whole = run_once(options, work);
  } catch (const base::Unavailable& away) {
    work.console.close_file();
    throw base::Unavailable(fmt::format(
        "{}; {} published before, the same command goes on behind them", away.what(),
        counted(static_cast<std::int64_t>(work.import->totals().documents), "document was", "documents were")));
  }
  const producers::ErpTotals& totals = work.import->totals();
  const double seconds = static_cast<double>(base::steady_us() - begin_us) / 1e6;
  const std::string summary =
      options.json ? summary_json(totals, whole, seconds) : summary_text(totals, whole, options.dry_run);
  fmt::print(options.dry_run ? stderr : stdout, "{}\n", summary);
  if (totals.refused + totals.broken > 0) return kUsage;
  return whole ? kDone : kProblem;
}

}  // namespace scoreline::app
