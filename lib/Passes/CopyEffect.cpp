// SPDX-License-Identifier: Apache-2.0
//
// Modes and owners are those that a daemon gives to the directories that it
// makes on the way to a destination (BuildKit v0.32.2, solver/llbsolver/file).
#include "CopyEffect.h"

#include "llb/Support/GoPath.h"

namespace llb::passes {
namespace {

bool plainId(const std::optional<ir::UserOpt> &user, uint32_t &id) {
  if (!user)
    return true;
  if (!user->unknown.bytes.empty())
    return false;
  if (const auto *number = std::get_if<uint32_t>(&user->user))
    id = *number;
  return !std::holds_alternative<ir::NamedUser>(user->user);
}

/// On failure `why` is set. As a daemon reads it, a user's number is the group
/// too, unless one is given.
bool plainOwner(const std::optional<ir::ChownOpt> &owner, DirAttrs &attrs,
                RemarkId &why) {
  if (!owner)
    return true;
  bool plain = plainId(owner->user, attrs.uid);
  attrs.gid = attrs.uid;
  if (plain && plainId(owner->group, attrs.gid) && owner->unknown.bytes.empty())
    return true;
  why = RemarkId::OwnerOfBase;
  return false;
}

} // namespace

std::optional<CopyEffect> effectOf(const ir::FileAction &action,
                                   RemarkId &why) {
  CopyEffect effect;
  if (const auto *dir = std::get_if<ir::MkDir>(&action.action)) {
    if (dir->timestamp != -1)
      return why = RemarkId::SetsTime, std::nullopt;
    if (!plainOwner(dir->owner, effect.attrs, why))
      return std::nullopt;
    if (("/" + dir->path + "/").find("/../") != std::string::npos)
      return why = RemarkId::OtherAction, std::nullopt;
    effect.attrs.mode = static_cast<uint32_t>(dir->mode) & 0777;
    std::string path = go::joinPath({"/", dir->path});
    effect.needsParent = !dir->makeParents;
    effect.dirs = ancestorsOf(path);
    if (path != "/")
      effect.dirs.push_back(path);
    return effect;
  }
  const auto *copy = std::get_if<ir::Copy>(&action.action);
  if (!copy)
    return why = RemarkId::OtherAction, std::nullopt;
  if (copy->attemptUnpackDockerCompatibility)
    return why = RemarkId::Unpacks, std::nullopt;
  if (copy->alwaysReplaceExistingDestPaths)
    return why = RemarkId::Replaces, std::nullopt;
  if (copy->timestamp != -1)
    return why = RemarkId::SetsTime, std::nullopt;
  if (!plainOwner(copy->owner, effect.attrs, why))
    return std::nullopt;
  if (copy->mode != -1 && copy->modeStr.empty())
    effect.attrs.mode = static_cast<uint32_t>(copy->mode) & 0777;
  effect.region = go::joinPath({"/", copy->dest});
  effect.intoDirectory = copy->dest.ends_with('/') ||
                         copy->dest.ends_with("/.") || effect.region == "/";
  effect.needsParent = !copy->createDestPath;
  effect.dirs = ancestorsOf(effect.region);
  if (effect.intoDirectory && effect.region != "/")
    effect.dirs.push_back(effect.region);
  return effect;
}

} // namespace llb::passes
