// SPDX-License-Identifier: Apache-2.0
//
// What a call waits for when another thread was faster, which builds show only
// now and then.
#include "SessionServer.h"

#include <gtest/gtest.h>

using namespace llb::buildkit;

TEST(CallTest, NobodyWaitsForRoomThatThereIs) {
  Refusals refusals;
  SessionServer server(refusals);
  Call call(server, 1);
  EXPECT_FALSE(call.isFull());
  // Hung here: a call that is not full any more was waited for like one of
  // which something is to be read.
  EXPECT_TRUE(call.waitWhileFull());
}
