// SPDX-License-Identifier: Apache-2.0
//
// Every question costs the depth of its path, not the size of the state.
#include "BaseState.h"

namespace llb::passes {

std::vector<std::string> ancestorsOf(const std::string &path) {
  std::vector<std::string> ancestors;
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    ancestors.push_back(path.substr(0, slash));
  return ancestors;
}

BaseState BaseState::scratch() { return {}; }

BaseState BaseState::unknown() {
  BaseState state;
  state.allUnknown = true;
  return state;
}

BaseState BaseState::listed(const BaseListing &listing) {
  BaseState state;
  state.listing = &listing;
  return state;
}

BaseState::Answer BaseState::at(const std::string &path) const {
  if (allUnknown || forgottenLeaves.contains(path) ||
      (path != "/" && forgotten.contains("/")))
    return {Kind::Other, {}};
  for (const std::string &parent : ancestorsOf(path))
    if (forgotten.contains(parent))
      return {Kind::Other, {}};
  if (auto found = made.find(path); found != made.end())
    return {Kind::Directory, found->second};
  if (listing)
    if (auto found = listing->find(path); found != listing->end()) {
      const BaseEntry &entry = found->second;
      if (entry.kind != BaseEntry::Kind::Directory || entry.xattrs)
        return {Kind::Other, {}};
      return {Kind::Directory, {entry.mode, entry.uid, entry.gid}};
    }
  if (path == "/")
    return {listing ? Kind::Other : Kind::Directory, {}};
  return {Kind::Absent, {}};
}

bool BaseState::isKnownBelow(const std::string &path) const {
  if (allUnknown || forgotten.contains(path) || forgotten.contains("/"))
    return false;
  std::string prefix = path == "/" ? path : path + "/";
  for (const std::set<std::string> *paths : {&forgotten, &forgottenLeaves}) {
    auto below = paths->lower_bound(prefix);
    if (below != paths->end() && below->starts_with(prefix))
      return false;
  }
  for (const std::string &parent : ancestorsOf(path))
    if (forgotten.contains(parent))
      return false;
  if (listing)
    for (auto entry = listing->lower_bound(prefix);
         entry != listing->end() && entry->first.starts_with(prefix); ++entry)
      if (entry->second.xattrs)
        return false;
  return true;
}

void BaseState::addDirectory(const std::string &path, DirAttrs attrs) {
  if (at(path).kind == Kind::Absent)
    made.emplace(path, attrs);
}

void BaseState::forget(const std::string &path, bool itself) {
  forgotten.insert(path);
  if (itself)
    forgottenLeaves.insert(path);
}

} // namespace llb::passes
