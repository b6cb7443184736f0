// SPDX-License-Identifier: Apache-2.0
//
// The text form of LLB, for readers and for editors: docs/LanguageReference.md
// says what it means. The tools' parser is written by hand (lib/IR/Parser.cpp),
// for its messages and its speed; test/IR/grammar.test holds it to this file.
// Which fields a message has is not said here: Ops.h is the table of that.
grammar LLB;

module : statement* EOF ;

statement
  : VALUE '=' operation trailer*
  | 'return' string? ('scratch' | operands? clause* trailer*)
  | 'result' string? ('scratch' | value)
  | '!source' message
  | '!source_map'
  | '!metadata_of' string message
  | '!locations_of' string message
  | '!source_unknown' bytes
  | '!unknown' bytes
  ;

// ---- behind an operation ----

trailer
  : '!loc' '(' (sourceFile (':' range (',' range)*)?)? ')'
  | '!locations' message
  | '!meta' message
  ;

sourceFile : word | string | '@' NUMBER ;
range : position ('..' position)? ;
position : NUMBER (':' NUMBER)? ;

// ---- operations ----

operation
  : 'source' inputs? (string clause* message? | clause* message)
  | 'exec' inputs? list? clause* execBody?
  | 'file' inputs? ref? clause* fileBody?
  | 'build' inputs? clause* message
  | 'merge' inputs? (refs clause* | clause* message)
  | 'diff' inputs? (ref '->' ref clause* | clause* message)
  | 'passthrough' inputs? (string refs? clause* | clause* message)
  | 'terminal' operands? clause*
  ;

inputs : 'inputs' '(' (value (',' value)* ','?)? ')' ;
operands : value (',' value)* ;
refs : ref (',' ref)* ;
ref : value | 'scratch' | '@' NUMBER | '^' NUMBER ;
value : VALUE ('#' NUMBER)? ;

clause
  : 'platform' ('(' part '/' part ('/' part)? ')' | message)
  | 'constraints' message
  | 'unconstrained'
  | 'unknown' bytes
  | 'encoded' bytes
  ;

part : word | NUMBER ;

// ---- exec ----

execBody : '{' ((mount | entry) ','?)* '}' ;
mount : mountKind ref? '->' string message? output? ;
mountKind : 'bind' | 'cache' | 'secret' | 'ssh' | 'tmpfs' | 'mount' '(' NUMBER ')' ;
output : '=>' ('none' | '#' NUMBER) ;

// ---- file ----

fileBody : '{' ((action | 'unknown' '=' bytes) ','?)* '}' ;
action : actionKind actionClause* ;

actionKind
  : 'copy' ref string '->' string
  | 'symlink' string '->' string
  | 'mkfile' string
  | 'mkdir' string
  | 'rm' string
  | 'nothing'
  ;

actionClause : 'on' ref | 'with' ref | message | output | 'unknown' bytes ;

// ---- messages ----

message : '{' (entry (',' entry)* ','?)? '}' ;
entry : key | key '=' fieldValue | key message ;
key : word | string ;
fieldValue : string ('from' ref)? | bytes | NUMBER | word | ref | list ;
list : '[' (item (',' item)* ','?)? ']' ;
item : string | NUMBER | message ;

string : STRING+ ;
bytes : 'base64' string ;

// Every keyword is also a name: of a field, a key, an enumerator.
word
  : NAME | 'base64' | 'bind' | 'build' | 'cache' | 'constraints' | 'copy' | 'diff' | 'encoded'
  | 'exec' | 'file' | 'from' | 'inputs' | 'merge' | 'mkdir' | 'mkfile' | 'mount' | 'none'
  | 'nothing' | 'on' | 'passthrough' | 'platform' | 'result' | 'return' | 'rm' | 'scratch'
  | 'secret' | 'source' | 'ssh' | 'symlink' | 'terminal' | 'tmpfs' | 'unconstrained'
  | 'unknown' | 'with'
  ;

// ---- words ----

// A dash at the end belongs to a name as well, unless a `>` follows; a grammar
// without predicates can't say so.
VALUE : '%' ALNUM (ALNUM | SEPARATOR ALNUM)* ;
NAME : LETTER (ALNUM | SEPARATOR ALNUM)* ;
NUMBER : '-'? DIGIT ALNUM* ;
STRING : '"' (~["\\\n] | '\\' ~[\n])* '"' ;
COMMENT : ';' ~[\n]* -> skip ;
BLANK : [ \t\r\n]+ -> skip ;

fragment LETTER : [A-Za-z_] ;
fragment DIGIT : [0-9] ;
fragment ALNUM : [A-Za-z0-9_] ;
fragment SEPARATOR : '.' | '-'+ | '-'+ '.' | '.' '-'+ ;
