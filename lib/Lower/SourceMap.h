// SPDX-License-Identifier: Apache-2.0
//
// The build file as definitions carry it, so that a builder can show the line
// of a failing step.
#ifndef LLB_LOWER_SOURCEMAP_H
#define LLB_LOWER_SOURCEMAP_H

#include "FrontendOptions.h"
#include "llb/AST/BuildFile.h"
#include "llb/IR/Module.h"

namespace llb::lower {

/// The file's name, text and language and, within a session, the definition
/// that loads it from the client (BuildKit v0.32.2, dockerui ReadEntrypoint).
ir::SourceInfo makeSourceInfo(const ast::BuildFile &file,
                              const LowerOptions &options,
                              const FrontendOptions &frontend);

/// The module that loads the build file from the client.
ir::Module loadDefinition(const LowerOptions &options,
                          const FrontendOptions &frontend);

} // namespace llb::lower

#endif
