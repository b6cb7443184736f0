// SPDX-License-Identifier: Apache-2.0
//
// Environments. There are two of them and their orders differ: the one that
// processes see lists variables by their last assignment, the image config's
// replaces in place (BuildKit v0.32.2, client/llb EnvList and dockerfile2llb
// addEnv). Both are cheap to copy, because every stage inherits its base's.
#ifndef LLB_LOWER_ENVLIST_H
#define LLB_LOWER_ENVLIST_H

#include "Shared.h"
#include "llb/IR/Field.h"
#include "llb/Support/WordExpand.h"

#include <llvm/ADT/StringMap.h>
#include <optional>

namespace llb::lower {

/// Config.Env of an image: `key=value` texts as they stand in the config, which
/// may repeat a key or lack the `=`.
class ConfigEnv {
public:
  ConfigEnv() = default;
  explicit ConfigEnv(std::vector<std::string> items);

  const std::vector<std::string> &items() const { return table->items; }
  bool empty() const { return table->items.empty(); }
  bool has(std::string_view key) const {
    return table->index.contains({key.data(), key.size()});
  }
  bool sharesWith(const ConfigEnv &other) const {
    return table.sharesWith(other.table);
  }
  /// Replaces the first item of this key in place, or appends one.
  void assign(std::string_view key, std::string_view value);

private:
  struct Table {
    std::vector<std::string> items;
    /// First item of each key.
    llvm::StringMap<uint32_t> index;
  };
  Shared<Table> table;
};

/// The state's environment, ordered by last assignment. Lookup and assignment
/// are constant time; a copy shares until one of the two is changed.
class EnvList final : public EnvGetter {
public:
  const std::string *get(std::string_view name) const override;
  std::vector<std::string> keys() const override;

  /// Sets `key`, moving it to the end of the order.
  void assign(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  /// Assigns all of an image's variables, in order. Changes nothing, and shares
  /// on, if the order ends with exactly these.
  void assignAll(const ConfigEnv &env);

  bool sharesWith(const EnvList &other) const {
    return table.sharesWith(other.table);
  }
  /// Roughly the memory that names and values take.
  size_t bytes() const {
    return table->bytes + 2 * sizeof(Entry) * table->entries.size();
  }

  /// `key=value` in order. The list is made once per change, so that a
  /// thousand RUN steps share one.
  const ir::StringList &asList() const;

private:
  struct Entry {
    std::string key;
    std::string value;
    /// Assigned again further on, or erased.
    bool dead = false;
  };
  struct Table {
    std::vector<Entry> entries;
    llvm::StringMap<uint32_t> index;
    size_t dead = 0;
    size_t bytes = 0;
    /// The answer of `asList`, nothing after a change.
    mutable std::optional<ir::StringList> list;
  };
  bool endsWith(const ConfigEnv &env) const;
  static void kill(Table &table, std::string_view key);
  static void compact(Table &table);

  Shared<Table> table;
};

/// An environment without variables.
class NoEnv final : public EnvGetter {
public:
  const std::string *get(std::string_view) const override { return nullptr; }
  std::vector<std::string> keys() const override { return {}; }
};

/// The two halves of `key=value`; without `=` the value is empty.
std::pair<std::string_view, std::string_view>
splitAssignment(std::string_view text);

} // namespace llb::lower

#endif
