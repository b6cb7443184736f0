// SPDX-License-Identifier: Apache-2.0
//
// A reader sees no more than before if what it copies was asked for whole: its
// path is one that its source followed, or lies under one that has no wildcard.
// Then everything at that path was sent already, and paths that others follow
// add nothing there. A reader that mounts the source sees all there is, and so
// keeps its source as it is, unless that had no filter at all.
#include "LocalFilters.h"

#include "llb/IR/Volatile.h"
#include "llb/Support/GoJson.h"

#include <map>
#include <set>

namespace llb::passes {
namespace {

constexpr const char *followAttr = "local.followpaths";

struct LocalSource {
  uint32_t node;
  /// Nothing is the whole directory.
  std::optional<std::set<std::string>> follow;
  bool mayGrow = true;
};

std::optional<std::set<std::string>> parseList(const std::string &json) {
  auto list = go::parseJson(json);
  if (!list || list->kind != go::JsonValue::Kind::Array)
    return std::nullopt;
  std::set<std::string> items;
  for (const go::JsonValue &item : list->items) {
    if (item.kind != go::JsonValue::Kind::String)
      return std::nullopt;
    items.insert(item.text);
  }
  return items;
}

bool covers(const std::set<std::string> &follow, std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (path.empty() || path == ".")
    return false;
  if (follow.contains(std::string(path)))
    return true;
  for (size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    std::string_view parent = path.substr(0, slash);
    if (parent.find_first_of("*?[\\") == std::string_view::npos &&
        follow.contains(std::string(parent)))
      return true;
  }
  return false;
}

/// Takes away the right to grow from sources that `op` reads more of than was
/// asked for whole.
void checkReader(const ir::Op &op, std::vector<LocalSource *> &sourceAt) {
  auto localAt = [&](int64_t index) -> LocalSource * {
    if (index < 0 || index >= static_cast<int64_t>(op.inputs.size()))
      return nullptr;
    LocalSource *local = sourceAt[op.inputs[index].node.index];
    return local && local->follow ? local : nullptr;
  };
  const auto *file = std::get_if<ir::File>(&op.body);
  if (!file) {
    for (size_t i = 0; i < op.inputs.size(); ++i)
      if (LocalSource *local = localAt(static_cast<int64_t>(i)))
        local->mayGrow = false;
    return;
  }
  for (const ir::FileAction &action : file->actions) {
    if (LocalSource *changed = localAt(action.input))
      changed->mayGrow = false;
    const auto *copy = std::get_if<ir::Copy>(&action.action);
    LocalSource *read = localAt(action.secondaryInput);
    if (read && (!copy || !covers(*read->follow, copy->src)))
      read->mayGrow = false;
  }
}

/// What two sources must have in common to be of one group.
std::string groupKey(const ir::Node &node) {
  ir::Source source = std::get<ir::Source>(node.op.body);
  removeVolatileAttrs(source);
  source.attrs.erase(followAttr);
  // Sizes in front, so that no two lists read alike.
  std::string key;
  auto add = [&](const std::string &text) {
    key += std::to_string(text.size()) + ":" + text;
  };
  add(source.identifier);
  for (const auto &[name, value] : source.attrs) {
    add(name);
    add(value);
  }
  key += node.metadata.ignoreCache ? '1' : '0';
  return key;
}

} // namespace

uint64_t uniteLocalFilters(ir::Module &module, PassContext &context) {
  std::map<std::string, std::vector<LocalSource>> groups;
  std::vector<LocalSource *> sourceAt(module.nodes.size());
  for (uint32_t i = 0; i < module.nodes.size(); ++i) {
    const ir::Node &node = module.nodes[i];
    const auto *source = std::get_if<ir::Source>(&node.op.body);
    if (!source || !source->identifier.starts_with("local://") ||
        !source->unknown.bytes.empty() || !node.op.unknown.bytes.empty())
      continue;
    LocalSource local{i, std::nullopt};
    auto attr = source->attrs.find(followAttr);
    if (attr != source->attrs.end()) {
      local.follow = parseList(attr->second);
      if (!local.follow)
        continue;
    }
    groups[groupKey(node)].push_back(std::move(local));
  }
  for (auto &entry : groups)
    for (LocalSource &local : entry.second)
      sourceAt[local.node] = &local;

  if (context.enforces(RuleId::DedupAsksWhole))
    for (const ir::Node &node : module.nodes)
      checkReader(node.op, sourceAt);

  uint64_t changed = 0;
  for (auto &[key, group] : groups) {
    std::vector<LocalSource *> growing;
    bool whole = false;
    bool differ = false;
    std::set<std::string> together;
    for (LocalSource &local : group) {
      differ |= local.follow != group.front().follow;
      if (!local.mayGrow)
        continue;
      growing.push_back(&local);
      whole |= !local.follow;
      if (local.follow)
        together.insert(local.follow->begin(), local.follow->end());
    }
    if (!differ)
      continue;
    for (const LocalSource &local : group)
      if (!local.mayGrow)
        context.remark(RemarkKind::Missed, module, module.nodes[local.node],
                       RemarkId::WouldSeeMore);
    if (growing.size() < 2)
      continue;
    std::string list = "[";
    for (const std::string &path : together) {
      list += list.size() > 1 ? "," : "";
      go::appendJsonString(list, path);
    }
    list += ']';
    for (LocalSource *local : growing) {
      if (whole ? !local->follow : local->follow == together)
        continue;
      ir::Node &node = module.nodes[local->node];
      auto &attrs = std::get<ir::Source>(node.op.body).attrs;
      if (whole) {
        attrs.erase(followAttr);
        node.metadata.caps.edit().erase("source.local.followpaths");
      } else {
        attrs[followAttr] = list;
      }
      node.original.clear();
      ++changed;
      context.remark(RemarkKind::Passed, module, node, RemarkId::UnitedFilters);
    }
  }
  return changed;
}

} // namespace llb::passes
