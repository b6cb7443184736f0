// SPDX-License-Identifier: Apache-2.0
//
// What a target asks of whoever builds it: arguments it uses, secrets, ssh
// agents, its own and those of all stages it is made from. BuildKit collects
// them from Go maps; among those of one line the order here is that of the ARG.
#include "Answer.h"
#include "AnswerJson.h"

#include "llb/Support/GoJson.h"
#include "llb/Support/GoTable.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <fmt/format.h>

namespace llb::lower {
namespace {

struct OutlineArg {
  const ArgInfo *info;
  /// Place among the arguments of its ARG.
  size_t position;
};

struct OutlineUse {
  std::string name;
  OutlineInfo::Use use;
};

class Collector {
public:
  explicit Collector(const ast::BuildFile &file) {
    for (const ast::ArgStmt &arg : file.globalArgs)
      addPositions(arg);
    for (const ast::Stage &stage : file.stages)
      for (const ast::Stmt &stmt : stage.stmts)
        if (const auto *arg = std::get_if<ast::ArgStmt>(&stmt))
          addPositions(*arg);
  }

  void collect(const StageState &target) {
    std::vector<const StageState *> pending = {&target};
    while (!pending.empty()) {
      const StageState &stage = *pending.back();
      pending.pop_back();
      if (!seen.insert(&stage).second)
        continue;
      addStage(stage);
      // The base comes first, then what instructions read.
      for (auto dep = stage.deps.rbegin(); dep != stage.deps.rend(); ++dep)
        pending.push_back(dep->first);
      if (stage.base)
        pending.push_back(stage.base);
    }
    std::stable_sort(args.begin(), args.end(),
                     [](const OutlineArg &a, const OutlineArg &b) {
                       return std::pair(a.info->lines.first, a.position) <
                              std::pair(b.info->lines.first, b.position);
                     });
    for (auto *uses : {&secrets, &ssh})
      std::stable_sort(uses->begin(), uses->end(),
                       [](const OutlineUse &a, const OutlineUse &b) {
                         return a.use.lines.first < b.use.lines.first;
                       });
  }

  std::vector<OutlineArg> args;
  std::vector<OutlineUse> secrets;
  std::vector<OutlineUse> ssh;

private:
  void addPositions(const ast::ArgStmt &arg) {
    for (size_t i = 0; i < arg.args.size(); ++i)
      positions[{arg.lines.first, arg.args[i].key}] = i;
  }

  /// The arguments that `used` needs, and those that their defaults refer to.
  static std::set<std::string> closure(const OutlineInfo &outline) {
    std::set<std::string> all;
    std::vector<std::string> pending(outline.usedArgs.begin(),
                                     outline.usedArgs.end());
    while (!pending.empty()) {
      std::string name = std::move(pending.back());
      pending.pop_back();
      if (!all.insert(name).second)
        continue;
      auto found = outline.allArgs.find(name);
      if (found != outline.allArgs.end())
        pending.insert(pending.end(), found->second.deps.begin(),
                       found->second.deps.end());
    }
    return all;
  }

  void addStage(const StageState &stage) {
    for (const std::string &name : closure(stage.outline)) {
      auto found = stage.outline.allArgs.find(name);
      if (found == stage.outline.allArgs.end() || !seenArgs.insert(name).second)
        continue;
      const ArgInfo &info = found->second;
      auto position = positions.find({info.lines.first, name});
      args.push_back(
          {&info, position == positions.end() ? 0 : position->second});
    }
    for (const auto &[name, use] : stage.outline.secrets)
      if (seenSecrets.insert(name).second)
        secrets.push_back({name, use});
    for (const auto &[name, use] : stage.outline.ssh)
      if (seenSsh.insert(name).second)
        ssh.push_back({name, use});
  }

  std::map<std::pair<unsigned, std::string>, size_t> positions;
  std::set<const StageState *> seen;
  std::set<std::string> seenArgs;
  std::set<std::string> seenSecrets;
  std::set<std::string> seenSsh;
};

std::string valid(std::string_view text) { return unicode::toValidUtf8(text); }

void appendUses(JsonObject &object, std::string_view name,
                const std::vector<OutlineUse> &uses) {
  if (uses.empty())
    return;
  std::string &out = object.member(name);
  appendJsonArray(out, uses, [&](const OutlineUse &item) {
    JsonObject use(out);
    use.text("name", item.name);
    use.flag("required", item.use.required);
    use.location("location", item.use.lines);
  });
}

void printUses(go::TabWriter &table, std::string_view title,
               const std::vector<OutlineUse> &uses) {
  if (uses.empty())
    return;
  table.write(fmt::format("{}\tREQUIRED\n", title));
  for (const OutlineUse &item : uses)
    table.write(fmt::format("{}\t{}\n", valid(item.name),
                            item.use.required ? "true" : ""));
  table.flush();
  table.write("\n");
}

} // namespace

Answer answerOutline(const ast::BuildFile &file, const StageState &target) {
  Collector collector(file);
  collector.collect(target);
  // A stage that a build context replaced still has the FROM line's name.
  std::string name = target.from ? target.from->name : std::string();
  std::string description = target.from ? target.from->doc : std::string();

  std::string json;
  {
    JsonObject object(json);
    object.optionalText("name", name);
    object.optionalText("description", description);
    if (!collector.args.empty()) {
      std::string &out = object.member("args");
      appendJsonArray(out, collector.args, [&](const OutlineArg &item) {
        JsonObject arg(out);
        arg.text("name", item.info->definition.key);
        arg.optionalText("description", item.info->definition.doc);
        arg.optionalText("value", item.info->value);
        arg.location("location", item.info->lines);
      });
    }
    appendUses(object, "secrets", collector.secrets);
    appendUses(object, "ssh", collector.ssh);
    object.member("sources") += "[\"" + go::base64(file.text) + "\"]";
  }

  go::TabWriter head(1);
  if (!name.empty() || !description.empty()) {
    head.write(fmt::format("TARGET:\t{}\n", name.empty() ? "(default)" : name));
    if (!description.empty())
      head.write(fmt::format("DESCRIPTION:\t{}\n", valid(description)));
    head.flush();
    head.write("\n");
  }
  go::TabWriter tables(3);
  if (!collector.args.empty()) {
    tables.write("BUILD ARG\tVALUE\tDESCRIPTION\n");
    for (const OutlineArg &item : collector.args)
      tables.write(fmt::format("{}\t{}\t{}\n", valid(item.info->definition.key),
                               valid(item.info->value),
                               valid(item.info->definition.doc)));
    tables.flush();
    tables.write("\n");
  }
  printUses(tables, "SECRET", collector.secrets);
  printUses(tables, "SSH", collector.ssh);
  return {{"result.json", go::indentJson(json)},
          {"result.txt", head.str() + tables.str()},
          {"version", "1.0.0"}};
}

} // namespace llb::lower
