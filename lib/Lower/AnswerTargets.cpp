// SPDX-License-Identifier: Apache-2.0
//
// The list of stages, as they are written: nothing is expanded.
#include "Answer.h"
#include "AnswerJson.h"

#include "llb/Support/GoJson.h"
#include "llb/Support/GoTable.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

namespace llb::lower {

Answer answerTargets(const ast::BuildFile &file) {
  const ast::Stage *last = file.stages.empty() ? nullptr : &file.stages.back();
  std::string json;
  {
    JsonObject object(json);
    std::string &targets = object.member("targets");
    if (last)
      appendJsonArray(targets, file.stages, [&](const ast::Stage &stage) {
        JsonObject target(targets);
        target.optionalText("name", stage.from.name);
        target.flag("default", &stage == last);
        target.optionalText("description", stage.from.doc);
        target.optionalText("base", stage.from.base);
        target.optionalText("platform", stage.from.platform);
        target.location("location", stage.from.lines);
      });
    else
      targets += "null";
    object.member("sources") += "[\"" + go::base64(file.text) + "\"]";
  }

  go::TabWriter table(1);
  table.write("TARGET\tDESCRIPTION\n");
  for (const ast::Stage &stage : file.stages) {
    std::string name = stage.from.name;
    if (&stage == last)
      name += name.empty() ? "(default)" : " (default)";
    table.write(
        fmt::format("{}\t{}\n", name, unicode::toValidUtf8(stage.from.doc)));
  }
  table.flush();
  return {{"result.json", go::indentJson(json)},
          {"result.txt", table.str()},
          {"version", "1.0.0"}};
}

} // namespace llb::lower
