// SPDX-License-Identifier: Apache-2.0
//
// What single texts of a Mockerfile must be like.
#ifndef LLB_LOWER_MOCKERCHECKS_H
#define LLB_LOWER_MOCKERCHECKS_H

#include "MockerTemplate.h"

#include <llvm/Support/LogicalResult.h>

namespace llb::lower {

/// Refuses what is no download over HTTP.
llvm::LogicalResult checkMockerUrl(std::string_view url,
                                   const ast::MockerText &place,
                                   DiagEngine &diags);

/// What the name of a file in a URL says of it.
enum class MockerFileKind { Archive, OtherArchive, Plain };

/// Whether BuildKit unpacks files called so (tar, with gzip, bzip2, xz, zstd or
/// nothing), or nobody does (zip and so on). Query and fragment do not count.
MockerFileKind mockerFileKind(std::string_view url);

/// Why `line` is no line of an apt source list, empty if it is one. Of a line
/// with variables, what stands before the first is enough.
std::string mockerRepoFault(const MockerTemplate &line);

/// Whether `text` can name a package, a version and an architecture to apt.
bool isAptPackage(std::string_view text);

/// 64 hexadecimal digits, as a digest in lower case; nothing if they are not.
std::optional<std::string> mockerChecksum(std::string_view text);

/// Whether `name` can be the name of a stage, which `scratch` cannot.
bool isMockerName(std::string_view name);

} // namespace llb::lower

#endif
