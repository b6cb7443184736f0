// SPDX-License-Identifier: Apache-2.0
//
// Without a source, a secret is the variable of its name, if there is one, else
// the file of its name. `type=env` makes a source the name of a variable.
#include "Secrets.h"

#include "Assignment.h"
#include "llb/Support/GoText.h"

#include <cstdlib>

namespace llb::driver {

std::string readSecretOption(const std::string &text,
                             std::map<std::string, SecretSource> &secrets) {
  auto fields = go::parseCsv(text);
  if (!fields.ok())
    return fields.error;
  std::string id, type;
  SecretSource source;
  for (const std::string &field : fields.value) {
    auto [key, value, hasValue] = splitAssignment(field);
    if (!hasValue)
      return "'" + field + "' is not KEY=VALUE";
    if (key == "id")
      id = value;
    else if (key == "src" || key == "source")
      source.file = value;
    else if (key == "env")
      source.variable = value;
    else if (key == "type" && (value == "file" || value == "env"))
      type = value;
    else if (key == "type")
      return "the type is file or env, not '" + value + "'";
    else
      return "there are id, src, env and type, not '" + key + "'";
  }
  if (id.empty())
    return "it has no id; add id=NAME";
  if (!source.file.empty() && !source.variable.empty())
    return "src and env exclude each other";
  if (type == "env" && source.variable.empty())
    source.variable = source.file.empty() ? id : std::exchange(source.file, "");
  else if (source.file.empty() && source.variable.empty())
    (type != "file" && std::getenv(id.c_str()) ? source.variable
                                               : source.file) = id;
  secrets[id] = std::move(source);
  return "";
}

std::string
readSshOption(const std::string &text,
              std::map<std::string, std::vector<std::string>> &agents) {
  size_t equals = std::min(text.find('='), text.size());
  std::string id = text.substr(0, equals);
  if (id.empty())
    return "it has no id; write default, or ID=PATH";
  auto [entry, isNew] = agents.try_emplace(id);
  if (!isNew)
    return "there is an agent '" + id + "' already";
  for (size_t at = equals + 1; at < text.size();) {
    size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at)
      entry->second.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return "";
}

} // namespace llb::driver
