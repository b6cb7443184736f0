# llb_antlr_grammar(OUTVAR Lexer.g4 Parser.g4): runs the ANTLR tool at build
# time. Generated code is compiled with -fno-char8_t (the 4.7.2 tool writes
# u8"" literals into std::string) and without warnings.

find_program(LLB_ANTLR4 antlr4 REQUIRED)
find_path(LLB_ANTLR_INCLUDE antlr4-runtime.h
          PATH_SUFFIXES antlr4-runtime REQUIRED)
find_library(LLB_ANTLR_LIB NAMES libantlr4-runtime.a antlr4-runtime REQUIRED)
find_package(Threads REQUIRED)

add_library(LLBAntlrRuntime INTERFACE)
target_include_directories(LLBAntlrRuntime SYSTEM INTERFACE "${LLB_ANTLR_INCLUDE}")
target_link_libraries(LLBAntlrRuntime INTERFACE "${LLB_ANTLR_LIB}" Threads::Threads)

function(llb_antlr_grammar outvar lexer parser)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/antlr")
  get_filename_component(lexerName "${lexer}" NAME_WE)
  get_filename_component(parserName "${parser}" NAME_WE)
  set(sources "${dir}/${lexerName}.cpp" "${dir}/${parserName}.cpp")
  add_custom_command(
    OUTPUT ${sources} "${dir}/${lexerName}.h" "${dir}/${parserName}.h"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${dir}"
    COMMAND ${LLB_ANTLR4} -Dlanguage=Cpp -no-listener -no-visitor
            -Xexact-output-dir -o "${dir}" "${lexer}"
    COMMAND ${LLB_ANTLR4} -Dlanguage=Cpp -no-listener -no-visitor
            -Xexact-output-dir -lib "${dir}" -o "${dir}" "${parser}"
    DEPENDS "${lexer}" "${parser}"
    COMMENT "ANTLR ${lexerName} ${parserName}"
    VERBATIM)
  set_source_files_properties(${sources} PROPERTIES
    COMPILE_OPTIONS "-fno-char8_t;-w;-fexceptions")
  set(${outvar} ${sources} PARENT_SCOPE)
endfunction()
