// SPDX-License-Identifier: Apache-2.0
//
// The messages of BuildKit v0.32.2's solver/pb/ops.proto that exist only on the
// wire: in a module, inputs are ids and a definition is the module itself.
// Slices are views of the bytes they were decoded from, for readers that
// must not copy a definition of many megabytes.
#ifndef LLB_IR_WIREMESSAGES_H
#define LLB_IR_WIREMESSAGES_H

#include "llb/IR/Module.h"

namespace llb::ir::wire {

/// pb.Input.
struct Input {
  std::string digest;
  int64_t index = 0;
  Unknown unknown;

  static constexpr auto fields() {
    return std::tuple(field(1, "digest", &Input::digest),
                      field(2, "index", &Input::index));
  }
};

/// pb.Op.
struct Op {
  std::vector<Input> inputs;
  std::optional<Platform> platform;
  std::optional<Constraints> constraints;
  OpBody body;
  Unknown unknown;

  static constexpr auto fields() {
    return std::tuple(field(1, "inputs", &Op::inputs),
                      field(10, "platform", &Op::platform),
                      field(11, "constraints", &Op::constraints));
  }
  static constexpr auto oneof() {
    return std::apply(
        [](auto, auto... members) { return oneOf(&Op::body, members...); },
        std::tuple(0
#define LLB_OP(Struct, Mnemonic, Number)                                       \
  , OneOfMember { Number, Mnemonic }
#include "llb/IR/Ops.def"
                   ));
  }
};

/// Takes the place of Unknown where unknown fields don't matter.
struct Skipped {
  struct {
    void operator+=(std::string_view) {}
  } bytes;
};

/// What pb.Op says of its inputs; the rest is gone over.
struct OpInputs {
  std::vector<Input> inputs;
  Skipped unknown;

  static constexpr auto fields() {
    return std::tuple(field(1, "inputs", &OpInputs::inputs));
  }
};

/// pb.Source.
struct SourceMap {
  std::map<std::string, std::optional<Locations>> locations;
  std::vector<SourceInfo> infos;
  Unknown unknown;

  static constexpr auto fields() {
    return std::tuple(field(1, "locations", &SourceMap::locations),
                      field(2, "infos", &SourceMap::infos));
  }
};

/// pb.Definition, in full: one that is nested in an operation or a source map.
struct Definition {
  std::vector<Bytes> def;
  std::map<std::string, std::optional<OpMetadata>> metadata;
  std::optional<SourceMap> source;
  Unknown unknown;

  static constexpr auto fields() {
    return std::tuple(field(1, "def", &Definition::def),
                      field(2, "metadata", &Definition::metadata),
                      field(3, "Source", &Definition::source));
  }
};

/// The values of a repeated bytes field.
struct ByteSlices {
  std::vector<std::string_view> items;
};

/// The occurrences of a message field, found sound as a `Message` but not
/// decoded; decode all into one message to merge them.
template <class Message> struct MessageSlices {
  std::vector<std::string_view> items;
};

/// The entries of a map field, in wire order; of equal keys the last counts.
template <class Message> struct MapSlices {
  struct Entry {
    std::string_view key;
    std::string_view value;
  };
  std::vector<Entry> entries;
};

/// pb.Definition as views: what its operations are is not looked at.
struct DefinitionSlices {
  ByteSlices def;
  MapSlices<OpMetadata> metadata;
  MessageSlices<SourceMap> source;
  Unknown unknown;

  static constexpr auto fields() {
    return std::tuple(field(1, "def", &DefinitionSlices::def),
                      field(2, "metadata", &DefinitionSlices::metadata),
                      field(3, "Source", &DefinitionSlices::source));
  }
};

template <class T>
concept HasFields = requires { T::fields(); };
template <class T>
concept HasOneOf = requires { T::oneof(); };
/// Whether a type is a message with a table, not a scalar or a container.
template <class T>
concept Message = HasFields<T> || HasOneOf<T>;

/// The field table of a message; empty for one that is only a oneof.
template <class T> constexpr auto fieldsOf() {
  if constexpr (HasFields<T>)
    return T::fields();
  else
    return std::tuple<>();
}

} // namespace llb::ir::wire

#endif
