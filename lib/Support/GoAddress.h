// SPDX-License-Identifier: Apache-2.0
//
// Go's net/netip: what counts as the address of a machine.
#ifndef LLB_SUPPORT_GOADDRESS_H
#define LLB_SUPPORT_GOADDRESS_H

#include <string_view>

namespace llb::go {

/// Whether netip.ParseAddr reads an IPv6 address, with a zone perhaps
/// (Go 1.26).
bool isIPv6(std::string_view text);

} // namespace llb::go

#endif
