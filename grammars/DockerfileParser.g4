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
line : (ONBUILD flags)* instruction? ;

flags : FLAG* FLAGS_END? ;

instruction
  : (RUN | CMD | ENTRYPOINT | SHELL)                   flags (EXEC | BRACKETED | TEXT)?
  | (ADD | COPY | VOLUME)                              flags (EXEC | BRACKETED | WORD+)?
  | (FROM | EXPOSE)                                    flags WORD*
  | (ENV | LABEL)                                      flags (NAME TEXT? | PAIR (PAIR | NAME)*)?
  | ARG                                                flags (PAIR | NAME)*
  | HEALTHCHECK                                        flags (TYPE (EXEC | BRACKETED | TEXT)?)?
  | (MAINTAINER | STOPSIGNAL | USER | WORKDIR)         flags TEXT?
  | UNKNOWN                                            flags TEXT?
  ;
