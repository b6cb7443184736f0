// SPDX-License-Identifier: Apache-2.0
//
// Reads `--mount` and `--device`. Fields count in the order they are written:
// `required` and `size` are judged by the type known when they are met, so
// `required,type=secret` is wrong where `type=secret,required` is right.
#include "llb/AST/Mount.h"

#include "llb/Support/FrontendDiags.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LowerDiags.h"
#include "llb/Support/Suggest.h"
#include "llb/Support/Unicode.h"

#include <llvm/ADT/StringSwitch.h>

namespace llb::ast {
namespace {

constexpr std::string_view typeNames[] = {"bind", "cache", "tmpfs", "secret",
                                          "ssh"};

enum class Key : uint8_t {
  Type,
  From,
  Source,
  Target,
  ReadOnly,
  ReadWrite,
  Required,
  Size,
  Id,
  Sharing,
  Mode,
  Uid,
  Gid,
  Env,
  Unknown
};

Key keyOf(std::string_view key) {
  return llvm::StringSwitch<Key>(key)
      .Case("type", Key::Type)
      .Case("from", Key::From)
      .Cases("source", "src", Key::Source)
      .Cases("target", "dst", "destination", Key::Target)
      .Cases("readonly", "ro", Key::ReadOnly)
      .Cases("readwrite", "rw", Key::ReadWrite)
      .Case("required", Key::Required)
      .Case("size", Key::Size)
      .Case("id", Key::Id)
      .Case("sharing", Key::Sharing)
      .Case("mode", Key::Mode)
      .Case("uid", Key::Uid)
      .Case("gid", Key::Gid)
      .Case("env", Key::Env)
      .Default(Key::Unknown);
}

const std::vector<std::string> &allKeys() {
  static const std::vector<std::string> keys = {
      "type", "from",    "source",    "target", "readonly",
      "id",   "sharing", "required",  "size",   "mode",
      "uid",  "gid",     "src",       "dst",    "destination",
      "ro",   "rw",      "readwrite", "env"};
  return keys;
}

/// What both parsers need to say why a value is wrong.
struct Faults {
  llvm::SMRange range;
  Diagnostic &fault;

  template <class... Args> bool fail(DiagId id, const Args &...args) {
    fault = DiagEngine::make(id, range, fmt::make_format_args(args...));
    return false;
  }
};

class MountParser : Faults {
public:
  MountParser(ValueExpander expand, llvm::SMRange range, Diagnostic &fault)
      : Faults{range, fault}, expand(expand) {}

  bool parse(std::string_view text) {
    go::Parsed<std::vector<std::string>> fields = go::parseCsv(text);
    if (!fields.ok())
      return fail(diag::MountCsv, fields.error);
    for (const std::string &field : fields.value)
      if (!readField(field))
        return false;
    return finish();
  }

  Mount mount;

private:
  bool readField(const std::string &field) {
    size_t equals = field.find('=');
    std::string key =
        unicode::toLower(std::string_view(field).substr(0, equals));
    if (equals == std::string::npos)
      return !expand || readFlag(key, field);

    std::string value = field.substr(equals + 1);
    if (expand) {
      std::string error;
      std::optional<std::string> expanded = expand(value, error);
      if (!expanded)
        return fail(diag::ExpansionFailed, error);
      return readValue(key, *expanded, field);
    }
    if (key != "from")
      return true;
    size_t dollar = value.find('$');
    if (dollar != std::string::npos && dollar + 1 != value.size())
      return fail(diag::MountFromExpansion, key);
    mount.from = std::move(value);
    return true;
  }

  bool readFlag(const std::string &key, const std::string &field) {
    switch (keyOf(key)) {
    case Key::ReadOnly:
      setReadOnly(true);
      return true;
    case Key::ReadWrite:
      setReadOnly(false);
      return true;
    case Key::Required:
      if (!takesRequired())
        return failForType(key);
      mount.required = true;
      return true;
    default:
      return fail(diag::MountFieldWithoutValue, field);
    }
  }

  bool readValue(const std::string &key, const std::string &value,
                 const std::string &field) {
    switch (keyOf(key)) {
    case Key::Type:
      return readType(value);
    case Key::From:
      mount.from = value;
      return true;
    case Key::Source:
      mount.source = value;
      return true;
    case Key::Target:
      mount.target = value;
      return true;
    case Key::ReadOnly:
    case Key::ReadWrite: {
      go::Parsed<bool> flag = go::parseBool(value);
      if (!flag.ok())
        return fail(diag::MountInvalidValue, key, value);
      setReadOnly(flag.value == (keyOf(key) == Key::ReadOnly));
      return true;
    }
    case Key::Required: {
      if (!takesRequired())
        return failForType(key);
      go::Parsed<bool> flag = go::parseBool(value);
      if (!flag.ok())
        return fail(diag::MountInvalidValue, key, value);
      mount.required = flag.value;
      return true;
    }
    case Key::Size: {
      if (mount.type != MountType::Tmpfs)
        return failForType(key);
      go::Parsed<int64_t> size = go::parseRamSize(value);
      if (!size.ok())
        return fail(diag::MountInvalidValue, key, value);
      mount.sizeLimit = size.value;
      return true;
    }
    case Key::Id:
      mount.id = value;
      return true;
    case Key::Sharing:
      return readSharing(value);
    case Key::Mode:
      return readNumber(key, value, 8, mount.mode);
    case Key::Uid:
      return readNumber(key, value, 10, mount.uid);
    case Key::Gid:
      return readNumber(key, value, 10, mount.gid);
    case Key::Env:
      mount.env = value;
      return true;
    case Key::Unknown:
      return fail(diag::MountUnknownKey, key, field,
                  didYouMean(key, allKeys(), /*caseSensitive=*/true));
    }
    return true;
  }

  bool readType(const std::string &value) {
    std::string name = unicode::toLower(value);
    for (size_t i = 0; i < std::size(typeNames); ++i)
      if (name == typeNames[i]) {
        mount.type = MountType(i);
        return true;
      }
    return fail(diag::MountUnknownType, go::quote(value),
                didYouMean(value,
                           std::vector<std::string>(std::begin(typeNames),
                                                    std::end(typeNames)),
                           /*caseSensitive=*/true));
  }

  bool readSharing(const std::string &value) {
    mount.sharing = llvm::StringSwitch<MountSharing>(unicode::toLower(value))
                        .Case("shared", MountSharing::Shared)
                        .Case("private", MountSharing::Private)
                        .Case("locked", MountSharing::Locked)
                        .Default(MountSharing::Unset);
    if (mount.sharing != MountSharing::Unset)
      return true;
    return fail(diag::MountUnknownSharing, go::quote(value),
                didYouMean(value, {"shared", "private", "locked"},
                           /*caseSensitive=*/true));
  }

  bool readNumber(const std::string &key, const std::string &value, int base,
                  std::optional<uint32_t> &member) {
    go::Parsed<uint64_t> number = go::parseUint(value, base, 32);
    if (!number.ok())
      return fail(diag::MountInvalidNumber, value, key);
    member = uint32_t(number.value);
    return true;
  }

  bool finish() {
    std::string_view type = typeNames[size_t(mount.type)];
    if (mount.type == MountType::Bind || mount.type == MountType::Tmpfs) {
      std::string_view key = mount.mode  ? "mode"
                             : mount.uid ? "uid"
                             : mount.gid ? "gid"
                                         : "";
      if (!key.empty())
        return fail(diag::MountOwnerNotAllowed, key, go::quote(type));
    }
    if (!accessGiven)
      mount.readOnly =
          mount.type != MountType::Cache && mount.type != MountType::Tmpfs;
    if (mount.type == MountType::Secret && !finishSecret())
      return false;
    if (mount.sharing != MountSharing::Unset && mount.type != MountType::Cache)
      return fail(diag::MountSharingNotAllowed, type);
    return true;
  }

  bool finishSecret() {
    if (!mount.from.empty())
      return fail(diag::SecretMountFrom);
    if (mount.sharing != MountSharing::Unset)
      return fail(diag::SecretMountSharing);
    if (mount.source.empty() && mount.target.empty() && mount.id.empty())
      return fail(diag::SecretMountEmpty);
    if (!mount.source.empty() && !mount.id.empty())
      return fail(diag::SecretMountSourceAndId);
    return true;
  }

  bool takesRequired() const {
    return mount.type == MountType::Secret || mount.type == MountType::Ssh;
  }
  bool failForType(const std::string &key) {
    return fail(diag::MountKeyForType, key, typeNames[size_t(mount.type)]);
  }
  void setReadOnly(bool value) {
    mount.readOnly = value;
    accessGiven = true;
  }

  ValueExpander expand;
  /// `ro` or `rw` was written.
  bool accessGiven = false;
};

class DeviceParser : Faults {
public:
  DeviceParser(llvm::SMRange range, Diagnostic &fault) : Faults{range, fault} {}

  bool parse(std::string_view text) {
    go::Parsed<std::vector<std::string>> fields = go::parseCsv(text);
    if (!fields.ok())
      return fail(diag::DeviceCsv, fields.error);
    for (const std::string &field : fields.value)
      if (!readField(field))
        return false;
    return true;
  }

  Device device;

private:
  bool readField(const std::string &field) {
    size_t equals = field.find('=');
    bool hasValue = equals != std::string::npos;
    std::string key =
        unicode::toLower(std::string_view(field).substr(0, equals));
    std::string value = hasValue ? field.substr(equals + 1) : std::string();

    if (key == "required") {
      go::Parsed<bool> flag =
          hasValue ? go::parseBool(value) : go::Parsed<bool>{true, ""};
      if (!flag.ok())
        return fail(diag::MountInvalidValue, key, value);
      device.required = flag.value;
      return true;
    }
    if (key == "name" && hasValue) {
      if (!device.name.empty())
        return fail(diag::DeviceNameTwice, device.name);
      device.name = std::move(value);
      return true;
    }
    // The first field that is nothing else is the name, `=` and all.
    if (device.name.empty()) {
      device.name = field;
      return true;
    }
    if (!hasValue)
      return fail(diag::MountFieldWithoutValue, field);
    return fail(diag::MountUnknownKey, key, field,
                didYouMean(key, {"name", "required"}, /*caseSensitive=*/true));
  }
};

} // namespace

std::optional<Mount> parseMount(std::string_view text, ValueExpander expand,
                                llvm::SMRange range, Diagnostic &fault) {
  MountParser parser(expand, range, fault);
  if (!parser.parse(text))
    return std::nullopt;
  return std::move(parser.mount);
}

std::optional<Device> parseDevice(std::string_view text, llvm::SMRange range,
                                  Diagnostic &fault) {
  DeviceParser parser(range, fault);
  if (!parser.parse(text))
    return std::nullopt;
  return std::move(parser.device);
}

} // namespace llb::ast
