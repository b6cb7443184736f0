// SPDX-License-Identifier: Apache-2.0
//
// The words of a Dockerfile, as BuildKit v0.32.2 (dockerfile/parser) splits
// them. The input is not the file but its logical lines, one after another,
// each ended by a line feed: comments, continuations and heredoc bodies are
// gone (lib/Frontend/Common/LineReader.h). Nor are the characters the file's
// bytes: ByteClasses.h maps each byte to one of 128, so that a class is one
// character here and the DFA caches every step. What the reader would get
// wrong: each scanner of BuildKit's has its own idea of white space.
//
//   u0000  control byte other than \t \n \v \f \r
//   u0001  byte above 0x7F that means nothing
//   u0002  0x85 or 0xA0 on its own: white space to scanners of bytes only
//   u0003  first byte of a white space beyond ASCII in UTF-8
//   u0004  a later byte of it
//   u0005  a later byte of it that is 0x85 or 0xA0
//   u0006  ` where the file's escape character is `
//   u0007  \ where the file's escape character is `
//   u000E  a later byte of U+212A or U+0130, whose first is shown as k or i:
//          in lower case they are those letters, and so parts of keywords
//
// Every input lexes: each mode ends at the line feed and covers all characters.
lexer grammar DockerfileLexer;

tokens { FLAG, FLAGS_END, EXEC, BRACKETED, TEXT, WORD, PAIR, NAME, TYPE }

// ---- start of a line, and again after ONBUILD -------------------------------

ADD         : A D D                     -> mode(List),         pushMode(Flags) ;
ARG         : A R G                     -> mode(Pairs),        pushMode(Flags) ;
CMD         : C M D                     -> mode(Command),      pushMode(Flags) ;
COPY        : C O P Y                   -> mode(List),         pushMode(Flags) ;
ENTRYPOINT  : E N T R Y P O I N T       -> mode(Command),      pushMode(Flags) ;
ENV         : E N V                     -> mode(FirstPair),    pushMode(Flags) ;
EXPOSE      : E X P O S E               -> mode(FirstWord),    pushMode(Flags) ;
FROM        : F R O M                   -> mode(FirstWord),    pushMode(Flags) ;
HEALTHCHECK : H E A L T H C H E C K     -> mode(Health),       pushMode(Flags) ;
LABEL       : L A B E L                 -> mode(FirstPair),    pushMode(Flags) ;
MAINTAINER  : M A I N T A I N E R       -> mode(Text),         pushMode(Flags) ;
ONBUILD     : O N B U I L D             -> mode(DEFAULT_MODE), pushMode(Flags) ;
RUN         : R U N                     -> mode(Command),      pushMode(Flags) ;
SHELL       : S H E L L                 -> mode(Command),      pushMode(Flags) ;
STOPSIGNAL  : S T O P S I G N A L       -> mode(Text),         pushMode(Flags) ;
USER        : U S E R                   -> mode(Text),         pushMode(Flags) ;
VOLUME      : V O L U M E               -> mode(List),         pushMode(Flags) ;
WORKDIR     : W O R K D I R             -> mode(Text),         pushMode(Flags) ;

// A word that is no instruction. Its arguments are one text.
UNKNOWN     : ~[\t\u000B\f\r \n\u0003] ~[\t\u000B\f\r \n]* -> mode(Text), pushMode(Flags) ;

NEWLINE     : '\n' ;
BLANK       : (Blank | UnicodeSpace)+ -> skip ;

// ---- `--name=value` words between the instruction and its arguments ----------
// Scanned byte by byte. A flag token has the white space before it inside, so
// that the longest match tells a flag from arguments without looking ahead. A
// quote that is never closed runs to the end of the line.

mode Flags;

// `--` alone, also as `--""`, ends the flags.
FLAGS_FINISH : ByteSpace+ '--' ('""' | '\'\'')* ["']? Escape? -> type(FLAGS_END), popMode ;
FLAG_WORD    : ByteSpace+ '--' FlagPart+ Escape? -> type(FLAG) ;
FLAG_OPEN    : ByteSpace+ '--' FlagPart* ( '"' InFlagDouble* | '\'' InFlagSingle* ) Escape? -> type(FLAG) ;
FLAG_NONE    : ByteSpace+ -> skip, popMode ;
FLAG_NEWLINE : '\n' -> type(NEWLINE), popMode, mode(DEFAULT_MODE) ;

fragment FlagPart
  : ~[\t\u000B\f\r \n\u0002\u0005'"\\\u0006]
  | Escape ~[\n]
  | '"' InFlagDouble* '"'
  | '\'' InFlagSingle* '\''
  ;
fragment InFlagDouble : ~["\\\u0006\n] | Escape ~[\n] ;
fragment InFlagSingle : ~['\\\u0006\n] | Escape ~[\n] ;

// ---- USER, WORKDIR, ..: the rest of the line is one text ----------------------

mode Text;

TEXT_TEXT    : ~[\t\u000B\f\r \n\u0003] ~[\n]* -> type(TEXT) ;
TEXT_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
TEXT_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// ---- RUN, CMD, ..: a JSON list of strings, else one text ----------------------
// EXEC, BRACKETED and TEXT all run to the end of the line if they match at all,
// except an EXEC that something follows; so the longest match decides, and the
// order here among equals. BRACKETED may still be JSON, with other things than
// strings in it, which is an error: ExecForm.h.

mode Command;

COMMAND_EXEC      : Exec -> type(EXEC) ;
COMMAND_BRACKETED : '[' ~[\n]* -> type(BRACKETED) ;
COMMAND_TEXT      : ~[\t\u000B\f\r \n\u0003] ~[\n]* -> type(TEXT) ;
COMMAND_BLANK     : (Blank | UnicodeSpace)+ -> skip ;
COMMAND_NEWLINE   : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// ---- COPY, ADD, VOLUME: a JSON list of strings, else words --------------------

mode List;

LIST_EXEC      : Exec -> type(EXEC) ;
LIST_BRACKETED : '[' ~[\n]* -> type(BRACKETED) ;
LIST_WORD      : ~[\t\u000B\f\r \n\u0003[] ~[\t\u000B\f\r \n]* -> type(WORD), mode(Words) ;
LIST_BLANK     : (Blank | UnicodeSpace)+ -> skip ;
LIST_NEWLINE   : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// ---- FROM, EXPOSE: words without quotes ---------------------------------------
// White space beyond ASCII is trimmed before the first word and is part of a
// word anywhere else.

mode FirstWord;

FIRST_WORD         : ~[\t\u000B\f\r \n\u0003] ~[\t\u000B\f\r \n]* -> type(WORD), mode(Words) ;
FIRST_WORD_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
FIRST_WORD_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

mode Words;

WORDS_WORD    : ~[\t\u000B\f\r \n]+ -> type(WORD) ;
WORDS_BLANK   : Blank+ -> skip ;
WORDS_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// ---- ENV, LABEL: name=value words, or a name and a text -----------------------
// The words keep their quotes. NAME is a word without any `=`; as the first one
// of an ENV it makes the rest of the line the value.

mode FirstPair;

FIRST_PAIR_NAME    : NameWord -> type(NAME), mode(Text) ;
FIRST_PAIR         : PairWord -> type(PAIR), mode(Pairs) ;
FIRST_PAIR_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
FIRST_PAIR_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// ---- ARG, and the rest of ENV and LABEL ---------------------------------------

mode Pairs;

PAIRS_NAME    : NameWord -> type(NAME) ;
PAIRS_PAIR    : PairWord -> type(PAIR) ;
PAIRS_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
PAIRS_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// In single quotes the escape character is an ordinary one. An escape at the
// end of the line, alone or after an open quote, is dropped by Words.h.
fragment PairWord : PairPart+ Escape? | PairPart* ( '"' InPairDouble* Escape? | '\'' ~['\n]* ) | Escape ;
fragment PairPart
  : ~[\t\u000B\f\r \n\u0003'"\\\u0006]
  | Escape (UnicodeSpace | ~[\n\u0003])
  | '"' InPairDouble* '"'
  | '\'' ~['\n]* '\''
  ;
fragment InPairDouble : ~["\\\u0006\n] | Escape ~[\n] ;

fragment NameWord : NamePart+ Escape? | NamePart* ( '"' InNameDouble* Escape? | '\'' ~['=\n]* ) | Escape ;
fragment NamePart
  : ~[\t\u000B\f\r \n\u0003'"\\\u0006=]
  | Escape (UnicodeSpace | ~[\n\u0003=])
  | '"' InNameDouble* '"'
  | '\'' ~['=\n]* '\''
  ;
fragment InNameDouble : ~["\\\u0006\n=] | Escape ~[\n=] ;

// ---- HEALTHCHECK: a type, then a JSON list of strings, else one text ----------
// The type ends where a scanner of bytes sees white space, even amid a UTF-8
// sequence; a line that starts with such a byte has no type and no arguments.

mode Health;

HEALTH_TYPE    : ~[\t\u000B\f\r \n\u0002\u0003\u0005] ~[\t\u000B\f\r \n\u0002\u0005]* -> type(TYPE), mode(HealthCommand) ;
HEALTH_NOTHING : [\u0002\u0005] ~[\n]* -> skip ;
HEALTH_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
HEALTH_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

mode HealthCommand;

HEALTH_EXEC            : (UnicodeSpace (UnicodeSpace | Blank)*)? Exec -> type(EXEC) ;
HEALTH_BRACKETED       : (UnicodeSpace (UnicodeSpace | Blank)*)? '[' ~[\n]* -> type(BRACKETED) ;
HEALTH_TEXT            : ~[\t\u000B\f\r \n\u0002\u0005] ~[\n]* -> type(TEXT) ;
HEALTH_COMMAND_BLANK   : ByteSpace+ -> skip ;
HEALTH_COMMAND_NEWLINE : '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;

// ---- shared ---------------------------------------------------------------------

// A JSON list of strings as Go's encoding/json reads it.
fragment Exec       : '[' JsonSpace* ( JsonString JsonSpace* (',' JsonSpace* JsonString JsonSpace*)* )? ']' JsonSpace* ;
fragment JsonSpace  : [ \t\r] ;
fragment JsonString : '"' ( ~["\\\u0007\u0000\t\u000B\f\r\n] | Backslash ( ["/bfnrt] | Backslash | 'u' Hex Hex Hex Hex ) )* '"' ;
fragment Hex        : [0-9a-fA-F] ;

fragment Escape       : [\\\u0006] ;
fragment Backslash    : [\\\u0007] ;
fragment Blank        : [\t\u000B\f\r ] ;
fragment ByteSpace    : [\t\u000B\f\r \u0002\u0005] ;
fragment UnicodeSpace : [\u0003] [\u0004\u0005]+ ;

fragment A : [aA] ;
fragment B : [bB] ;
fragment C : [cC] ;
fragment D : [dD] ;
fragment E : [eE] ;
fragment F : [fF] ;
fragment G : [gG] ;
fragment H : [hH] ;
fragment I : [iI] [\u000E]* ;
fragment K : [kK] [\u000E]* ;
fragment L : [lL] ;
fragment M : [mM] ;
fragment N : [nN] ;
fragment O : [oO] ;
fragment P : [pP] ;
fragment R : [rR] ;
fragment S : [sS] ;
fragment T : [tT] ;
fragment U : [uU] ;
fragment V : [vV] ;
fragment W : [wW] ;
fragment X : [xX] ;
fragment Y : [yY] ;
