// SPDX-License-Identifier: Apache-2.0
//
// Rules that only a module made in C++ can break: in text an operation that is
// used before it is defined has no name yet, and the binary form is put in
// order when it is read.
#include "llb/IR/Verifier.h"

#include "llb/Support/IRDiags.h"

#include <gtest/gtest.h>
#include <llvm/Support/SourceMgr.h>

using namespace llb;
using namespace llb::ir;

namespace {

TEST(Verifier, InputsStandBeforeTheirUsers) {
  Module module;
  module.nodes.resize(3);
  Merge merge;
  merge.inputs.resize(2);
  merge.inputs[0].input = 1;
  module.nodes[0].op.body = merge;
  module.nodes[0].op.inputs = {{NodeId{1}, 0}, {NodeId(), 0}};
  Source source;
  source.identifier = "http://x";
  module.nodes[1].op.body = source;
  module.nodes[2].op.inputs = {{NodeId{1}, 0}};
  module.results = {{"", NodeId{2}}};

  llvm::SourceMgr sources;
  DiagEngine diags(sources);
  EXPECT_TRUE(llvm::failed(verify(module, diags)));
  ASSERT_EQ(diags.diagnostics().size(), 2u);
  EXPECT_EQ(diags.diagnostics()[0].id, diag::VerifyDefOrder);
  EXPECT_EQ(diags.diagnostics()[0].fullMessage(),
            "operation 0: input 0 does not stand before its user");
  EXPECT_EQ(diags.diagnostics()[1].fullMessage(),
            "operation 0: input 1 does not stand before its user");
}

} // namespace
