// SPDX-License-Identifier: Apache-2.0
//
// Every field of every message, by the tables of Ops.h: what is there goes, and
// what has a value gets none. Numbers that name inputs are not touched.
#include "Delta.h"

#include <type_traits>

namespace llb::reduce {
namespace {

/// Whether a number names an input, an output or a source file.
bool isReference(std::string_view name) {
  return name == "input" || name == "secondaryInput" || name == "output" ||
         name == "outputs" || name == "builder" || name == "sourceIndex";
}

class FieldWalk {
public:
  explicit FieldWalk(Targets &targets) : targets(targets) {}

  template <class T> void walk(T &value) {
    if constexpr (requires { T::fields(); } || requires { T::oneof(); }) {
      walkMessage(value);
    } else {
      if (value != T() && targets.drop())
        value = T();
    }
  }
  void walk(std::monostate &) {}
  void walk(ir::Unknown &value) {
    if (!value.bytes.empty() && targets.drop())
      value = {};
  }
  template <class T> void walk(std::optional<T> &value) { walkRare(value); }
  template <class T> void walk(Rare<T> &value) { walkRare(value); }
  void walk(ir::StringList &list) {
    if (list.empty())
      return;
    std::vector<std::string> kept;
    for (const std::string &item : list)
      if (!targets.drop())
        kept.push_back(item);
    if (kept.size() != list.size())
      list = ir::StringList(std::move(kept));
  }
  template <class T> void walk(std::vector<T> &list) {
    if constexpr (requires { T::fields(); })
      for (T &item : list)
        walk(item);
    // Others refer to these by their number; PartDeltas.cpp takes them away.
    if constexpr (!std::is_same_v<T, ir::FileAction> &&
                  !std::is_same_v<T, ir::Mount> &&
                  !std::is_same_v<T, ir::MergeInput>)
      std::erase_if(list, [&](const T &) { return targets.drop(); });
  }
  template <class T> void walk(std::map<std::string, T> &map) {
    std::erase_if(map, [&](const auto &) { return targets.drop(); });
  }
  void walk(ir::CapMap &caps) {
    if (caps.empty())
      return;
    ir::CapMap::Map kept = caps.get();
    walk(kept);
    if (kept.size() != caps.size())
      caps = ir::CapMap(std::move(kept));
  }
  template <class... T> void walk(std::variant<T...> &value) {
    std::visit([&](auto &body) { walk(body); }, value);
  }

private:
  template <class T> void walkRare(T &value) {
    if (!value)
      return;
    walk(*value);
    if (targets.drop())
      value.reset();
  }
  template <class T> void walkMessage(T &message) {
    if constexpr (requires { T::fields(); })
      std::apply(
          [&](const auto &...field) {
            (walkField<T>(field.name, message.*field.member), ...);
          },
          T::fields());
    if constexpr (requires { T::oneof(); })
      walk(message.*T::oneof().member);
    if constexpr (requires { message.unknown; })
      walk(message.unknown);
  }
  template <class Message, class T>
  void walkField(std::string_view name, T &value) {
    if (isReference(name))
      return;
    // Of these "keep" is what says nothing, and stands for nothing in text.
    if constexpr (std::is_signed_v<T>)
      if (name == "timestamp" ||
          (std::is_same_v<Message, ir::Copy> && name == "mode")) {
        if (value != -1 && targets.drop())
          value = -1;
        return;
      }
    walk(value);
  }

  Targets &targets;
};

} // namespace

void dropSourceMap(ir::Module &module, Targets &targets) {
  FieldWalk walk(targets);
  for (ir::Node &node : module.nodes) {
    walk.walk(node.locations);
    if (node.hasLocations && targets.drop()) {
      node.hasLocations = false;
      node.locations = {};
    }
  }
  walk.walk(module.strayLocations);
  walk.walk(module.sourceUnknown);
  for (ir::SourceInfo &source : module.sourceInfos)
    walk.walk(source);
  if (!module.hasSource || !targets.drop())
    return;
  for (ir::Node &node : module.nodes) {
    node.hasLocations = false;
    node.locations = {};
  }
  module.sourceInfos.clear();
  module.hasSource = false;
}

void dropMetadata(ir::Module &module, Targets &targets) {
  FieldWalk walk(targets);
  for (ir::Node &node : module.nodes) {
    walk.walk(node.metadata);
    if (node.hasMetadata && targets.drop()) {
      node.hasMetadata = false;
      node.metadata = {};
    }
  }
  walk.walk(module.strayMetadata);
  walk.walk(module.unknown);
}

void resetFields(ir::Module &module, Targets &targets) {
  FieldWalk walk(targets);
  for (ir::Node &node : module.nodes) {
    size_t before = targets.dropped();
    walk.walk(node.op.body);
    if (node.op.platform) {
      std::optional<ir::Platform> platform = *node.op.platform;
      walk.walk(platform);
      node.op.platform = std::move(platform);
    }
    // Empty ones are what every operation has.
    if (node.op.constraints)
      walk.walk(*node.op.constraints);
    walk.walk(node.op.unknown);
    bool unusual = !node.original.empty() && targets.drop();
    if (unusual || targets.dropped() != before)
      node.original.clear();
  }
  for (ir::Result &result : module.results)
    walk.walk(result.name);
}

} // namespace llb::reduce
