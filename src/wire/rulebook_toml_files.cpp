/// Rule books as folders of files.
#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "wire/rulebook_case.hpp"
#include "wire/rulebook_toml.hpp"

namespace scoreline::wire {
namespace {

namespace fs = std::filesystem;

base::Error refused(const fs::path& where, std::string message) {
  return {"rulebook", std::move(message), where.string()};
}

/// Well-formed UTF-8 (no surrogates, nothing overlong) without NUL, which PostgreSQL could not store.
bool is_text(std::string_view in) {
  for (std::size_t i = 0; i < in.size();) {
    const auto byte = [&](std::size_t at) { return at < in.size() ? static_cast<unsigned char>(in[at]) : 0u; };
    const unsigned lead = byte(i);
    if (lead == 0) return false;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t more = lead >= 0xC2 && lead <= 0xDF   ? 1
                             : (lead & 0xF0) == 0xE0        ? 2
                             : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                            : 0;
    if (more == 0) return false;
    for (std::size_t n = 1; n <= more; ++n) {
      if ((byte(i + n) & 0xC0) != 0x80) return false;
    }
    const unsigned second = byte(i + 1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    i += more + 1;
  }
  return true;
}

base::Result<std::string> read_text(const fs::path& path) {
  constexpr std::uintmax_t kFileMax = 4u << 20;
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return refused(path, fmt::format("cannot be read ({}); check its permissions", error.message()));
  if (size > kFileMax) return refused(path, "is larger than 4 MiB; a rule book is smaller");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || (size > 0 && !(content << file.rdbuf()))) return refused(path, "cannot be read; check its permissions");
  std::string text = std::move(content).str();
  if (!is_text(text)) return refused(path, "is not UTF-8 text; save it as UTF-8");
  return text;
}

/// Names in a folder that count: no hidden files, no folders.
base::Result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    const std::string name = at->path().filename().string();
    if (name.starts_with('.') || name.ends_with('~') || fs::is_directory(at->path(), ignored)) continue;
    names.push_back(name);
  }
  if (error) return refused(folder, fmt::format("cannot be read as a folder ({})", error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

/// Nothing outside the folder is read, whatever links say: rule books may come from others.
bool leads_out(const fs::path& file, const fs::path& root) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return true;
  const auto [mine, theirs] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  return mine != root.end();
}

base::Result<bool> add_files(const fs::path& root, const std::string& below, RuleBookFiles& files) {
  const fs::path folder = below.empty() ? root : root / below;
  if (leads_out(folder, root)) return refused(folder, "is a link out of the rule book's folder; put the files into it");
  const auto names = names_in(folder);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (below.empty() && !name.ends_with(".toml")) continue;
    const fs::path path = folder / name;
    if (leads_out(path, root))
      return refused(path, "is a link out of the rule book's folder, or leads nowhere; put the file itself there");
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return refused(path, "is not a file");
    auto text = read_text(path);
    if (!text) return text.error();
    files[below.empty() ? name : below + "/" + name] = std::move(*text);
  }
  return true;
}

}  // namespace

base::Result<RuleBookFiles> read_rulebook_folder(const std::string& path) {
  std::error_code error;
  const fs::path root = fs::canonical(path, error);
  if (error || !fs::is_directory(root, error))
    return refused(path, "is not a folder; name the folder that holds the rule book's *.toml files");
  RuleBookFiles files;
  if (const auto added = add_files(root, "", files); !added) return added.error();
  if (files.empty()) return refused(path, "holds no *.toml file; a rule book is a folder of them");
  if (fs::exists(root / "templates", error)) {
    if (const auto added = add_files(root, "templates", files); !added) return added.error();
  }
  return files;
}

base::Result<RuleBookFiles> read_rulebook_cases(const std::string& path) {
  std::error_code error;
  const fs::path root = fs::canonical(path, error);
  if (error || !fs::is_directory(root, error)) return refused(path, "is not a folder; name that of a rule book");
  RuleBookFiles files;
  if (!fs::exists(root / "tests", error)) return files;
  if (const auto added = add_files(root, "tests", files); !added) return added.error();
  std::erase_if(files, [](const auto& file) { return !file.first.ends_with(".toml"); });
  return files;
}

std::string rulebook_sha256(const RuleBookFiles& files) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  const auto add = [&](std::string_view text) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  };
  for (const auto& [name, text] : files) {  // lengths keep names and texts apart
    add(fmt::format("{} {} ", name.size(), text.size()));
    add(name);
    add(text);
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256_final(&state, digest.data());
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace scoreline::wire
