// SPDX-License-Identifier: Apache-2.0
//
// The words of a Dockerfile, as BuildKit v0.32.2 (dockerfile/parser) splits
// them. The input is not the file but its logical lines, one after another,
// each ended by a line feed: comments, continuations and heredoc bodies are
// gone (lib/Frontend/Common/LineReader.h). Nor are the characters the file's
// bytes: ByteClasses.h maps each byte to one of 128, so that a class is one
// character here and a column of the table that this becomes (README.md). What
// the reader would get wrong: each scanner of BuildKit's has its own idea of
// white space.
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
//   u000F  white space inside an Ickfile's PLEASE DO or COME FROM, which needs
//          more than the next character to be told from PLEASE and an argument
//
// Every input lexes: each mode ends at the line feed and covers all characters.
// At the bottom of the stack is the mode of the file's keywords: the default
// mode for Dockerfiles, the mode Ickfile for Ickfiles. All else is shared.
lexer grammar DockerfileLexer;

tokens { FLAG, FLAGS_END, EXEC, BRACKETED, TEXT, WORD, PAIR, NAME, TYPE }

// ---- start of a line, and again after ONBUILD -------------------------------

ADD         : A D D                     -> pushMode(List),         pushMode(Flags) ;
ARG         : A R G                     -> pushMode(Pairs),        pushMode(Flags) ;
CMD         : C M D                     -> pushMode(Command),      pushMode(Flags) ;
COPY        : C O P Y                   -> pushMode(List),         pushMode(Flags) ;
ENTRYPOINT  : E N T R Y P O I N T       -> pushMode(Command),      pushMode(Flags) ;
ENV         : E N V                     -> pushMode(FirstPair),    pushMode(Flags) ;
EXPOSE      : E X P O S E               -> pushMode(FirstWord),    pushMode(Flags) ;
FROM        : F R O M                   -> pushMode(FirstWord),    pushMode(Flags) ;
HEALTHCHECK : H E A L T H C H E C K     -> pushMode(Health),       pushMode(Flags) ;
LABEL       : L A B E L                 -> pushMode(FirstPair),    pushMode(Flags) ;
MAINTAINER  : M A I N T A I N E R       -> pushMode(Text),         pushMode(Flags) ;
ONBUILD     : O N B U I L D             -> pushMode(TriggerFlags) ;
RUN         : R U N                     -> pushMode(Command),      pushMode(Flags) ;
SHELL       : S H E L L                 -> pushMode(Command),      pushMode(Flags) ;
STOPSIGNAL  : S T O P S I G N A L       -> pushMode(Text),         pushMode(Flags) ;
USER        : U S E R                   -> pushMode(Text),         pushMode(Flags) ;
VOLUME      : V O L U M E               -> pushMode(List),         pushMode(Flags) ;
WORKDIR     : W O R K D I R             -> pushMode(Text),         pushMode(Flags) ;

// A word that is no instruction. Its arguments are one text.
UNKNOWN     : ~[\t\u000B\f\r \n\u0003] ~[\t\u000B\f\r \n]* -> pushMode(Text), pushMode(Flags) ;

NEWLINE     : '\n' ;
BLANK       : (Blank | UnicodeSpace)+ -> skip ;

// ---- the same for Ickfiles, which take the words of both languages ------------
// Which of them an Ickfile should not have is IckWords.h's business.

mode Ickfile;

ICK_ADD         : A D D                                              -> type(ADD),         pushMode(List),      pushMode(Flags) ;
ICK_ARG         : (V A R | A R G)                                    -> type(ARG),         pushMode(Pairs),     pushMode(Flags) ;
ICK_CMD         : (D O | C M D)                                      -> type(CMD),         pushMode(Command),   pushMode(Flags) ;
ICK_COPY        : (S T A S H | C O P Y)                              -> type(COPY),        pushMode(List),      pushMode(Flags) ;
ICK_ENTRYPOINT  : (P L E A S E Joint D O | E N T R Y P O I N T)       -> type(ENTRYPOINT),  pushMode(Command),   pushMode(Flags) ;
ICK_ENV         : (E '222' | E N V)                                  -> type(ENV),         pushMode(FirstPair), pushMode(Flags) ;
ICK_EXPOSE      : E X P O S E                                        -> type(EXPOSE),      pushMode(FirstWord), pushMode(Flags) ;
ICK_FROM        : (C O M E Joint F R O M | F R O M)                   -> type(FROM),        pushMode(FirstWord), pushMode(Flags) ;
ICK_HEALTHCHECK : (A R E '_' Y O U '_' O K | H E A L T H C H E C K)  -> type(HEALTHCHECK), pushMode(Health),    pushMode(Flags) ;
ICK_LABEL       : (E '252' | L A B E L)                              -> type(LABEL),       pushMode(FirstPair), pushMode(Flags) ;
ICK_MAINTAINER  : (E '256' | M A I N T A I N E R)                    -> type(MAINTAINER),  pushMode(Text),      pushMode(Flags) ;
ICK_ONBUILD     : (A B S T A I N | O N B U I L D)                    -> type(ONBUILD),     pushMode(TriggerFlags) ;
ICK_RUN         : (P L E A S E | R U N)                              -> type(RUN),         pushMode(Command),   pushMode(Flags) ;
ICK_SHELL       : (M Y S T E R Y | S H E L L)                        -> type(SHELL),       pushMode(Command),   pushMode(Flags) ;
ICK_STOPSIGNAL  : (I '_' D O '_' N O T '_' C O M P U T E | S T O P S I G N A L) -> type(STOPSIGNAL), pushMode(Text), pushMode(Flags) ;
ICK_USER        : (W R I T I N G | U S E R)                          -> type(USER),        pushMode(Text),      pushMode(Flags) ;
ICK_VOLUME      : ('->' | V O L U M E)                               -> type(VOLUME),      pushMode(List),      pushMode(Flags) ;
ICK_WORKDIR     : ('<-' | W O R K D I R)                             -> type(WORKDIR),     pushMode(Text),      pushMode(Flags) ;

ICK_UNKNOWN     : ~[\t\u000B\f\r \n\u0003] ~[\t\u000B\f\r \n]* -> type(UNKNOWN), pushMode(Text), pushMode(Flags) ;

ICK_NEWLINE     : '\n' -> type(NEWLINE) ;
ICK_BLANK       : (Blank | UnicodeSpace)+ -> skip ;

// ---- `--name=value` words between the instruction and its arguments ----------
// Scanned byte by byte. A flag token has the white space before it inside, so
// that the longest match tells a flag from arguments without looking ahead. A
// quote that is never closed runs to the end of the line.

mode Flags;

// `--` alone, also as `--""`, ends the flags.
FLAGS_FINISH : FlagsEnd -> type(FLAGS_END), popMode ;
FLAG_WORD    : FlagWord -> type(FLAG) ;
FLAG_NONE    : ByteSpace+ -> skip, popMode ;
FLAG_NEWLINE : '\n' -> type(NEWLINE), popMode, popMode ;

// Behind ONBUILD comes an instruction, in the mode of keywords.
mode TriggerFlags;

TRIGGER_FLAGS_FINISH : FlagsEnd -> type(FLAGS_END), popMode ;
TRIGGER_FLAG         : FlagWord -> type(FLAG) ;
TRIGGER_FLAG_NONE    : ByteSpace+ -> skip, popMode ;
TRIGGER_FLAG_NEWLINE : '\n' -> type(NEWLINE), popMode ;

fragment FlagsEnd : ByteSpace+ '--' ('""' | '\'\'')* ["']? Escape? ;
fragment FlagWord
  : ByteSpace+ '--' FlagPart+ Escape?
  | ByteSpace+ '--' FlagPart* ( '"' InFlagDouble* | '\'' InFlagSingle* ) Escape?
  ;
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
TEXT_NEWLINE : '\n' -> type(NEWLINE), popMode ;

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
COMMAND_NEWLINE   : '\n' -> type(NEWLINE), popMode ;

// ---- COPY, ADD, VOLUME: a JSON list of strings, else words --------------------

mode List;

LIST_EXEC      : Exec -> type(EXEC) ;
LIST_BRACKETED : '[' ~[\n]* -> type(BRACKETED) ;
LIST_WORD      : ~[\t\u000B\f\r \n\u0003[] ~[\t\u000B\f\r \n]* -> type(WORD), mode(Words) ;
LIST_BLANK     : (Blank | UnicodeSpace)+ -> skip ;
LIST_NEWLINE   : '\n' -> type(NEWLINE), popMode ;

// ---- FROM, EXPOSE: words without quotes ---------------------------------------
// White space beyond ASCII is trimmed before the first word and is part of a
// word anywhere else.

mode FirstWord;

FIRST_WORD         : ~[\t\u000B\f\r \n\u0003] ~[\t\u000B\f\r \n]* -> type(WORD), mode(Words) ;
FIRST_WORD_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
FIRST_WORD_NEWLINE : '\n' -> type(NEWLINE), popMode ;

mode Words;

WORDS_WORD    : ~[\t\u000B\f\r \n]+ -> type(WORD) ;
WORDS_BLANK   : Blank+ -> skip ;
WORDS_NEWLINE : '\n' -> type(NEWLINE), popMode ;

// ---- ENV, LABEL: name=value words, or a name and a text -----------------------
// The words keep their quotes. NAME is a word without any `=`; as the first one
// of an ENV it makes the rest of the line the value.

mode FirstPair;

FIRST_PAIR_NAME    : NameWord -> type(NAME), mode(Text) ;
FIRST_PAIR         : PairWord -> type(PAIR), mode(Pairs) ;
FIRST_PAIR_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
FIRST_PAIR_NEWLINE : '\n' -> type(NEWLINE), popMode ;

// ---- ARG, and the rest of ENV and LABEL ---------------------------------------

mode Pairs;

PAIRS_NAME    : NameWord -> type(NAME) ;
PAIRS_PAIR    : PairWord -> type(PAIR) ;
PAIRS_BLANK   : (Blank | UnicodeSpace)+ -> skip ;
PAIRS_NEWLINE : '\n' -> type(NEWLINE), popMode ;

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
HEALTH_NEWLINE : '\n' -> type(NEWLINE), popMode ;

mode HealthCommand;

HEALTH_EXEC            : (UnicodeSpace (UnicodeSpace | Blank)*)? Exec -> type(EXEC) ;
HEALTH_BRACKETED       : (UnicodeSpace (UnicodeSpace | Blank)*)? '[' ~[\n]* -> type(BRACKETED) ;
HEALTH_TEXT            : ~[\t\u000B\f\r \n\u0002\u0005] ~[\n]* -> type(TEXT) ;
HEALTH_COMMAND_BLANK   : ByteSpace+ -> skip ;
HEALTH_COMMAND_NEWLINE : '\n' -> type(NEWLINE), popMode ;

// ---- shared ---------------------------------------------------------------------

// A JSON list of strings as Go's encoding/json reads it.
fragment Exec       : '[' JsonSpace* ( JsonString JsonSpace* (',' JsonSpace* JsonString JsonSpace*)* )? ']' JsonSpace* ;
fragment JsonSpace  : [ \t\r] ;
fragment JsonString : '"' ( ~["\\\u0007\u0000\t\u000B\f\r\n] | Backslash ( ["/bfnrt] | Backslash | 'u' Hex Hex Hex Hex ) )* '"' ;
fragment Hex        : [0-9a-fA-F] ;

fragment Joint        : '_' | [\u000F]+ ;
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
