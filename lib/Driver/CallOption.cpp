// SPDX-License-Identifier: Apache-2.0
//
// buildx names a request otherwise than BuildKit's frontend does, which gets it
// as an option.
#include "CallOption.h"

#include "Assignment.h"
#include "llb/Support/GoText.h"

namespace llb::driver {

std::string readCallOption(const std::string &value, Options &result) {
  if (value.empty())
    return "";
  auto fields = go::parseCsv(value);
  if (!fields.ok())
    return fields.error;
  std::string method, format;
  bool ignoreStatus = false;
  for (const std::string &field : fields.value) {
    auto [key, setting, hasSetting] = splitAssignment(field);
    if (!hasSetting) {
      if (!method.empty())
        return "one method at a time, not '" + method + "' and '" + field + "'";
      method = field;
      continue;
    }
    if (key == "format" && (setting == "text" || setting == "json")) {
      format = setting;
    } else if (key == "format") {
      return "the format is text or json, not '" + setting + "'";
    } else if (key == "ignorestatus") {
      auto flag = go::parseBool(setting);
      if (!flag.ok())
        return "ignorestatus is true or false, not '" + setting + "'";
      ignoreStatus = flag.value;
    } else {
      return "there are format and ignorestatus, not '" + key + "'";
    }
  }
  if (method.empty() || method == "build")
    return "";
  if (method == "check" || method == "lint")
    result.check = !ignoreStatus;
  std::string request = method == "check"      ? "lint"
                        : method == "describe" ? "subrequests.describe"
                                               : method;
  if (request != "lint" && request != "outline" && request != "targets" &&
      request != "subrequests.describe")
    return "there are check, lint, outline, targets and describe, not '" +
           method + "'";
  result.opts["requestid"] = "frontend." + request;
  if (format == "json")
    result.answer = AnswerFormat::Json;
  else if (format.empty() && method == "check")
    result.answer = AnswerFormat::Findings;
  return "";
}

} // namespace llb::driver
