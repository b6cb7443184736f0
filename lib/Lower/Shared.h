// SPDX-License-Identifier: Apache-2.0
//
// A value that is cheap to copy and copied only when it is changed: a stage
// starts as a copy of its base stage, and most of it never changes.
#ifndef LLB_LOWER_SHARED_H
#define LLB_LOWER_SHARED_H

#include <memory>

namespace llb::lower {

/// Copy-on-write holder; a default one is an empty `T` that costs nothing.
template <class T> class Shared {
public:
  Shared() = default;
  Shared(T value) : value(std::make_shared<T>(std::move(value))) {}

  const T &get() const {
    static const T none{};
    return value ? *value : none;
  }
  const T &operator*() const { return get(); }
  const T *operator->() const { return &get(); }

  /// The value, made this holder's own first.
  T &edit() {
    if (!value)
      value = std::make_shared<T>();
    else if (value.use_count() > 1)
      value = std::make_shared<T>(*value);
    return *value;
  }
  bool sharesWith(const Shared &other) const { return value == other.value; }

private:
  std::shared_ptr<T> value;
};

} // namespace llb::lower

#endif
