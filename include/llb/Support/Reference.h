// SPDX-License-Identifier: Apache-2.0
//
// Image references as distribution/reference v0.6.0 reads them.
#ifndef LLB_SUPPORT_REFERENCE_H
#define LLB_SUPPORT_REFERENCE_H

#include <string>
#include <string_view>

namespace llb {

/// digest.Parse of go-digest: Go's error text, or empty if the digest is valid.
std::string checkDigest(std::string_view text);

struct Reference {
  /// `docker.io`; empty if the first part of the name cannot be a host.
  std::string domain;
  /// `library/alpine`
  std::string path;
  std::string tag;
  /// `sha256:...` (any algorithm).
  std::string digest;

  /// reference.ParseNormalizedNamed; on failure `error` is Go's text.
  static bool parseNormalized(std::string_view text, Reference &result,
                              std::string &error);
  /// `latest` if there is neither tag nor digest (reference.TagNameOnly).
  void addDefaultTag();
  /// `docker.io/library/alpine:3@sha256:...`
  std::string str() const;
  /// `domain/path`
  std::string name() const;
  /// reference.FamiliarString: `alpine:3`.
  std::string familiar() const;
  /// reference.FamiliarName: `alpine`.
  std::string familiarName() const;
};

} // namespace llb

#endif
