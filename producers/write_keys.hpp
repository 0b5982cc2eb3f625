#pragma once
/// The write keys that the collector knows: by the hash of their secret only. Read from the configuration today; a
/// compacted topic (config.keys) can feed the same type later, since a set of keys is a value that is replaced as a whole.
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/sha256.hpp"

namespace scoreline::producers {

struct WriteKey {
  std::string name;        // `source` of its events; appears in headers and metrics
  base::Sha256 key_sha256{};
  bool trusted = false;    // a server's key: may import, mark machines, merge (semantics 3)
};

/// Immutable after construction; thread-safe.
class WriteKeys {
 public:
  explicit WriteKeys(std::vector<WriteKey> keys);
  /// The key with this secret, or nullptr. Timing tells nothing: the lookup is by SHA-256 of the secret.
  const WriteKey* find(std::string_view secret) const;
  const std::vector<WriteKey>& all() const { return keys_; }

 private:
  struct Hasher {
    std::size_t operator()(const base::Sha256& hash) const;
  };
  std::vector<WriteKey> keys_;
  std::unordered_map<base::Sha256, std::size_t, Hasher> by_hash_;
};

}  // namespace scoreline::producers
