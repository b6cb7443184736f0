// SPDX-License-Identifier: Apache-2.0
//
// What the answers have in common, and the list of requests. The list leaves
// out requests that exist: BuildKit never added them to it.
#include "Answer.h"

#include "AnswerJson.h"
#include "llb/IR/JsonDump.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoTable.h"

#include <fmt/format.h>

namespace llb::lower {

std::string &JsonObject::member(std::string_view name) {
  if (!first)
    out += ',';
  first = false;
  go::appendJsonString(out, name);
  out += ':';
  return out;
}

void JsonObject::text(std::string_view name, std::string_view value) {
  go::appendJsonString(member(name), value);
}

void JsonObject::optionalText(std::string_view name, std::string_view value) {
  if (!value.empty())
    text(name, value);
}

void JsonObject::flag(std::string_view name, bool value) {
  if (value)
    member(name) += "true";
}

void JsonObject::location(std::string_view name, LineRange lines) {
  JsonObject object(member(name));
  if (lines.first == 0)
    return;
  std::string &ranges = object.member("ranges");
  ranges += '[';
  for (unsigned line = lines.first; line <= lines.last; ++line) {
    if (line != lines.first)
      ranges += ',';
    appendJsonRange(ranges, line, line);
  }
  ranges += ']';
}

void appendJsonRange(std::string &out, unsigned firstLine, unsigned lastLine) {
  auto position = [](unsigned line) {
    return line ? fmt::format("{{\"line\":{}}}", line) : "{}";
  };
  out += fmt::format("{{\"start\":{},\"end\":{}}}", position(firstLine),
                     position(lastLine));
}

namespace {

struct Named {
  std::string_view name;
  std::string_view description;
};

struct Request {
  std::string_view name;
  std::string_view description;
  /// Go tells an empty list from none.
  bool hasOptions;
  std::vector<Named> options;
};

const std::vector<Request> &requests() {
  static const std::vector<Request> list = {
      {"frontend.outline",
       "List all parameters current build target supports",
       true,
       {{"target", "Target build stage"}}},
      {"frontend.targets", "List all targets current build supports", true, {}},
      {"frontend.subrequests.describe",
       "List available subrequest types",
       false,
       {}},
  };
  return list;
}

constexpr std::string_view version = "1.0.0";

void appendNamed(std::string &out, const std::vector<Named> &items) {
  appendJsonArray(out, items, [&](const Named &item) {
    JsonObject object(out);
    object.text("name", item.name);
    object.text("description", item.description);
  });
}

void appendRequest(std::string &out, const Request &request) {
  JsonObject object(out);
  object.text("name", request.name);
  object.text("version", version);
  object.text("type", "rpc");
  object.text("description", request.description);
  if (request.hasOptions)
    appendNamed(object.member("opts"), request.options);
  else
    object.member("opts") += "null";
  object.member("inputs") += "null";
  appendNamed(object.member("metadata"),
              {{"result.json", ""}, {"result.txt", ""}});
  object.member("refs") += "null";
}

} // namespace

Answer answerDescribe() {
  std::string json;
  go::TabWriter table(1);
  table.write("NAME\tVERSION\tDESCRIPTION\n");
  appendJsonArray(json, requests(), [&](const Request &request) {
    appendRequest(json, request);
    std::string_view name = request.name;
    name.remove_prefix(std::string_view("frontend.").size());
    table.write(
        fmt::format("{}\t{}\t{}\n", name, version, request.description));
  });
  table.flush();
  return {{"result.json", go::indentJson(json)},
          {"result.txt", table.str()},
          {"version", std::string(version)}};
}

Answer answerConvertLlb(const ir::Module &module) {
  return {{"result.json",
           go::indentJson(ir::convertJson(module, module.results.front()))},
          {"version", "0.1.0"}};
}

} // namespace llb::lower
