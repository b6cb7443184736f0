// SPDX-License-Identifier: Apache-2.0
//
// Edits that mend what a check found, where one edit is right and the image
// stays the same but for what the check is about. Statements that go over
// several lines, and those that are not in the file as they are read (triggers
// of base images), have none.
#ifndef LLB_CHECK_FIXITS_H
#define LLB_CHECK_FIXITS_H

#include "llb/AST/Stmt.h"

namespace llb::check {

using MaybeFix = std::optional<FixIt>;

/// The statement's word in upper or lower case.
MaybeFix fixWord(const ast::StmtBase &stmt, bool lower);
/// `AS` in the case of `FROM`.
MaybeFix fixAs(const ast::FromStmt &from);
/// The stage's name in lower case: names are compared so.
MaybeFix fixStageName(const ast::FromStmt &from);
/// Takes `--platform` away.
MaybeFix fixPlatform(const ast::FromStmt &from);
/// `ENV key value` with an equals sign.
MaybeFix fixKeyValue(const ast::StmtBase &stmt);
/// MAINTAINER as the label that took its place, which the language calls
/// `labelWord`.
MaybeFix fixMaintainer(const ast::StmtBase &stmt, std::string_view labelWord);
/// A port's protocol in lower case.
MaybeFix fixProtocol(const ast::StmtBase &stmt, std::string_view port);

} // namespace llb::check

#endif
