// SPDX-License-Identifier: Apache-2.0
//
// Paths inside the image, whose system is not that of the build: on Windows a
// drive letter is dropped and both slashes separate (BuildKit v0.32.2,
// util/system). On other systems an absolute path is left as it is written,
// dots and doubled slashes included.
#ifndef LLB_LOWER_OSPATH_H
#define LLB_LOWER_OSPATH_H

#include "llb/Support/GoText.h"

namespace llb::lower::ospath {

bool isAbsolute(std::string_view path, std::string_view os);

/// Backslashes become slashes on Windows, and back.
std::string toSlash(std::string_view path, std::string_view os);
std::string fromSlash(std::string_view path, std::string_view os);

/// Checks and removes the drive letter; nothing is changed but on Windows.
go::Parsed<std::string> withoutDrive(std::string_view path, std::string_view os,
                                     bool keepSlash);

/// `path`, joined to `parent` if it is relative. `keepSlash` keeps `/` and `/.`
/// at its end.
go::Parsed<std::string> normalize(std::string_view parent,
                                  std::string_view path, std::string_view os,
                                  bool keepSlash);

} // namespace llb::lower::ospath

#endif
