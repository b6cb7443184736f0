// SPDX-License-Identifier: Apache-2.0
//
// moby/sys/signal on linux.
#include "llb/Support/Signal.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

TEST(Signal, AcceptsNamesAndNumbers) {
  for (std::string_view text : {"TERM", "sigkill", "SigRtMin+15", "RTMAX-14",
                                "9", "-1", "+999", "STKFLT"})
    EXPECT_TRUE(isKnownSignal(text)) << text;
}

TEST(Signal, RejectsEverythingElse) {
  for (std::string_view text :
       {"", "SIG", "SIGSIGTERM", "0", "00", " TERM", "RTMIN+16", "RTMIN+0",
        "RTMAX-15", "RTMAX-01", "RTMAX+1", "99999999999999999999", "EMT"})
    EXPECT_FALSE(isKnownSignal(text)) << text;
}

} // namespace
