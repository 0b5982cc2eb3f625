#pragma once
/// Texts of exports that are not UTF-8. Pure.
#include <string>
#include <string_view>

namespace scoreline::producers {

/// Bytes of Windows' western code page as UTF-8; the five that it does not have become U+FFFD.
std::string from_windows_1252(std::string_view text);

}  // namespace scoreline::producers
