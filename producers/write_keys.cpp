#include "producers/write_keys.hpp"

#include <cstring>

namespace scoreline::producers {

std::size_t WriteKeys::Hasher::operator()(const base::Sha256& hash) const {
  std::size_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

WriteKeys::WriteKeys(std::vector<WriteKey> keys) : keys_(std::move(keys)) {
  for (std::size_t i = 0; i < keys_.size(); ++i) by_hash_.emplace(keys_[i].key_sha256, i);
}

const WriteKey* WriteKeys::find(std::string_view secret) const {
  const auto found = by_hash_.find(base::sha256(secret));
  return found == by_hash_.end() ? nullptr : &keys_[found->second];
}

}  // namespace scoreline::producers
