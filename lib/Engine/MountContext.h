// SPDX-License-Identifier: Apache-2.0
//
// The mount API of Linux 5.2: a file system is told its options one by one, and
// is there before anybody sees it.
#ifndef LLB_ENGINE_MOUNTCONTEXT_H
#define LLB_ENGINE_MOUNTCONTEXT_H

#include "llb/Support/UniqueFd.h"

#include <string>

namespace llb::engine {

/// A file system that is being made. Whatever fails leaves its reason in errno.
class MountContext {
public:
  /// Of a type as mount(8) spells it.
  explicit MountContext(const char *type);

  /// False if the kernel knows no such type, or we may not ask for it.
  bool valid() const { return fd.valid(); }
  bool set(const char *key, const std::string &value);
  bool setFlag(const char *key);
  /// Makes the file system: a mount that is nowhere yet, and goes with its
  /// descriptor. Invalid on failure.
  UniqueFd mount();

private:
  UniqueFd fd;
};

/// Puts such a mount at `mountPoint`, where it stays.
bool attachMount(const UniqueFd &mount, const std::string &mountPoint);

} // namespace llb::engine

#endif
