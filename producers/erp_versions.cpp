#include "producers/erp_versions.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "base/errors.hpp"

namespace scoreline::producers {
namespace {

constexpr std::uint64_t kMagic = 0x3130'5245'5645'4c53;  // "SLEVER01", little endian
constexpr std::uint64_t kSlotsFirst = 4'096;
constexpr std::uint64_t kAcknowledged = 1;

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw base::UsageError(fmt::format("{}: {}", path, what));
}
[[noreturn]] void fail(const std::string& path, const char* what) {
  refuse(path, fmt::format("{}: {}", what, std::strerror(errno)));
}

/// A file descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

struct ErpVersions::Header {
  std::uint64_t magic, slots, key_check, unused;
};
/// 32 bytes at a multiple of 32: a power cut leaves each of them old or new, not half of both.
struct ErpVersions::Slot {
  std::uint64_t high, low;  // of the document; both 0: free
  std::uint64_t content;
  std::uint64_t state;  // version * 2 + acknowledged
};

/// A table of a fixed size: of a file, or of memory alone.
class ErpVersions::Mapped {
 public:
  static std::size_t bytes_of(std::uint64_t slots) { return sizeof(Header) + slots * sizeof(Slot); }

  Mapped(const std::string& path, int fd, std::uint64_t slots, bool shared) : bytes_(bytes_of(slots)) {
    const int flags = (shared ? MAP_SHARED : MAP_PRIVATE) | (fd < 0 ? MAP_ANONYMOUS : 0);
    data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (data_ == MAP_FAILED) fail(path, "the table of versions cannot be mapped");
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() { munmap(data_, bytes_); }

  Header& header() { return *static_cast<Header*>(data_); }
  Slot* slots() { return reinterpret_cast<Slot*>(static_cast<char*>(data_) + sizeof(Header)); }
  void sync(const std::string& path) {
    if (msync(data_, bytes_, MS_SYNC) != 0) fail(path, "the table of versions cannot be written");
  }

 private:
  void* data_;
  std::size_t bytes_;
};

ErpVersions::ErpVersions(std::string path, const base::HashKey& key, Mode mode, std::int64_t floor)
    : path_(std::move(path)), mode_(mode), floor_(floor) {
  static_assert(sizeof(Header) == 32 && sizeof(Slot) == 32);
  open(key);
}
ErpVersions::~ErpVersions() = default;

void ErpVersions::open(const base::HashKey& key) {
  const std::uint64_t key_check = base::keyed_hash(key, "erp versions").low;
  const bool keep = mode_ == Mode::keep;
  const File file(::open(path_.c_str(), keep ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600));
  if (file.get() < 0 && (keep || errno != ENOENT)) fail(path_, "the table of versions cannot be opened");
  struct stat status {};
  if (file.get() >= 0 && fstat(file.get(), &status) != 0) fail(path_, "the table of versions cannot be read");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) {
    if (keep && ftruncate(file.get(), static_cast<off_t>(Mapped::bytes_of(kSlotsFirst))) != 0)
      fail(path_, "no room for the table of versions");
    map_ = std::make_unique<Mapped>(path_, keep ? file.get() : -1, kSlotsFirst, keep);
    map_->header() = {kMagic, kSlotsFirst, key_check, 0};
    return;
  }
  if (size < Mapped::bytes_of(1))
    refuse(path_, "not a table of versions; move it away, and see docs/connectors.md on --versions-from");
  map_ = std::make_unique<Mapped>(path_, file.get(), (size - sizeof(Header)) / sizeof(Slot), keep);
  Header& header = map_->header();
  // Made, and the power went before anything was published by it.
  if (header.magic == 0 && size == Mapped::bytes_of(kSlotsFirst)) header = {kMagic, kSlotsFirst, key_check, 0};
  const bool sound = header.magic == kMagic && header.slots > 0 && (header.slots & (header.slots - 1)) == 0 &&
                     size == Mapped::bytes_of(header.slots);
  if (!sound) refuse(path_, "not a table of versions; move it away, and see docs/connectors.md on --versions-from");
  if (header.key_check != key_check)
    refuse(path_, "was made with another identity.hash_key; use the settings it was made with");
  for (std::uint64_t i = 0; i < header.slots; ++i)
    count_ += (map_->slots()[i].high | map_->slots()[i].low) != 0 ? 1 : 0;
}

ErpVersions::Slot& ErpVersions::slot_of(const base::Hash128& document) {
  const std::uint64_t mask = map_->header().slots - 1;
  Slot* slots = map_->slots();
  for (std::uint64_t at = document.low & mask;; at = (at + 1) & mask) {
    Slot& slot = slots[at];
    if ((slot.high == document.high && slot.low == document.low) || (slot.high | slot.low) == 0) return slot;
  }
}

// The version first: should the process be killed between, no content stands beside a version that was published with
// another.
void ErpVersions::write(Slot& slot, std::uint64_t version, std::uint64_t content) {
  slot.state = version * 2;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  slot.content = content;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

ErpVersions::Claim ErpVersions::claim(const base::Hash128& document, std::uint64_t content) {
  SCORELINE_CHECK((document.high | document.low) != 0, "a hash of zeros is no document");
  if ((count_ + 1) * 4 > map_->header().slots * 3) grow();
  Slot& slot = slot_of(document);
  if ((slot.high | slot.low) == 0) {
    ++count_;
    write(slot, static_cast<std::uint64_t>(floor_ + 1), content);
    slot.high = document.high;
    slot.low = document.low;
  } else if (slot.content != content) {
    write(slot, slot.state / 2 + 1, content);
  }
  return {static_cast<std::int64_t>(slot.state / 2), (slot.state & kAcknowledged) != 0};
}

void ErpVersions::sync() {
  if (mode_ == Mode::keep) map_->sync(path_);
}

void ErpVersions::acknowledge(const std::vector<base::Hash128>& documents) {
  for (const base::Hash128& document : documents) slot_of(document).state |= kAcknowledged;
}

// Twice the size beside the old one, which stays what it is until the new one is complete.
void ErpVersions::grow() {
  const Header old = map_->header();
  const std::string beside = path_ + ".new";
  const bool keep = mode_ == Mode::keep;
  const File file(keep ? ::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1);
  if (keep && (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(Mapped::bytes_of(old.slots * 2))) != 0))
    fail(beside, "no room for a larger table of versions");
  auto larger = std::make_unique<Mapped>(beside, file.get(), old.slots * 2, keep);
  larger->header() = {kMagic, old.slots * 2, old.key_check, 0};
  std::swap(map_, larger);
  for (std::uint64_t i = 0; i < old.slots; ++i) {
    const Slot& slot = larger->slots()[i];
    if ((slot.high | slot.low) != 0) slot_of({slot.high, slot.low}) = slot;
  }
  if (!keep) return;
  map_->sync(beside);
  if (fsync(file.get()) != 0 || rename(beside.c_str(), path_.c_str()) != 0)
    fail(path_, "the larger table of versions cannot take its place");
}

}  // namespace scoreline::producers
