#pragma once
/// How far each file has been published, in a folder of small files: written when the broker has acknowledged, so that
/// an import goes on where it was interrupted.
#include <cstdint>
#include <optional>
#include <string>

namespace scoreline::producers {

/// All bytes before `offset` are done. A file goes on there if it still begins with them, whatever came behind; else it
/// is another file.
struct ErpPosition {
  std::uint64_t offset = 0, line = 1;
  std::string sha256;            // of the bytes before offset, hexadecimal
  std::uint64_t tail_bytes = 0;  // behind offset: done, too, but the document may go on when the file grows
  std::string tail_sha256;
  std::string setup;                         // names what it was read with; with another one it is read anew
  std::uint64_t documents = 0, refused = 0;  // so far
};

/// One process at a time. Throws base::UsageError: the folder cannot be used, or another process uses it.
class ErpPositions {
 public:
  /// Makes the folder where there is none.
  explicit ErpPositions(std::string folder);
  ~ErpPositions();
  ErpPositions(const ErpPositions&) = delete;
  ErpPositions& operator=(const ErpPositions&) = delete;

  /// `path`: absolute. What cannot be read counts as nothing: the file is published again, which is harmless.
  std::optional<ErpPosition> find(const std::string& path) const;
  void save(const std::string& path, const ErpPosition& position);

 private:
  std::string file_of(const std::string& path) const;
  std::string folder_;
  int lock_ = -1;
};

}  // namespace scoreline::producers
