// SPDX-License-Identifier: Apache-2.0
//
// Members that hardly any object has. A module keeps one of each for every
// operation, so an absent one must cost a pointer, not its own size.
#ifndef LLB_SUPPORT_RARE_H
#define LLB_SUPPORT_RARE_H

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llb {

/// A std::optional whose value is on the heap. Copies are deep.
template <class T> class Rare {
public:
  Rare() = default;
  Rare(std::nullopt_t) {}
  Rare(T value) : pointer(std::make_unique<T>(std::move(value))) {}
  Rare(std::optional<T> value) {
    if (value)
      emplace(std::move(*value));
  }
  Rare(const Rare &other) : pointer(other.copy()) {}
  Rare(Rare &&other) noexcept = default;
  Rare &operator=(const Rare &other) {
    if (this != &other)
      pointer = other.copy();
    return *this;
  }
  Rare &operator=(Rare &&other) noexcept = default;
  ~Rare() = default;

  bool has_value() const { return pointer != nullptr; }
  explicit operator bool() const { return has_value(); }
  T &operator*() { return *pointer; }
  const T &operator*() const { return *pointer; }
  T *operator->() { return pointer.get(); }
  const T *operator->() const { return pointer.get(); }
  template <class... Args> T &emplace(Args &&...args) {
    pointer = std::make_unique<T>(std::forward<Args>(args)...);
    return *pointer;
  }
  void reset() { pointer.reset(); }

  bool operator==(const Rare &other) const {
    return pointer && other.pointer ? *pointer == *other.pointer
                                    : !pointer && !other.pointer;
  }

private:
  std::unique_ptr<T> copy() const {
    return pointer ? std::make_unique<T>(*pointer) : nullptr;
  }

  std::unique_ptr<T> pointer;
};

/// Text that is nearly always empty.
class RareText {
public:
  RareText() = default;
  RareText(std::string text) {
    if (!text.empty())
      value.emplace(std::move(text));
  }

  bool empty() const { return !value || value->empty(); }
  operator std::string_view() const {
    return value ? std::string_view(*value) : std::string_view();
  }
  RareText &operator+=(std::string_view text) {
    if (!text.empty())
      edit() += text;
    return *this;
  }
  std::string &edit() { return value ? *value : value.emplace(); }

  bool operator==(const RareText &other) const {
    return std::string_view(*this) == std::string_view(other);
  }

private:
  Rare<std::string> value;
};

} // namespace llb

#endif
