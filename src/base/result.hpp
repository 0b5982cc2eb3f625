#pragma once
/// Result<T>: a value, or the reason why *this input never works*. (The world being down is an exception, Unavailable
/// in base/errors.hpp; our own mistakes are SCORELINE_CHECK.)
#include <string>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace scoreline::base {

/// Why an input is refused. `code` is one fixed word that programs may compare (invalid_json, missing_id, ...),
/// `message` a sentence for people that names what is wrong, `where` the place (JSON pointer, file:line:column) or
/// empty. Never holds personal data: values are not quoted, only named.
struct Error {
  std::string code;
  std::string message;
  std::string where;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() {
    SCORELINE_CHECK(ok(), "value() of a refused input");
    return std::get<0>(content_);
  }
  const T& value() const {
    SCORELINE_CHECK(ok(), "value() of a refused input");
    return std::get<0>(content_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    SCORELINE_CHECK(!ok(), "error() of a good input");
    return std::get<1>(content_);
  }

 private:
  std::variant<T, Error> content_;
};

}  // namespace scoreline::base
