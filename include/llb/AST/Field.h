// SPDX-License-Identifier: Apache-2.0
//
// How a node names its members, so that one dumper prints every node.
#ifndef LLB_AST_FIELD_H
#define LLB_AST_FIELD_H

#include <string_view>
#include <tuple>

namespace llb::ast {

template <class Owner, class Type> struct Field {
  std::string_view name;
  Type Owner::*member;
};

template <class Owner, class Type>
constexpr Field<Owner, Type> field(std::string_view name, Type Owner::*member) {
  return {name, member};
}

} // namespace llb::ast

#endif
