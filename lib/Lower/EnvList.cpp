// SPDX-License-Identifier: Apache-2.0
//
// Environments: see EnvList.h for the two orders.
#include "EnvList.h"

namespace llb::lower {

static llvm::StringRef asRef(std::string_view text) {
  return {text.data(), text.size()};
}

std::pair<std::string_view, std::string_view>
splitAssignment(std::string_view text) {
  size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// ---- EnvList ----

const std::string *EnvList::get(std::string_view name) const {
  auto found = table->index.find(asRef(name));
  if (found == table->index.end())
    return nullptr;
  return &table->entries[found->second].value;
}

std::vector<std::string> EnvList::keys() const {
  std::vector<std::string> result;
  result.reserve(table->index.size());
  for (const Entry &entry : table->entries)
    if (!entry.dead)
      result.push_back(entry.key);
  return result;
}

void EnvList::kill(Table &table, std::string_view key) {
  auto found = table.index.find(asRef(key));
  if (found == table.index.end())
    return;
  Entry &entry = table.entries[found->second];
  table.bytes -= entry.key.size() + entry.value.size();
  entry.dead = true;
  entry.value = std::string();
  ++table.dead;
  table.index.erase(found);
}

/// Drops dead entries once they are the larger half, so that assigning stays
/// constant time on average.
void EnvList::compact(Table &table) {
  if (table.dead * 2 < table.entries.size() + 1)
    return;
  std::erase_if(table.entries, [](const Entry &entry) { return entry.dead; });
  for (size_t i = 0; i < table.entries.size(); ++i)
    table.index[asRef(table.entries[i].key)] = i;
  table.dead = 0;
}

void EnvList::assign(std::string_view key, std::string_view value) {
  Entry entry{std::string(key), std::string(value)};
  Table &own = table.edit();
  kill(own, entry.key);
  compact(own);
  own.index[asRef(entry.key)] = own.entries.size();
  own.bytes += entry.key.size() + entry.value.size();
  own.entries.push_back(std::move(entry));
  own.list.reset();
}

bool EnvList::endsWith(const ConfigEnv &env) const {
  const std::vector<Entry> &entries = table->entries;
  const std::vector<std::string> &items = env.items();
  size_t at = entries.size();
  for (size_t i = items.size(); i-- > 0;) {
    while (at > 0 && entries[at - 1].dead)
      --at;
    if (at == 0)
      return false;
    --at;
    auto [key, value] = splitAssignment(items[i]);
    if (entries[at].key != key || entries[at].value != value)
      return false;
  }
  return true;
}

void EnvList::assignAll(const ConfigEnv &env) {
  if (endsWith(env))
    return;
  for (const std::string &item : env.items()) {
    auto [key, value] = splitAssignment(item);
    assign(key, value);
  }
}

void EnvList::erase(std::string_view key) {
  if (!table->index.contains(asRef(key)))
    return;
  std::string copy(key);
  Table &own = table.edit();
  kill(own, copy);
  own.list.reset();
}

const ir::StringList &EnvList::asList() const {
  if (!table->list) {
    std::vector<std::string> items;
    items.reserve(table->index.size());
    for (const Entry &entry : table->entries)
      if (!entry.dead)
        items.push_back(entry.key + "=" + entry.value);
    table->list = ir::StringList(std::move(items));
  }
  return *table->list;
}

// ---- ConfigEnv ----

ConfigEnv::ConfigEnv(std::vector<std::string> items) {
  Table &own = table.edit();
  for (size_t i = 0; i < items.size(); ++i)
    own.index.try_emplace(asRef(splitAssignment(items[i]).first), i);
  own.items = std::move(items);
}

void ConfigEnv::assign(std::string_view key, std::string_view value) {
  std::string item;
  item.reserve(key.size() + value.size() + 1);
  item.append(key).append("=").append(value);
  Table &own = table.edit();
  auto [place, fresh] = own.index.try_emplace(asRef(key), own.items.size());
  if (fresh)
    own.items.push_back(std::move(item));
  else
    own.items[place->second] = std::move(item);
}

} // namespace llb::lower
