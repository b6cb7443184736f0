// SPDX-License-Identifier: Apache-2.0
//
// Conditions of passes that can be turned off, to show that tests notice. Only
// llb-opt can turn one off, by a hidden option; llbc never does.
#ifndef LLB_PASSES_RULES_H
#define LLB_PASSES_RULES_H

#include <bitset>
#include <cstdint>

namespace llb::passes {

/// One enumerator per line of Rules.def.
enum class RuleId : uint8_t {
#define LLB_RULE(Id, Name, Summary) Id,
#include "llb/Passes/Rules.def"
};

inline constexpr size_t ruleCount = 0
#define LLB_RULE(Id, Name, Summary) +1
#include "llb/Passes/Rules.def"
    ;

/// A bit for each rule that does not count.
using RuleSet = std::bitset<ruleCount>;

} // namespace llb::passes

#endif
