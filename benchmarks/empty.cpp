// SPDX-License-Identifier: Apache-2.0
//
// A program that does nothing: what every process costs.
int main() { return 0; }
