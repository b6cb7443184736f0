// SPDX-License-Identifier: Apache-2.0
//
// The lines of a Dockerfile: an instruction, its flags, its arguments. The
// lexer's modes let only fitting arguments through, so every input parses; what
// BuildKit v0.32.2 refuses, it refuses for its words, in the order and with the
// messages of lib/Frontend/Common/Words.h and StmtBuilder.h.
parser grammar DockerfileParser;

options { tokenVocab = DockerfileLexer; }

file : (line NEWLINE)* EOF ;

// A line that is all continuation has no word. ONBUILD ONBUILD is refused
// later, so that an error of the inner line comes first, as in BuildKit.
line : trigger* instruction? ;

trigger : ONBUILD FLAG* FLAGS_END? ;

instruction
  : (RUN | CMD | ENTRYPOINT | SHELL)           FLAG* FLAGS_END? (EXEC | BRACKETED | TEXT)?
  | (ADD | COPY | VOLUME)                      FLAG* FLAGS_END? (EXEC | BRACKETED | WORD+)?
  | (FROM | EXPOSE)                            FLAG* FLAGS_END? WORD*
  | (ENV | LABEL)                              FLAG* FLAGS_END? (NAME TEXT? | PAIR (PAIR | NAME)*)?
  | ARG                                        FLAG* FLAGS_END? (PAIR | NAME)*
  | HEALTHCHECK                                FLAG* FLAGS_END? (TYPE (EXEC | BRACKETED | TEXT)?)?
  | (MAINTAINER | STOPSIGNAL | USER | WORKDIR) FLAG* FLAGS_END? TEXT?
  | UNKNOWN                                    FLAG* FLAGS_END? TEXT?
  ;
