// SPDX-License-Identifier: Apache-2.0
//
// Parts of file operations: see FileOps.h.
#include "FileOps.h"

#include "llb/IR/ActionPath.h"
#include "llb/Support/GoText.h"

namespace llb::lower {

static ir::UserOpt parseUser(std::string_view text, int64_t base) {
  ir::UserOpt result;
  if (text == "root" || text.empty())
    result.user = uint32_t(0);
  else if (go::Parsed<int64_t> id = go::parseInt(text, 10, 32); id.ok())
    result.user = static_cast<uint32_t>(id.value);
  else
    result.user = ir::NamedUser{std::string(text), base, {}};
  return result;
}

ir::ChownOpt parseOwner(std::string_view text, int64_t base) {
  ir::ChownOpt result;
  size_t colon = text.find(':');
  result.user = parseUser(text.substr(0, colon), base);
  if (colon != std::string_view::npos)
    result.group = parseUser(text.substr(colon + 1), base);
  return result;
}

ir::Vertex fileVertex(ir::ValueId base,
                      decltype(ir::FileAction::action) action) {
  ir::FileAction only;
  only.input = base.valid() ? 0 : ir::noIndex;
  only.secondaryInput = ir::noIndex;
  only.action = std::move(action);
  ir::File file;
  file.actions.push_back(std::move(only));
  ir::Vertex vertex;
  if (base.valid())
    vertex.op.inputs.push_back(base);
  vertex.op.body = std::move(file);
  vertex.metadata.caps["file.base"] = true;
  return vertex;
}

ir::ValueId addInlineFile(LowerContext &context, std::string_view name,
                          int32_t mode, std::string data) {
  ir::MkFile file;
  file.path = ir::cleanActionPath("/", name, /*keepSlash=*/false);
  file.mode = mode;
  file.data.data = std::move(data);
  file.timestamp = -1;
  ir::Vertex vertex = fileVertex({}, std::move(file));
  vertex.metadata.description["llb.customname"] =
      internalName("preparing inline document");
  return {context.builder.add(std::move(vertex)), 0};
}

} // namespace llb::lower
