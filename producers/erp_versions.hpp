#pragma once
/// Versions of documents whose ERP has none: counted up whenever a document's content changes. A hash table in a file
/// of its own, mapped into memory: however many documents there are, only the pages in use take memory.
///
/// A version is claimed before it is published and acknowledged afterwards. Whatever happens between, it never stands
/// for another content: after a crash the same content gets the same version again (a repetition changes nothing), and
/// other content the next.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.hpp"

namespace scoreline::producers {

/// One thread, one process (the owner of the folder sees to that). Throws base::UsageError: the file cannot be used, is
/// none of ours, or was made with another identity.hash_key.
class ErpVersions {
 public:
  enum class Mode : std::uint8_t {
    keep,    // changes go to the file
    try_out  // changes are seen by this object alone
  };
  /// `floor`: documents that are not known yet begin above it (for a file that was lost).
  ErpVersions(std::string path, const base::HashKey& key, Mode mode, std::int64_t floor = 0);
  ~ErpVersions();
  ErpVersions(const ErpVersions&) = delete;
  ErpVersions& operator=(const ErpVersions&) = delete;

  struct Claim {
    std::int64_t version = 0;
    bool known = false;  // this content was published and acknowledged before
  };
  /// `document` names it, `content` is a hash of its canonical content.
  Claim claim(const base::Hash128& document, std::uint64_t content);
  /// All claims so far survive a power cut; call before they are published.
  void sync();
  /// The broker has these documents' latest claims.
  void acknowledge(const std::vector<base::Hash128>& documents);
  std::size_t documents() const { return count_; }

 private:
  struct Header;
  struct Slot;
  class Mapped;
  Slot& slot_of(const base::Hash128& document);
  static void write(Slot& slot, std::uint64_t version, std::uint64_t content);
  void open(const base::HashKey& key);
  void grow();

  std::string path_;
  Mode mode_;
  std::int64_t floor_;
  std::unique_ptr<Mapped> map_;
  std::size_t count_ = 0;
};

}  // namespace scoreline::producers
