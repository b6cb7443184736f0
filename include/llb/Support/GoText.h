// SPDX-License-Identifier: Apache-2.0
//
// Texts that BuildKit makes with Go's fmt, strconv and time packages and that
// digests or messages depend on.
#ifndef LLB_SUPPORT_GOTEXT_H
#define LLB_SUPPORT_GOTEXT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace llb::go {

/// fmt's `%q` of a string.
std::string quote(std::string_view text);
/// fmt's `%q` of a slice: `["a" "b"]`.
std::string quoteList(const std::vector<std::string> &items);
/// fmt's `%v` of a slice: `[a b]`.
std::string plainList(const std::vector<std::string> &items);

/// A value, or the text of the error that Go's function returns.
template <class T> struct Parsed {
  T value{};
  std::string error;
  bool ok() const { return error.empty(); }
};

/// strconv.ParseBool.
Parsed<bool> parseBool(std::string_view text);
/// strconv.ParseInt (base 0 as in Go detects prefixes; `bits` 8 to 64); the
/// error text starts `strconv.ParseInt: parsing "x": `, or with `function`.
Parsed<int64_t> parseInt(std::string_view text, int base, int bits,
                         std::string_view function = "ParseInt");
Parsed<uint64_t> parseUint(std::string_view text, int base, int bits,
                           std::string_view function = "ParseUint");
/// strconv.Atoi.
Parsed<int64_t> parseAtoi(std::string_view text);
/// time.ParseDuration, in nanoseconds.
Parsed<int64_t> parseDuration(std::string_view text);
/// time.Duration.String.
std::string formatDuration(int64_t nanoseconds);
/// units.RAMInBytes of docker/go-units: `512`, `1m`, `2GiB`.
Parsed<int64_t> parseRamSize(std::string_view text);
/// time.Unix(seconds, 0).UTC() as RFC 3339 with nanoseconds left out when zero.
std::string formatUnixTime(int64_t seconds);

/// encoding/csv: one record of `text`, as tonistiigi/go-csvvalue reads it.
Parsed<std::vector<std::string>> parseCsv(std::string_view text);

} // namespace llb::go

#endif
